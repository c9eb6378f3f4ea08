// Package format tells what a file is by its content, and whether it is all there: the detected format, the
// size of the picture as its header states it, and stretches that are missing or lie behind the end of the
// format's structure, with what they look like.
//
// It follows structures, streaming through a window, so that files of any size cost little memory. It must not
// know what a name or a giver claims, decode pictures, read metadata, nor judge: phones append films to
// photographs as a matter of course.
package format

// The bounds of one examination, besides those of package parts.
const (
	maxPieces = 8  // stretches told apart behind a file's end; the last takes the rest
	maxNames  = 16 // records named of a Samsung trailer
	scanChunk = 1 << 16
)
