package paper

import (
	"strings"

	"codeberg.org/go-pdf/fpdf"
)

// paint is how a class of our own drawings is filled and outlined.
type paint struct {
	fill, outline *colour
	dashed        bool
}

var paints = map[string]paint{
	"rail": {fill: &rail}, "run": {fill: &run}, "band": {fill: &band}, "loose": {outline: &run, dashed: true},
}

// heights of drawings that fill their width whatever their own shape, in points.
var heights = map[string]float64{"bar": 5, "map": 54}

// graphic draws one of our own SVGs: a picture that is referred to, or rectangles and polygons by class.
func (l *layout) graphic(n *node, a area) []strip {
	if uses := n.named("use"); len(uses) > 0 {
		symbol := l.album.symbols[strings.TrimPrefix(uses[0].attrs["href"], "#")]
		if symbol == nil || len(symbol.named("image")) == 0 {
			return l.veil(n.attrs["aria-label"], a)
		}
		return l.image(&node{attrs: map[string]string{"src": symbol.named("image")[0].attrs["href"], "alt": n.attrs["aria-label"]}}, a, false)
	}
	box := strings.Fields(n.attrs["viewBox"])
	if len(box) != 4 || numberOf(box[2]) <= 0 || numberOf(box[3]) <= 0 {
		return nil
	}
	left, top, w, h := numberOf(box[0]), numberOf(box[1]), numberOf(box[2]), numberOf(box[3])
	sx := a.width / w
	sy := sx
	for class, high := range heights {
		if n.is(class) {
			sy = high / h
		}
	}
	shapes := n.elements()
	return []strip{{height: h*sy + 3, before: 2, ops: []op{func(s *sheet, y float64) {
		for _, k := range shapes {
			s.shape(k, func(px, py float64) fpdf.PointType {
				return fpdf.PointType{X: a.x + (px-left)*sx, Y: y + 1.5 + (py-top)*sy}
			})
		}
	}}}}
}

// shape draws one shape; at turns a point of the drawing into one of the sheet.
func (s *sheet) shape(n *node, at func(x, y float64) fpdf.PointType) {
	var points []fpdf.PointType
	switch n.name {
	case "rect":
		x, y := numberOf(n.attrs["x"]), numberOf(n.attrs["y"])
		w, h := numberOf(n.attrs["width"]), numberOf(n.attrs["height"])
		points = []fpdf.PointType{at(x, y), at(x+w, y), at(x+w, y+h), at(x, y+h)}
	case "polygon":
		for pair := range strings.FieldsSeq(n.attrs["points"]) {
			x, y, _ := strings.Cut(pair, ",")
			points = append(points, at(numberOf(x), numberOf(y)))
		}
	}
	if len(points) < 3 {
		return
	}
	var p paint
	for class := range strings.FieldsSeq(n.attrs["class"]) {
		if one, ok := paints[class]; ok {
			p = one
		}
	}
	if p.fill != nil {
		s.fillWith(*p.fill)
		s.Polygon(points, "F")
	}
	if p.outline != nil {
		s.drawWith(*p.outline, 0.6)
		if p.dashed {
			s.SetDashPattern([]float64{3, 2.5}, 0)
			defer s.SetDashPattern(nil, 0)
		}
		s.Polygon(points, "D")
	}
}
