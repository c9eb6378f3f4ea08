// Package orb finds the local features of a picture: corners on a scale pyramid, each with its direction and a rotated binary
// descriptor of 256 tests (E. Rublee et al., "ORB: an efficient alternative to SIFT or SURF", ICCV 2011, after
// M. Calonder et al., "BRIEF", ECCV 2010). It is the algorithm "orb-m1", in whole numbers, so that equal luma gives equal
// features on every machine.
//
// # Pyramid
//
// Luma is kept in sixteenths of a step. A level is the picture area-averaged to 2^(-1/3) of the level before, nine levels
// or as many as are large enough; the three levels of an octave are reduced from the octave's first. Every level is smoothed by the binomial
// 1 4 6 4 1 along rows and columns, and once more for directions and descriptors. Planes are continued beyond their edges
// by repeating these.
//
// # Corners
//
// A corner is a local maximum, within three pixels, of the response of C. Harris and M. Stephens ("A combined corner and
// edge detector", 1988) det - trace²/16 over windows of five by five pixels, at least 14 pixels from every edge of its level.
// There is no step before it that asks for contrast, as FAST does: the weakest response that counts is that of
// noise, so that dark and soft pictures have corners too, and flat ones have none.
//
// # Order
//
// Corners that no picture lacks come before those found in the noise (three classes of response). Within a class the first are those
// farthest from a stronger corner of their level (M. Brown et al., "Multi-image matching using multi-scale oriented patches",
// 2005), distances taken in the whole picture: so any number of the first features is spread evenly over
// the picture and over the levels, and a cut-out has much the same features first. A corner that a
// neighbouring level shows more strongly counts as half as far.
//
// # Direction and descriptor
//
// The direction is that of the centroid of luma in the disc of radius 15 around the corner (P. Rosin, 1999), in 256ths of a turn. A
// test compares the smoothed luma at two places of the disc, turned by the direction and rounded to pixels: its bit is set
// where the first is darker. Tests 128 to 255 are tests 0 to 127 mirrored along the direction, so that the mirrored picture
// has the same descriptors with exchanged halves (pipeline.Feature.Mirrored). Where the tests lie is said in
// tests.go; how they were chosen, in learn_test.go, which makes that table anew.
//
// The package knows luma. It must not know files, decoders or facts.
package orb
