package paper

import "strings"

// paint is how a shape of our drawings is filled and outlined; nil is not at all.
type paint struct {
	fill, outline *colour
	width         float64   // of the outline, units of the drawing
	dashes        []float64 // ink and gap by turns, units of the drawing
	veil          float64   // how much of what lies below the fill, or else the outline, covers; 0 is all of it
}

// typ is how text of our drawings is set, its size in units of the drawing.
type typ struct {
	face   face
	size   float64
	ink    colour
	middle bool    // its point is the text's middle
	halo   *colour // round the letters
}

// Text of a drawing has at least leastType points on the sheet, and a halo is so many units of the drawing wide.
const (
	leastType = 6.0
	haloWidth = 3.0
)

var (
	contradictsInk = weightColours["w-contradicts"][0]
	questionsInk   = weightColours["w-questions"][0]
)

// paints are those of the page's stylesheet, by the classes that a shape has. The last that fits holds.
var paints = []struct {
	of    string
	paint paint
}{
	// Segments of a match.
	{"rail", paint{fill: &rail}},
	{"run", paint{fill: &run}},
	{"band", paint{fill: &band}},
	{"band loose", paint{outline: &run, width: 1, dashes: []float64{6, 5}}},
	// The time line.
	{"axis", paint{outline: &soft, width: 1}},
	{"tick", paint{outline: &hair, width: 1}},
	{"break", paint{outline: &soft, width: 1.5}},
	{"said", paint{fill: &run, outline: &run, width: 1}},
	{"said open", paint{fill: &white, outline: &run, width: 1}},
	{"said claimed", paint{fill: &white, outline: &questionsInk, width: 2}},
	{"said received", paint{fill: &ink}},
	{"said stripes", paint{outline: &run, width: 6, dashes: []float64{3, 4}}},
	{"said claimed stripes", paint{outline: &questionsInk, width: 6, dashes: []float64{3, 4}}},
	{"clash w-contradicts", paint{outline: &contradictsInk, width: 1.75, dashes: []float64{5, 3}}},
	{"clash w-questions", paint{outline: &questionsInk, width: 1.75, dashes: []float64{5, 3}}},
	{"clashsign w-contradicts", paint{fill: &contradictsInk, outline: &white, width: 1.5}},
	{"clashsign w-questions", paint{fill: &questionsInk, outline: &white, width: 1.5}},
	// The byte map.
	{"region coded", paint{fill: &rail, outline: &white, width: 0.75}},
	{"region metadata", paint{fill: &run, outline: &white, width: 0.75}},
	{"region frame", paint{fill: &soft, outline: &white, width: 0.75}},
	{"region notable", paint{fill: &white, outline: &questionsInk, width: 1.5}},
	{"region unknown", paint{outline: &contradictsInk, width: 0.75, dashes: []float64{3, 3}}},
	// Maps.
	{"sea", paint{fill: &sea}},
	{"land", paint{fill: &white, outline: &shore, width: 0.6}},
	{"border", paint{outline: &shore, width: 1, dashes: []float64{5, 2, 1, 2}}},
	{"graticule", paint{outline: &soft, width: 0.6, veil: 0.3}},
	{"town", paint{fill: &soft}},
	{"inset", paint{outline: &ink, width: 1}},
	{"slack", paint{fill: &run, veil: 0.12, outline: &ink, width: 1, dashes: []float64{4, 3}}},
	{"spot", paint{fill: &run, outline: &white, width: 1.5}},
	{"spot claimed", paint{outline: &questionsInk, width: 2.5}},
	{"scalebar", paint{outline: &ink, width: 1.5}},
	{"edge", paint{outline: &line, width: 1}},
}

// types are those of the page's stylesheet, by the class that a text has.
var types = map[string]typ{
	"lane":       {size: 13, ink: ink},
	"first":      {size: 12, ink: soft},
	"regionname": {face: mono, size: 11, ink: ink},
	"ticktext":   {size: 12, ink: soft, middle: true},
	"clashtext":  {face: monobold, size: 11, ink: white, middle: true},
	"degree":     {size: 10, ink: soft, halo: &white},
	"townname":   {size: 10, ink: soft, halo: &white},
	"country":    {size: 12, ink: soft, middle: true, halo: &white},
	"spotname":   {face: bold, size: 12, ink: ink, halo: &white},
	"scalebar":   {size: 12, ink: ink, halo: &white},
}

// paintOf is how a shape with these classes is painted, not at all where none is known.
func paintOf(classes string) (p paint) {
	n := node{attrs: map[string]string{"class": classes}}
	for _, one := range paints {
		if fits(&n, one.of) {
			p = one.paint
		}
	}
	return p
}

// fits reports whether a node has all of some classes.
func fits(n *node, all string) bool {
	for c := range strings.FieldsSeq(all) {
		if !n.is(c) {
			return false
		}
	}
	return true
}

// typeOf is how text with these classes is set.
func typeOf(classes string) typ {
	for c := range strings.FieldsSeq(classes) {
		if t, ok := types[c]; ok {
			return t
		}
	}
	return typ{size: 12, ink: ink}
}
