// Package tiff walks the directories of a TIFF structure (TIFF 6.0; as Exif uses it, CIPA DC-008 §4.6)
// within fixed bounds, so that no value in the file decides how long it works or how much it allocates.
//
// It knows header, directories and field types, where each value lies, and what makes a structure
// unfit for a reader that has no bounds of its own: directories met twice, values that end outside
// the structure, counts beyond the limits. It must not know what a field means, in which file the
// structure stands, nor how a value is shown.
package tiff

import "errors"

// The bounds of a walk.
const (
	MaxDirs    = 64       // directories
	MaxEntries = 4096     // entries of one directory
	MaxFields  = 16384    // entries of all directories together
	MaxValue   = 64 << 10 // bytes kept of one value
	MaxValues  = 4 << 20  // bytes kept of all values together
	maxFaults  = 64
)

// Errors of Walk besides those of reading.
var (
	// ErrNotTIFF says that the bytes do not begin with a TIFF header.
	ErrNotTIFF = errors.New("no TIFF header")
	// ErrBigTIFF says that this is BigTIFF, whose 64-bit directories are not walked.
	ErrBigTIFF = errors.New("BigTIFF")
)
