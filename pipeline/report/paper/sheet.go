package paper

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"codeberg.org/go-pdf/fpdf"
)

// sheet is the paper that is drawn on, all sheets of it one after another.
type sheet struct {
	*fpdf.Fpdf
	faces *[faces]typeface
	set   style          // what the current page's text is set in
	page  int            // for which set holds
	gap   float64        // the space above the strip that is drawn
	links map[string]int // by anchor
}

// newSheet makes empty paper with the faces embedded.
func newSheet(t *[faces]typeface) *sheet {
	p := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: sheetWidth, Ht: sheetHeight}})
	p.SetAutoPageBreak(false, 0)
	p.SetMargins(0, 0, 0)
	p.SetCatalogSort(true)
	for i := range t {
		p.AddUTF8FontFromBytes(t[i].family, t[i].style, bytes.Clone(t[i].file))
	}
	return &sheet{Fpdf: p, faces: t, links: map[string]int{}}
}

// place puts strips onto sheets.
func (s *sheet) place(strips []strip) {
	s.AddPage()
	y, top := float64(marginTop), true
	bottom := float64(marginTop + bodyHeight)
	for i := 0; i < len(strips); i++ {
		one := strips[i]
		if !top && y+one.before+s.needs(strips[i:]) > bottom {
			s.AddPage()
			y, top = marginTop, true
			for _, h := range one.head {
				s.draw(h, y, 0)
				y += h.height
			}
		}
		gap := one.before
		if top {
			gap = 0
		}
		s.draw(one, y+gap, gap)
		y, top = y+gap+one.height, false
	}
}

// needs is the height of the first strip and those it is kept with; where that is more than a sheet, of the first alone.
func (s *sheet) needs(strips []strip) float64 {
	h := 0.0
	for i, one := range strips {
		if i > 0 {
			h += one.before
		}
		h += one.height
		if !one.keep {
			break
		}
		if h > bodyHeight {
			return strips[0].height
		}
	}
	return h
}

func (s *sheet) draw(one strip, y, gap float64) {
	for _, id := range one.ids {
		if n, ok := s.links[id]; ok {
			s.SetLink(n, max(y-6, 0), s.PageNo())
		}
	}
	if one.mark != nil {
		s.Bookmark(one.mark.text, one.mark.level, max(y-6, 0))
	}
	s.gap = gap
	for _, o := range one.ops {
		o(s, y)
	}
}

// text draws text with its baseline at y.
func (s *sheet) text(x, y float64, text string, st style) {
	if text == "" {
		return
	}
	if s.page != s.PageNo() || s.set.face != st.face || s.set.size != st.size {
		t := s.faces[st.face]
		s.SetFont(t.family, t.style, st.size)
	}
	s.SetTextColor(st.ink[0], st.ink[1], st.ink[2])
	s.set, s.page = st, s.PageNo()
	s.Text(x, y, s.faces[st.face].named(text))
}

func (s *sheet) fillWith(c colour) { s.SetFillColor(c[0], c[1], c[2]) }

func (s *sheet) drawWith(c colour, width float64) {
	s.SetDrawColor(c[0], c[1], c[2])
	s.SetLineWidth(width)
}

// fill draws a field without a frame.
func (s *sheet) fill(x, y, w, h float64, c colour) {
	s.fillWith(c)
	s.Rect(x, y, w, h, "F")
}

// round draws a field with round corners.
func (s *sheet) round(x, y, w, h, r float64, c colour) {
	s.fillWith(c)
	s.RoundedRect(x, y, w, h, r, "1234", "F")
}

// frame draws the outline of a field with round corners.
func (s *sheet) frame(x, y, w, h, r float64, c colour, dashed bool) {
	s.drawWith(c, 0.8)
	if dashed {
		s.SetDashPattern([]float64{2.5, 2}, 0)
		defer s.SetDashPattern(nil, 0)
	}
	s.RoundedRect(x, y, w, h, r, "1234", "D")
}

// rule draws a level line.
func (s *sheet) rule(x, y, w float64, c colour, width float64) {
	s.drawWith(c, width)
	s.Line(x, y, x+w, y)
}

// link makes a field lead to an anchor of this paper; to one that it does not have, nothing leads.
func (s *sheet) link(x, y, w, h float64, anchor string) {
	if n, ok := s.links[anchor]; ok {
		s.Link(x, y, w, h, n)
	}
}

// anchors announces where links may lead.
func (s *sheet) anchors(ids []string) {
	for _, id := range ids {
		if _, known := s.links[id]; !known {
			s.links[id] = s.AddLink()
		}
	}
}

// foot is what stands at the foot of every sheet.
type foot struct {
	lines []string                 // above each other
	page  func(n, m string) string // which sheet of how many
}

// footers goes back over all sheets, for only now it is known how many there are.
func (s *sheet) footers(f foot) {
	m := s.PageCount()
	for n := 1; n <= m; n++ {
		s.SetPage(n)
		y := float64(sheetHeight - marginFoot + 24)
		s.rule(marginSide, y-10, bodyWidth, line, 0.5)
		st := style{face: mono, size: footSize, ink: soft}
		for i, l := range f.lines {
			s.text(marginSide, y+float64(i)*footSize*1.5, l, st)
		}
		page := style{face: regular, size: smallSize, ink: soft}
		text := f.page(strconv.Itoa(n), strconv.Itoa(m))
		s.text(marginSide+bodyWidth-s.faces[regular].width(text)*page.size, y, text, page)
	}
}

// write puts the paper out.
func (s *sheet) write(w io.Writer) error {
	if err := s.Output(w); err != nil {
		return fmt.Errorf("paper: %w", err)
	}
	return nil
}
