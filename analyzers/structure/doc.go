// Package structure takes photographs, films and sounds apart: every segment, chunk, block, directory, box and element in the file's
// order with its place, the parameters and texts they hold, what lies behind the end, a signature of how the file is built, a digest of
// the coded picture alone, and the thumbnail with its hash.
//
// It knows how JPEG, PNG, GIF, WebP, TIFF, the ISO base media family, Matroska, RIFF, MPEG transport and program
// streams, Ogg, FLAC and MPEG audio with its tags are put together and what their pieces are
// called; the names stand in tables under data, each with its source. It must not know what a piece speaks for or against, read Exif,
// XMP and IPTC (that is exif), decode more than thumbnails and previews, nor repair anything.
package structure

// The bounds of one examination, besides those of packages parts and tiff.
const (
	maxDepth    = 8        // streams within streams
	maxStreams  = 16       // JPEG streams walked in one file
	maxTrailing = 16       // pieces told apart behind the end
	maxHead     = 64 << 10 // bytes of a segment, chunk or resource looked into
	hashChunk   = 256 << 10
)
