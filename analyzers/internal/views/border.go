package views

import "image"

// What a border is made of. Shares are of the pixels of a line.
const (
	near      = 12   // levels by which pixels of one colour differ once coded
	flat      = 0.97 // share of the border's colour in a line of it that nothing stands on
	foreign   = 0.75 // at most this share of the first lines of the picture itself has the border's colour
	inkedPart = 12   // text stands on at most this part of the side in one go
	bare      = 2    // lines without text that part text from the picture, at least
	leastPart = 100  // thinner borders stay
	innerPart = 5    // what is left is at least this part of the side
	rounds    = 4    // borders within borders
)

// trimmed is the picture without its borders: bars, frames and captions of one colour, and blurred bars, where they
// end in a straight edge. Without borders it is the whole.
func (g Gray) trimmed() image.Rectangle {
	box := g.Bounds()
	for range rounds {
		before := box
		box.Min.Y += g.from(box, false, false).edged()
		box.Max.Y -= g.from(box, false, true).edged()
		box.Min.X += g.from(box, true, false).edged()
		box.Max.X -= g.from(box, true, true).edged()
		box = g.withoutSoftBars(box)
		if box == before {
			break
		}
	}
	return g.kept(box)
}

// kept is box, or the whole where box is too little of it.
func (g Gray) kept(box image.Rectangle) image.Rectangle {
	if box.Dx()*innerPart < g.W || box.Dy()*innerPart < g.H {
		return g.Bounds()
	}
	return box
}

// lines are the rows or columns of a box, counted from one of its sides.
type lines struct {
	pix       []uint8
	first     int // index of the first pixel of line 0
	line, dot int // steps from line to line and from pixel to pixel
	n, length int // lines and pixels of each
}

// from counts the box's rows from the top, or its columns from the left, or either from the far side.
func (g Gray) from(box image.Rectangle, columns, far bool) lines {
	l := lines{g.Pix, box.Min.Y*g.W + box.Min.X, g.W, 1, box.Dy(), box.Dx()}
	if columns {
		l.line, l.dot, l.n, l.length = 1, g.W, box.Dx(), box.Dy()
	}
	if far {
		l.first += (l.n - 1) * l.line
		l.line = -l.line
	}
	return l
}

// border is how many lines from line 0 on are of one colour, but for text that stands between such lines, and which colour
// that is. It is all of them where no other line comes.
func (l lines) border() (cut, colour int) {
	if l.n < 1 || l.length < 1 {
		return 0, 0
	}
	colour = l.commonest(0)
	run, gap := 0, 0 // the last bare lines in a row, and the inked ones behind the cut
	for i := range l.n {
		if l.share(i, colour) < flat {
			run = 0
			if gap++; cut == 0 || gap*inkedPart > l.n {
				return cut, colour
			}
			continue
		}
		if run++; gap == 0 || run >= bare {
			cut, gap = i+1, 0
		}
	}
	return cut, colour
}

// edged is how many lines the border has; none where it is too thin, or all there is, or its colour goes on behind it.
func (l lines) edged() int {
	cut, colour := l.border()
	if cut*leastPart < l.n || cut+4 > l.n {
		return 0
	}
	var beyond float64
	for i := cut + 1; i < cut+4; i++ {
		beyond += l.share(i, colour)
	}
	if beyond > 3*foreign {
		return 0
	}
	return cut
}

// share is the part of line i whose pixels have a colour or one near it.
func (l lines) share(i, colour int) float64 {
	n, at := 0, l.first+i*l.line
	for range l.length {
		if d := int(l.pix[at]) - colour; d <= near && d >= -near {
			n++
		}
		at += l.dot
	}
	return float64(n) / float64(l.length)
}

// commonest is the middle level of line i: that of a line of one colour.
func (l lines) commonest(i int) int {
	var levels [256]int
	at := l.first + i*l.line
	for range l.length {
		levels[l.pix[at]]++
		at += l.dot
	}
	seen := 0
	for v, n := range levels {
		if seen += n; 2*seen >= l.length {
			return v
		}
	}
	return 0
}
