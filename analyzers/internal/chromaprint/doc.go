// Package chromaprint computes the acoustic fingerprint that Chromaprint 1.5 and its program fpcalc give with their
// default algorithm ("test 2"): words of 32 bits, one for every 1,365 samples at 11,025 Hz.
//
// Sound is resampled, cut into overlapping frames and transformed; the power of every frame is summed up over the
// octaves by the twelve notes; 16 filters look at 16 frames of notes at a time, and each is quantized to two bits.
// See Lukáš Lalinský, "How does Chromaprint work?" (2011), after Ke, Hoiem and Sukthankar, "Computer Vision for Music
// Identification" (CVPR 2005), and Bartsch and Wakefield, "Audio Thumbnailing of Popular Music Using Chroma-Based
// Representations" (2005). The numbers that define the algorithm are those of
// github.com/acoustid/chromaprint v1.5.1, src/fingerprinter_configuration.cpp; resampling follows libswresample as
// fpcalc sets it up. Transforms and sums are in 64-bit floating point where the library uses 32, so that a value that lies on
// a quantizer's edge within a millionth can fall on the other side of it.
//
// The package knows samples. It must not know files, decoders, or what fingerprints are compared for.
package chromaprint
