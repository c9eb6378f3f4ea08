// Package exif reads what photographs say of themselves: Exif, XMP and IPTC, every field with its place.
//
// Three readers look at the same bytes. "dokaz" is our own bounded walk, which finds the blocks by the file's
// structure and gives every field's offset; "goexif" is rwcarlsen/goexif, a second opinion that runs only on a
// block our walk found harmless; "imagemeta" is bep/imagemeta, the second reader of XMP and IPTC too. Each block is handed to each
// reader alone, so that they can be compared field by field; where their values differ in meaning a
// Disagreement says so with each reader's text. Exif structures that only carry other magic numbers (RW2,
// ORF) are read by "dokaz" alone.
//
// Makers' notes are read by "dokaz" alone, as far as tables under data know how they are laid out; what is enciphered is named and
// not read.
//
// The package knows metadata standards and the defects of the two libraries. It must not know what a value
// speaks for or against, decode pictures, nor repair anything: what cannot be read is noted as it is.
//
// Texts. Integers are decimal, rationals a/b as stored, components separated by one space, ASCII without its
// terminating NULs. Bytes that are not text are hexadecimal and noted so. Text with bytes that are not UTF-8,
// or with control characters, has those as \xNN (and \ as \\) and is noted so: nothing is lost.
package exif

import "dokaz/analyzers/internal/tiff"

// The bounds of one examination, besides those of package tiff.
const (
	maxBlocks     = 16              // Exif, XMP and IPTC blocks each, of one file
	maxBlock      = 4 << 20         // bytes of a block that goexif and imagemeta are given
	maxValues     = 2 << 20         // bytes of all values of a block for goexif and imagemeta, which copy them into wider types
	maxPacket     = 1 << 20         // bytes of IPTC, and of an XMP packet for imagemeta
	maxXMP        = 4 << 20         // bytes of an XMP packet, put together of its parts
	maxPath       = 200             // bytes of the way to a value in XMP
	maxElements   = 20_000          // XML elements and attributes of an XMP packet
	maxProperties = 2000            // XMP and IPTC tags each, per block
	maxFields     = tiff.MaxEntries // Exif tags of one reader per block
	maxNotes      = 512             // fields of makers' notes
	maxTagSize    = 1<<16 - 1       // bytes of a value imagemeta reads; it takes the limit modulo 65,536 for IPTC
	maxText       = 8 << 10         // bytes of a value's text
	maxBinary     = 64              // bytes shown of a value that is not text
	maxNumbers    = 256             // components shown of a value of numbers
	maxSaid       = 4 << 20         // bytes of all values' texts of one file, of our own reader and of the others each
	maxRead       = 64 << 20        // bytes imagemeta may read of a TIFF file
)
