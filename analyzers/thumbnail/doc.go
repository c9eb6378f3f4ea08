// Package thumbnail makes the small pictures that stand for an item on a page: one plain and one blurred, and for
// a film a strip of each along its time.
//
// The blurred picture is made of at most eight by eight greys, the area means of the whole, spread smoothly:
// it holds 64 greys and nothing else, so no sharpening brings a face, a wound or a text back. It tells a
// reader which item this is among others, not what is on it.
//
// The package knows upright pictures and their times. It must not know files, decoders, or pages.
package thumbnail
