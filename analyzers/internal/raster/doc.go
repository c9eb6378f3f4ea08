// Package raster reduces, turns and blurs decoded pictures in whole numbers, so that equal pixels give
// equal results on every machine, for a still and for a video frame alike.
//
// # The area average
//
// A picture of W×H pixels is reduced to w×h as if it were painted on a sheet of W·w by H·h unit squares:
// source pixel (i,j) covers the squares [i·w,(i+1)·w) × [j·h,(j+1)·h), and output pixel (x,y) covers
// [x·W,(x+1)·W) × [y·H,(y+1)·H). The output is
//
//	Σ p(i,j) · |source (i,j) ∩ output (x,y)| / (W·H)
//
// so that every source pixel weighs by the area it shares with the output pixel. The sum is kept exactly
// in 64-bit integers; the one division at the end is rounded once, to the nearest float32 (through
// float64, whose 53 bits hold both operands) or to the nearest integer, halves up. No intermediate
// rounding exists, hence none that a compiler may fuse or a processor may widen.
// Chroma planes are averaged on their own coarser grid, clipped to the picture where it is odd.
//
// # Luma
//
// Of a YCbCr picture it is the Y plane as it stands, full range (ITU-T T.871 §7); of any other,
// 0.299 R + 0.587 G + 0.114 B of 8-bit values (ITU-R BT.601-7 §2.5.1), computed as (299 R + 587 G + 114 B)/1000
// of the exact channel sums. Samples of 16 bits are first rounded to 8; transparent pixels are seen on white,
// as viewers show them.
//
// The package knows pixels. It must not know files, decoders, fingerprints or facts.
package raster
