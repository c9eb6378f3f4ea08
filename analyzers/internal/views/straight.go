package views

import (
	"cmp"
	"slices"
)

// What marks a straight line along which luma steps.
const (
	stepLeast = 6   // levels of a step
	runPart   = 8   // a line is straight, in one go, for this part of the picture's shorter side at least,
	runLeast  = 12  // and so many pixels,
	runFull   = 0.8 // with so much of it stepping
	maxLines  = 16  // lines each way
	frameStep = 20  // levels of a step between a picture and a frame around it
	blankHalf = 2   // rows above and below a line in which nothing steps where it is blank
)

// stepped is luma with its steps.
type stepped struct {
	Gray
	steps []uint8 // of each pixel from the one above it; one more row of none
}

func newStepped(g Gray) stepped {
	p := stepped{g, make([]uint8, (g.H+1)*g.W)}
	for y := 1; y < g.H; y++ {
		above, row, out := g.Pix[(y-1)*g.W:][:g.W], g.Pix[y*g.W:][:g.W], p.steps[y*g.W:][:g.W]
		for x := range out {
			out[x] = uint8(apart(row[x], above[x]))
		}
	}
	return p
}

// transposed is the picture with rows for columns.
func (g Gray) transposed() Gray {
	out := Gray{g.H, g.W, make([]uint8, len(g.Pix))}
	for y := range g.H {
		for x, v := range g.Pix[y*g.W:][:g.W] {
			out.Pix[x*g.H+y] = v
		}
	}
	return out
}

// ridge marks the places of row y where luma steps from the row above, by more than a row farther up or down and by more than it changes
// along the row.
func (p stepped) ridge(out []uint8, y int) {
	n := p.W
	this, before, behind := p.steps[y*n:][:n], p.steps[(y-1)*n:][:n], p.steps[(y+1)*n:][:n]
	row, above := p.Pix[y*n:][:n], p.Pix[(y-1)*n:][:n]
	for x := range out {
		out[x] = 0
		s := this[x]
		if s < stepLeast || s < before[x] || s < behind[x] {
			continue
		}
		l, r := max(x-1, 0), min(x+1, n-1)
		if 2*int(s) >= max(apart(row[l], row[r]), apart(above[l], above[r])) {
			out[x] = 1
		}
	}
}

// line is a row along which luma steps, from the row above or to the row below, in straight parts; or, at 0 and the height, the
// picture's own border.
type line struct {
	at     int
	length int     // of the straight parts
	hits   []int32 // by x: how many places left of it step
	blanks []int32 // likewise where nothing near steps
}

// own reports whether the line is the picture's border.
func (l line) own() bool { return l.hits == nil }

// straight are the lines with the longest straight parts, ascending, between the picture's borders.
func (p stepped) straight() []line {
	run := max(min(p.W, p.H)/runPart, runLeast)
	var all []line
	either := newRows(p)
	for y := 1; y+1 < p.H; y++ {
		if n := runs(either.at(y), run); n > 0 {
			all = append(all, line{at: y, length: n})
		}
	}
	all = prominent(all)
	for i := range all {
		p.count(&all[i], either)
	}
	return slices.Concat([]line{{at: 0}}, all, []line{{at: p.H}})
}

// rows marks where luma steps from the row above or to the row below, row after row.
type rows struct {
	stepped
	last         int // row whose lower ridge is known
	upper, lower []uint8
	either       []uint8
}

func newRows(p stepped) *rows {
	return &rows{p, -1, make([]uint8, p.W), make([]uint8, p.W), make([]uint8, p.W)}
}

// at is row y, neither the first nor the last. What it returns holds until the next call.
func (r *rows) at(y int) []uint8 {
	if r.last == y-1 {
		r.upper, r.lower = r.lower, r.upper
	} else {
		r.ridge(r.upper, y)
	}
	r.ridge(r.lower, y+1)
	r.last = y
	for x, m := range r.upper {
		r.either[x] = m | r.lower[x]
	}
	return r.either
}

// count counts a line's places.
func (p stepped) count(l *line, r *rows) {
	l.hits, l.blanks = make([]int32, p.W+1), make([]int32, p.W+1)
	marks := r.at(l.at)
	for x := range p.W {
		l.hits[x+1], l.blanks[x+1] = l.hits[x]+int32(marks[x]), l.blanks[x]+1
		for y := max(l.at-blankHalf, 1); y <= min(l.at+blankHalf+1, p.H-1); y++ {
			if p.steps[y*p.W+x] >= stepLeast {
				l.blanks[x+1] = l.blanks[x]
			}
		}
	}
}

// runs is how long all stretches together are that are part of a stretch of a length which is full enough.
func runs(marks []uint8, length int) (total int) {
	need := int(runFull*float64(length) + 1)
	n, end := 0, 0
	for x, m := range marks {
		n += int(m)
		if x >= length {
			n -= int(marks[x-length])
		}
		if x+1 >= length && n >= need {
			total += x + 1 - max(end, x+1-length)
			end = x + 1
		}
	}
	return total
}

// prominent keeps the lines with the longest straight parts, none beside a longer one, ascending.
func prominent(all []line) (out []line) {
	slices.SortStableFunc(all, func(a, b line) int { return cmp.Compare(b.length, a.length) })
	for _, l := range all {
		if len(out) == maxLines {
			break
		}
		if !slices.ContainsFunc(out, func(o line) bool { return max(o.at-l.at, l.at-o.at) <= 1 }) {
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b line) int { return cmp.Compare(a.at, b.at) })
	return out
}

// innermost is the border between rows, of the line at a row or up to framed rows farther in, behind which luma steps no more along the
// line as a frame does: a thin frame is no part of what it frames.
func (p stepped) innermost(at, from, to, in int) int {
	if at == 0 || at == p.H {
		return at
	}
	inner := at
	if p.along(at+1, from, to, stepLeast) > p.along(at, from, to, stepLeast) {
		inner = at + 1
	}
	for y, d := inner, 1; d <= framed; d++ {
		if p.along(y+in*d, from, to, frameStep) >= sideFull {
			inner = y + in*d
		}
	}
	return inner
}

// along is the share of a part of a row that steps so much from the row above.
func (p stepped) along(y, from, to, least int) float64 {
	if y < 1 || y >= p.H {
		return 0
	}
	n := 0
	for _, s := range p.steps[y*p.W+from : y*p.W+to] {
		if int(s) >= least {
			n++
		}
	}
	return float64(n) / float64(to-from)
}
