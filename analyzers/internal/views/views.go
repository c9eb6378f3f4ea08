// Package views hashes parts of a picture that a copy of it may show alone: the whole, the picture without borders,
// its centre and its tiles, and pictures that are set into it.
//
// The package knows upright pictures. It must not know files, decoders, facts, or what a hash is compared with.
package views

import (
	"fmt"
	"image"

	"dokaz/analyzers/internal/pdq"
	"dokaz/analyzers/internal/raster"
	"dokaz/pipeline"
)

// MaxSide bounds the longer side, in pixels, of the luma that views are taken from.
const MaxSide = 640

// Parameters says in words what Of's result depends on beside the picture.
var Parameters = fmt.Sprintf("pdq0 of views of luma area-averaged to at most %d pixels a side, at most %d of pictures set in", MaxSide, maxInsets)

// View is one part of a picture.
type View struct {
	Name    string       // as in pipeline.PictureHash
	Box     pipeline.Box // where it lies
	Bits    pipeline.Hash256
	Quality int
}

// Of returns the views of a picture given as w×h luma values from 0 to 255, row by row, neither side over MaxSide: first the
// whole, then, where it has borders, the picture without them ("trimmed"), then parts of what is within the borders, then
// pictures that seem to be set into it ("inset1" …). Those that show nearly the same as another are left out. An empty picture has none.
func Of(luma []float32, w, h int) []View {
	if w < 1 || h < 1 || w > MaxSide || h > MaxSide || len(luma) != w*h {
		return nil
	}
	s := newSheet(NewGray(luma, w, h))
	defer s.done()
	out, base := s.whole()
	for _, p := range parts {
		if box := p.of(base.Dx(), base.Dy()).Add(base.Min); !alike(box, base) {
			out = append(out, s.view(p.name, box))
		}
	}
	for i, box := range s.insets() {
		if !alike(box, base) || !box.In(base) {
			out = append(out, s.view(fmt.Sprint("inset", i+1), box))
		}
	}
	return out
}

// WholeOf returns the first views that Of returns of a picture, as luma of at most MaxSide: the whole, and the picture without its borders where it has some.
func WholeOf(img image.Image) []View {
	g := grayOf(img)
	if g.W < 1 || g.H < 1 {
		return nil
	}
	s := newSheet(g)
	defer s.done()
	out, _ := s.whole()
	return out
}

// grayOf is a picture's luma. A grey one that is small enough is taken as it is.
func grayOf(img image.Image) Gray {
	b := img.Bounds()
	if m, is := img.(*image.Gray); is && max(b.Dx(), b.Dy()) <= MaxSide {
		g := Gray{b.Dx(), b.Dy(), make([]uint8, 0, b.Dx()*b.Dy())}
		for y := range g.H {
			g.Pix = append(g.Pix, m.Pix[y*m.Stride:][:g.W]...)
		}
		return g
	}
	return NewGray(raster.Luma(img, MaxSide))
}

func (s *sheet) whole() (out []View, base image.Rectangle) {
	out = []View{s.view("whole", s.Bounds())}
	if base = s.trimmed(); base != s.Bounds() {
		out = append(out, s.view("trimmed", base))
	}
	return out, base
}

// alike reports whether part leaves out so little of box that it says nothing new.
func alike(part, box image.Rectangle) bool {
	return part.Dx()*100 > box.Dx()*98 && part.Dy()*100 > box.Dy()*98
}

func (s *sheet) view(name string, box image.Rectangle) View {
	samples := s.samples(box)
	v := View{Name: name, Box: s.Fractions(box)}
	v.Bits, v.Quality = pdq.Signs(&samples)
	return v
}

// Fractions is where box, in pixels, lies in the picture.
func (g Gray) Fractions(box image.Rectangle) pipeline.Box {
	w, h := float64(g.W), float64(g.H)
	return pipeline.Box{float64(box.Min.X) / w, float64(box.Min.Y) / h, float64(box.Dx()) / w, float64(box.Dy()) / h}
}

// part is a place in a picture.
type part struct {
	name string
	of   func(w, h int) image.Rectangle
}

// parts are those that copies are cut to: a little off all around, a square, 16:9; and the four of a collage.
var parts = []part{
	{"centre95", centre(95)}, {"centre90", centre(90)}, {"centre80", centre(80)},
	{"square", func(w, h int) image.Rectangle { return middle(w, h, min(w, h), min(w, h)) }},
	{"wide", wide},
	{"tile00", quarter(0, 0)}, {"tile01", quarter(0, 1)}, {"tile10", quarter(1, 0)}, {"tile11", quarter(1, 1)},
}

// centre is so many percent of width and height.
func centre(percent int) func(w, h int) image.Rectangle {
	return func(w, h int) image.Rectangle { return middle(w, h, w*percent/100, h*percent/100) }
}

// wide is as much as fits of 16:9, lying or, of a picture that stands, standing.
func wide(w, h int) image.Rectangle {
	if w < h {
		return middle(w, h, min(w, h*9/16), min(h, w*16/9))
	}
	return middle(w, h, min(w, h*16/9), min(h, w*9/16))
}

// middle is width×height in the middle of w×h; margins are equal.
func middle(w, h, width, height int) image.Rectangle {
	x, y := (w-max(width, 1))/2, (h-max(height, 1))/2
	return image.Rect(x, y, w-x, h-y)
}

// quarter is one of the four quarters. A middle line of pixels belongs to both sides.
func quarter(row, column int) func(w, h int) image.Rectangle {
	return func(w, h int) image.Rectangle {
		x, y := column*(w/2), row*(h/2)
		return image.Rect(x, y, x+(w+1)/2, y+(h+1)/2)
	}
}
