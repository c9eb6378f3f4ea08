package pipeline

// Bounds of what is said of one item's structure by one analyzer, and of each piece.
const (
	MaxPieces        = 1000 // further ones are counted in the More of the last
	MaxPieceFields   = 48   // of one piece; further ones are told by Cut
	MaxPieceText     = 320  // bytes of a field's value, of a label and of a note
	MaxSignatureText = 4096 // bytes of a signature's text
)

// Piece is one piece of a file's structure: a segment, directory, box, chunk or element. Where carries its structural path
// ("APP1/IFD0", "moov/trak[1]/mdia/mdhd"; equal names beside one another are numbered from 0), its first byte and its whole
// length, header and what lies in it included. Each is said after the one that holds it or points to it, those beside one another
// in the file's order.
type Piece struct {
	Format string  `json:"format"`           // whose grammar it follows: "jpeg", "tiff", "png", "bmff", "ebml", "riff", …
	Name   string  `json:"name"`             // as the format spells it: "APP1", "IFD0", "moov", "IHDR", "Cluster"
	Depth  int     `json:"depth"`            // 0 for those that the file itself holds
	Header int64   `json:"header,omitempty"` // bytes at its start that say what and how long it is
	Label  string  `json:"label,omitempty"`  // what it is, in English, from a table of names; "" where none knows it
	Fields []Field `json:"fields,omitempty"` // decoded values, in the file's order; metadata fields are Tags and not repeated here
	Cut    bool    `json:"cut,omitempty"`    // it has more fields than are listed
	Note   string  `json:"note,omitempty"`   // what stands out: "unknown", "benign trailer: …", "runs past the end"
	More   int64   `json:"more,omitempty"`   // this many pieces after it are not listed
}

// Field is one decoded value in a piece.
type Field struct {
	Name   string `json:"name"`             // as the format's specification spells it
	Value  string `json:"value"`            // as text, bounded
	Offset int64  `json:"offset,omitempty"` // first byte in the file
	Length int64  `json:"length,omitempty"` // bytes; 0 where the value has no place of its own
}

// Signature is a fingerprint of how a file is built, of what its software chose and not of what it shows: files of one program
// and setting tend to share it.
type Signature struct {
	Algorithm string `json:"algorithm"`     // what went in and in which form, with a version: "jpeg-header/1", "bmff-boxtree/1"
	Digest    Digest `json:"sha256"`        // of the whole canonical text
	Text      string `json:"text"`          // canonical text, bounded
	Cut       bool   `json:"cut,omitempty"` // Text is longer than the bound; Digest is of the whole
}

// CodedDigest is a digest of the coded picture, or of one stream's packets, and of nothing else in the file: it stays equal when
// metadata is rewritten or removed or the container changes, and differs when anything is coded anew. Two items are same_media
// where algorithm, codec and digest of what they show are equal.
type CodedDigest struct {
	Algorithm string `json:"algorithm"`         // what exactly went in, with a version: "jpeg-coded/1", "packets/1"
	Stream    int    `json:"stream"`            // index in the container; 0 for photos
	Codec     string `json:"codec"`             // "jpeg", "h264", …
	Digest    Digest `json:"sha256"`            //
	Bytes     int64  `json:"bytes"`             // that went in
	Packets   int64  `json:"packets,omitempty"` // that went in; 0 for photos
}

// PreviewHash is the Algorithm of a PictureHash of a preview that the file holds beside its picture: as "pdq0", and of no use in
// finding copies, since it may show something else.
const PreviewHash = "pdq0-preview"
