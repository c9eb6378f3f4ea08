package paper

import (
	"fmt"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// face is one of the faces of the Go family, which are embedded in the paper.
type face int

const (
	regular face = iota
	bold
	italic
	mono
	monobold
	faces
)

// typeface is a face's file and what setting text needs to know of it.
type typeface struct {
	family, style string // by which fpdf knows it
	file          []byte
	advance       []float64 // by code unit of the Basic Multilingual Plane, in ems; 0 where the face has no glyph
}

// typefaces reads the embedded faces once.
var typefaces = sync.OnceValues(func() ([faces]typeface, error) {
	out := [faces]typeface{
		regular: {"go", "", goregular.TTF, nil}, bold: {"go", "B", gobold.TTF, nil}, italic: {"go", "I", goitalic.TTF, nil},
		mono: {"gomono", "", gomono.TTF, nil}, monobold: {"gomono", "B", gomonobold.TTF, nil},
	}
	for i := range out {
		f, err := sfnt.Parse(out[i].file)
		if err != nil {
			return out, fmt.Errorf("face %s%s: %w", out[i].family, out[i].style, err)
		}
		em := fixed.Int26_6(f.UnitsPerEm())
		var b sfnt.Buffer
		out[i].advance = make([]float64, 0x10000)
		for r := range out[i].advance {
			g, err := f.GlyphIndex(&b, rune(r))
			if err != nil || g == 0 {
				continue
			}
			a, err := f.GlyphAdvance(&b, g, em, font.HintingNone)
			if err != nil {
				return out, fmt.Errorf("face %s%s: %U: %w", out[i].family, out[i].style, r, err)
			}
			out[i].advance[r] = float64(a) / float64(em)
		}
	}
	return out, nil
})

// has reports whether the face draws r.
func (t *typeface) has(r rune) bool { return r >= 0 && int(r) < len(t.advance) && t.advance[r] > 0 }

// width of a text in ems. The text has nothing that the face lacks.
func (t *typeface) width(s string) (w float64) {
	for _, r := range s {
		if t.has(r) {
			w += t.advance[r]
		}
	}
	return w
}

// named is a text in which every character that the face lacks is named by its code point. fpdf must be given no other: it fails on
// characters outside the Basic Multilingual Plane.
func (t *typeface) named(s string) string {
	s = standIns.Replace(s)
	if !strings.ContainsFunc(s, func(r rune) bool { return !t.has(r) }) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if t.has(r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "<U+%04X>", r)
		}
	}
	return b.String()
}
