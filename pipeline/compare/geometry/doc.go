// Package geometry holds two pictures' local features against each other and says how the one lies in the other.
//
// Descriptors are matched by Hamming distance, with Lowe's test of the runner-up ("Distinctive Image Features from
// Scale-Invariant Keypoints", 2004, §7.1), plain and mirrored. A matched pair of features, each with place, size and
// direction, fixes a similarity. Every pair is tried and those in agreement with it are counted, without chance (after
// Philbin et al., "Object retrieval with large vocabularies and fast spatial matching", 2007, §5). The best are refined
// by least squares to a similarity, an affine map and a homography, each time gathering anew the features that the map
// carries onto each other (after Chum, Matas and Kittler, "Locally Optimized RANSAC", 2003). Then the
// pictures' miniatures are laid on each other and compared window by window.
//
// Two moments of one scene agree in most of that. In detail they do not: the map is corrected by the luma itself to a tenth of a
// cell, and what still lies off its place, or shows something else, is measured (Examine). Coding, scaling and tones leave both
// near to nothing; a hand that moved, leaves and faces leave windows off their places; what went away and what came leaves
// something that stands out in one picture and not in the other, and has seldom the shape of a bar, a box or a line of letters.
//
// Equal input gives equal output: there is no randomness, and no product is fused with an addition.
//
// The package measures. It knows features, miniatures and maps of the plane. It must not know items, hashes of whole
// pictures, nor from what measure on two pictures are to be called kin.
package geometry
