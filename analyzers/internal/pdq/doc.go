// Package pdq computes the PDQ perceptual hash: 256 bits and a quality from 0 to 100.
//
// PDQ was published by Facebook in 2019 ("The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
// Algorithm", and the pdq/README of its ThreatExchange project). Luma is blurred twice by a box along rows
// and columns whose width is 1/128 of the side, rounded up (after W. Jarosz, "Fast Image Convolutions",
// 2001); 64×64 samples are taken at the centres of a grid; the 16×16 coefficients of lowest frequency but
// zero of their discrete cosine transform are each compared with their median. Quality counts the steps of at
// least 1 % of full scale between neighbouring samples: a flat picture has none.
//
// The published program computes in single precision, so the order of its additions is part of its result.
// This package keeps that order and rounds after every operation, hence gives the bits and the quality which
// the C++ program gives on x86-64, on every platform.
//
// The package knows luma. It must not know files, decoders or facts.
package pdq
