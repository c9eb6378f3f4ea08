package paper

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"image"
	"image/jpeg"
	"image/png"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"dokaz/pipeline"
)

// maxSide bounds the sides of a picture that is put onto paper, in pixels.
const maxSide = 8192

// album keeps the pictures that the markup carries, each once on the paper.
type album struct {
	sheet   *sheet
	known   map[string]bool  // by name on the paper
	symbols map[string]*node // pictures of the markup that others refer to, by name
}

// picture is one that is embedded already.
type picture struct {
	name string
	w, h float64 // pixels
}

// put embeds a picture that stands in a data address. It is not decoded here: only its header is read, and what is no JPEG of a bounded
// size is none. Drawings are ours and may be PNG.
func (a *album) put(address string, drawing bool) (picture, bool) {
	head, body, ok := strings.Cut(address, ",")
	if !ok || !strings.HasSuffix(head, ";base64") {
		return picture{}, false
	}
	b, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return picture{}, false
	}
	var c image.Config
	kind := strings.TrimSuffix(strings.TrimPrefix(head, "data:image/"), ";base64")
	switch {
	case kind == "jpeg":
		c, err = jpeg.DecodeConfig(bytes.NewReader(b))
	case kind == "png" && drawing && plainPNG(b):
		c, err = png.DecodeConfig(bytes.NewReader(b))
	default:
		return picture{}, false
	}
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width > maxSide || c.Height > maxSide {
		return picture{}, false
	}
	p := picture{pipeline.DigestOf(b).Hex(), float64(c.Width), float64(c.Height)}
	if a.known[p.name] {
		return p, true
	}
	info := a.sheet.RegisterImageOptionsReader(p.name, fpdf.ImageOptions{ImageType: kind}, bytes.NewReader(b))
	if a.sheet.Ok() {
		a.known[p.name] = true
		a.sheet.SetError(ranked(info, len(a.known)))
	}
	return p, a.sheet.Ok()
}

// ranked gives a picture a width of its own, by a millionth of a pixel. fpdf 0.12 writes pictures in the order of their widths, and those
// of one width in the order in which a Go map happens to give them, that is, differently each time. In the file widths are whole numbers.
func ranked(info *fpdf.ImageInfoType, rank int) error {
	b, err := info.GobEncode()
	if err != nil {
		return err
	}
	var (
		data, mask, palette          []byte
		n, bits                      int
		w, h, scale, dpi             float64
		space, filter, decodeOptions string
		transparent                  []int
	)
	fields := []any{&data, &mask, &n, &w, &h, &space, &palette, &bits, &filter, &decodeOptions, &transparent, &scale, &dpi}
	in := gob.NewDecoder(bytes.NewReader(b))
	for _, f := range fields {
		if err := in.Decode(f); err != nil {
			return err
		}
	}
	w += 1e-6 * float64(rank)
	var again bytes.Buffer
	out := gob.NewEncoder(&again)
	for _, f := range fields {
		if err := out.Encode(f); err != nil {
			return err
		}
	}
	return info.GobDecode(again.Bytes())
}

// plainPNG reports whether a PNG can be embedded without decompressing it: eight bits of grey or colour without transparency, not
// interlaced (PNG §11.2.2).
func plainPNG(b []byte) bool {
	return len(b) > 29 && b[24] == 8 && (b[25] == 0 || b[25] == 2) && b[28] == 0 && !bytes.Contains(b[:min(len(b), 4096)], []byte("tRNS"))
}

// image sets a picture at its own shape. One that cannot be embedded is named.
func (l *layout) image(n *node, a area, drawing bool) []strip {
	most := float64(pictureHeight)
	if drawing {
		most = drawingHeight
	}
	p, ok := l.album.put(n.attrs["src"], drawing)
	if !ok {
		return l.veil(n.attrs["alt"], a)
	}
	scale := min(a.width/p.w, most/p.h, 1)
	w, h := p.w*scale, p.h*scale
	return []strip{{height: h + 2, ops: []op{func(s *sheet, y float64) {
		s.ImageOptions(p.name, a.x, y+1, w, h, false, fpdf.ImageOptions{}, 0, "")
		s.drawWith(line, 0.4)
		s.Rect(a.x, y+1, w, h, "D")
	}}}}
}

// veil stands where there is no picture, and says why.
func (l *layout) veil(text string, a area) []strip {
	at := area{a.x, min(a.width, 150)}
	st := style{face: regular, size: 7.4, ink: soft}
	one := strip{}
	pasted(&one, append([]strip{blank(14)}, append(l.paragraph(l.inlined(st, &node{text: text}), at.inner(10, 10), st), blank(14))...), 0)
	h := one.height
	one.ops = append([]op{func(s *sheet, y float64) { s.fill(at.x, y, at.width, h, raised) }}, one.ops...)
	return []strip{one}
}

// covered is a picture under its blurred one: the one or the other is shown.
func (l *layout) covered(n *node, a area, st style) []strip {
	kids := n.elements()
	if l.clear && len(kids) > 1 {
		return l.flow(kids[1:], a, st)
	}
	if len(kids) == 0 {
		return nil
	}
	return l.flow(kids[0].kids, a, st)
}

// drawn is the drawing of a match. It shows pictures as they are, so it is left out where they are blurred.
func (l *layout) drawn(n *node, a area, st style) []strip {
	if !l.clear {
		return spaced(l.paragraph(l.inlined(st.in(soft).at(smallSize), &node{text: l.withheld}), a, st.at(smallSize)), 6)
	}
	var out []strip
	for _, f := range n.named("figure") {
		for _, k := range f.elements() {
			if k.name == "img" {
				out = append(out, together(l.image(k, a, true))...)
			} else {
				out = append(out, l.block(k, a, st.at(smallSize))...)
			}
		}
	}
	return spaced(out, 8)
}

// pair sets two pictures beside each other.
func (l *layout) pair(n *node, a area, st style) []strip {
	sides := n.elements()
	w := min(230, (a.width-18)/float64(max(len(sides), 1)))
	columns := make([][]strip, len(sides))
	for i, k := range sides {
		columns[i] = l.flow(k.kids, area{a.x + float64(i)*(w+18), w}, style{face: bold, size: 7.4, ink: soft})
	}
	return spaced(beside(columns...), 6)
}
