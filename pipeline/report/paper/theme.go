package paper

// colour is red, green and blue, 0 to 255. The colours are those of the page when it is printed.
type colour [3]int

var (
	ink    = colour{0, 0, 0}
	soft   = colour{0x44, 0x44, 0x44}
	line   = colour{0xbb, 0xbb, 0xbb}
	hair   = colour{0xdd, 0xdd, 0xdd}
	accent = colour{0x0a, 0x55, 0x66}
	raised = colour{0xf5, 0xf4, 0xf1}
	value  = colour{0xf1, 0xef, 0xe8}
	white  = colour{0xff, 0xff, 0xff}
	run    = colour{0x0a, 0x6c, 0x82}
	rail   = colour{0xd9, 0xd5, 0xcc}
	band   = colour{0xce, 0xe1, 0xe6}
	sea    = colour{0xee, 0xf2, 0xf4}
	shore  = colour{0x77, 0x77, 0x77}
)

// weightColours are the ink and the ground of a weight.
var weightColours = map[string][2]colour{
	"w-contradicts": {{0x8c, 0x16, 0x26}, {0xfb, 0xe6, 0xe6}},
	"w-questions":   {{0x6f, 0x44, 0x00}, {0xfc, 0xef, 0xd0}},
	"w-supports":    {{0x0d, 0x52, 0x36}, {0xde, 0xf1, 0xe6}},
	"w-note":        {{0x3d, 0x49, 0x54}, {0xe8, 0xeb, 0xee}},
}

// The sheet: A4 (ISO 216), in points of 1/72 inch.
const (
	sheetWidth  = 595.28
	sheetHeight = 841.89
	marginSide  = 48
	marginTop   = 46
	marginFoot  = 66 // the footer stands in it
	bodyWidth   = sheetWidth - 2*marginSide
	bodyHeight  = sheetHeight - marginTop - marginFoot
)

// Sizes of type in points.
const (
	bodySize  = 9.3
	smallSize = 8.2
	tableSize = 7.8
	footSize  = 6.3
	leading   = 1.42 // height of a line by its size
)

// pictureHeight bounds pictures of an item, drawingHeight drawings of a match.
const (
	pictureHeight = 128
	drawingHeight = 330
)

// style is how a stretch of text is set.
type style struct {
	face   face
	size   float64
	ink    colour
	ground *colour // behind the text
	whole  bool    // no line ends within it
	link   string  // anchor of this paper that it leads to
}

func (s style) with(f face) style { s.face = f; return s }

func (s style) in(c colour) style { s.ink = c; return s }

func (s style) at(size float64) style { s.size = size; return s }

// heavy is the bold face of the same kind.
func (s style) heavy() style {
	if s.face == mono {
		return s.with(monobold)
	}
	return s.with(bold)
}

var plain = style{face: regular, size: bodySize, ink: ink}
