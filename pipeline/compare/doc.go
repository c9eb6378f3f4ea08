// Package compare finds which items correspond, from their fingerprints.
//
// Pictures correspond when local features of one lie in the other as one map of the plane carries them and the pictures agree
// once laid on each other (package geometry), or when their hashes are near and nothing contradicts. Footage corresponds
// when frames of one video are near frames of the other in order, at one offset and speed (package timeline): a bag of
// near frames is not enough. Sound corresponds at one offset (package sound) and says nothing of pictures. Two
// thresholds give two strengths, suggested and confirmed. A picture that hardly changes leaves the offset open; such a
// stretch is marked ambiguous and confirms nothing.
//
// What Pair says depends on the two items alone, so that the set of matches is a pure function of the set of
// items, in whatever order they come.
//
// The package knows hashes, times and thresholds. It must not know media, where prints are kept, nor what a person
// should think of a match: near is not the same as copied, and no match says which item came first.
package compare
