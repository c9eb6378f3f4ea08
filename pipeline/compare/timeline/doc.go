// Package timeline finds which stretches of one film are shown in another, and where a film shows a picture, from the hashes
// of frames.
//
// Every view of the one film, whole or without borders, is held against every view of the other, as it is and
// mirrored. Near pairs of frames vote for a speed and an offset; the lines with the most votes are fitted to where
// the frames agree best. Then every moment of either film is given to the line that explains it, or to none, and
// each stretch of that division is judged by itself.
//
// A camera that stands and looks at one place makes frames of different hours alike. So a pair of frames counts by how much
// nearer it is than the frames of these two films usually are, and a stretch is confirmed only where the pictures
// change together. Where they do not, the stretch says: same footage or same standpoint, offset ambiguous.
//
// The first film's time is called A, the other's B. Answers depend on the arguments alone; floating-point products are
// not fused with additions.
//
// The package knows hashes, times and thresholds. It must not know media, items, or where prints are kept.
package timeline
