// Package draw shows people why two items are said to correspond: which points of one picture were found again in the
// other, both laid on each other, where they differ, and for media in time which moments resemble each other.
//
// A drawing carries letters (A and B), numbers and colours, and no words: what it shows is said by whoever places it, in
// the reader's language. Equal arguments give equal pixels.
//
// The package knows small upright pictures, maps of the plane, and what comparing found. It must not know files, shelves,
// pages, nor whether two items are kin; it finds nothing of its own.
package draw
