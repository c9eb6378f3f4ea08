// Package readers holds what other programs read of a file against Dokaz's own reading, field by field: ExifTool, which somebody
// installed beside Dokaz and which was asked before, and libav's view of a container's metadata.
//
// Fields are the same where they have the same identity (number and directory, way to the value, box and field), whatever each reader calls
// them; where what two readers say of one field differs in meaning, a Disagreement gives both texts as they are and the place of the field.
// Values that a reader computes of others (Composite, makers' notes of ExifTool) are kept and not compared.
//
// The package knows how these programs name fields and write values. It must not run them, nor know what a value speaks for or against.
package readers

// The bounds of one examination.
const (
	maxTags    = 3000    // fields of ExifTool's that are said
	maxText    = 8 << 10 // bytes of a value
	maxAll     = 2 << 20 // bytes of all values
	maxDiffers = 200     // disagreements said
	maxDepth   = 8       // lists within lists of ExifTool's
)
