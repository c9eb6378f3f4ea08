// Package compare finds which items correspond, from their fingerprints.
//
// Pictures correspond when their PDQ hashes are near and both have enough structure to be hashed. Footage
// corresponds when many frames of one video are near frames of the other at one offset in time, in order:
// a bag of near frames is not enough. Two thresholds give two strengths, suggested and confirmed. A picture
// that hardly changes leaves the offset open; such a stretch is marked ambiguous and confirms nothing.
//
// What Pair says depends on the two items alone, so that the set of matches is a pure function of the set of
// items, in whatever order they come. All arithmetic is in whole numbers.
//
// The package knows hashes, times and thresholds. It must not know media, where prints are kept, nor what a person
// should think of a match: near is not the same as copied, and no match says which item came first.
package compare
