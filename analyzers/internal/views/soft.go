package views

import (
	"image"
	"slices"
)

// What marks bars that are a blurred copy of the picture, as apps fill a screen of another shape.
const (
	softPart  = 20   // thinner bars are none
	softness  = 0.45 // detail of the strongest lines of the bars, of that of those between
	edgeRise  = 4    // how far the step at the edge stands out from the steps in the bar
	edgeLeast = 2    // levels: the least step at the edge
	unequal   = 40   // bars differ by at most this part of the side
)

// withoutSoftBars is box without a pair of equal blurred bars left and right, or above and below.
func (g Gray) withoutSoftBars(box image.Rectangle) image.Rectangle {
	if n := g.from(box, true, false).softBars(); n > 0 {
		box.Min.X, box.Max.X = box.Min.X+n, box.Max.X-n
		return box
	}
	if n := g.from(box, false, false).softBars(); n > 0 {
		box.Min.Y, box.Max.Y = box.Min.Y+n, box.Max.Y-n
	}
	return box
}

// softBars is how many lines the blurred bar on either side has; 0 where there are none.
func (l lines) softBars() int {
	if l.n < 2*softPart || l.length < 2 {
		return 0
	}
	if low, high := (profile{steps: l.steps()}).edges(1); low == 0 || high == 0 {
		return 0 // as of nearly all pictures: their detail is not asked for
	}
	p := newProfile(l.n)
	p.add(l)
	return p.softBars(1)
}

// steps is the mean difference from each line to the one before it, as in a profile.
func (l lines) steps() []float64 {
	sums := make([]int, l.n)
	for i := 1; l.dot == 1 && i < l.n; i++ { // rows
		row, above := l.pix[l.first+i*l.line:][:l.length], l.pix[l.first+(i-1)*l.line:][:l.length]
		for x, v := range row {
			sums[i] += apart(v, above[x])
		}
	}
	for y := 0; l.dot != 1 && y < l.length; y++ { // columns, row by row
		row := l.pix[l.first+y*l.dot:][:l.n]
		before := row[0]
		for x, v := range row {
			sums[x] += apart(v, before)
			before = v
		}
	}
	across := 1 / float64(l.length)
	out := make([]float64, l.n)
	for i, sum := range sums {
		out[i] = float64(float64(sum) * across)
	}
	return out
}

// profile is the mean difference between neighbours along each line, and from each line to the one before it, summed over
// pictures.
type profile struct{ detail, steps []float64 }

func newProfile(lines int) profile { return profile{make([]float64, lines), make([]float64, lines)} }

// within is the profile of the lines from low to high.
func (p profile) within(low, high int) profile { return profile{p.detail[low:high], p.steps[low:high]} }

// softBars is how many lines the blurred bar on either side has in so many pictures; 0 where there are none.
func (p profile) softBars(pictures int) int {
	n := len(p.detail)
	if n < 2*softPart {
		return 0
	}
	low, high := p.edges(pictures)
	if low == 0 || high == 0 || max(low-high, high-low)*unequal > n {
		return 0
	}
	bars, between := slices.Concat(p.detail[:low], p.detail[n-high:]), slices.Clone(p.detail[low:n-high])
	if strongest(bars) > softness*strongest(between) {
		return 0
	}
	return max(low, high)
}

// edges are where the step stands out from either side on; 0 where it does not.
func (p profile) edges(pictures int) (low, high int) {
	n := len(p.steps)
	step := func(at int) float64 { return p.steps[at] / float64(pictures) }
	return edge(n, step), edge(n, func(i int) float64 { return step(n - i) })
}

// strongest is the detail that one line in ten passes. It sorts.
func strongest(detail []float64) float64 {
	slices.Sort(detail)
	return detail[len(detail)*9/10]
}

// add adds a picture's lines.
func (p profile) add(l lines) {
	along, across := 1/float64(max(l.length-1, 1)), 1/float64(l.length)
	for i := range l.n {
		detail, step := 0, 0
		at := l.first + i*l.line
		before := l.pix[at]
		for range l.length {
			v := l.pix[at]
			detail += apart(v, before)
			if before = v; i > 0 {
				step += apart(v, l.pix[at-l.line])
			}
			at += l.dot
		}
		p.detail[i] += float64(float64(detail) * along)
		p.steps[i] += float64(float64(step) * across)
	}
}

func apart(a, b uint8) int {
	d := int(a) - int(b)
	return max(d, -d)
}

// edge is the first of n places from one side where the step from line to line stands out from all before it, less than two
// fifths of the way to the other side; 0 where there is none. Of two high steps in a row, where the edge was not on a whole
// pixel, it is the second.
func edge(n int, step func(at int) float64) int {
	sum := 0.0
	for i := 1; 5*i < 2*n; i++ {
		s := step(i)
		if i*softPart >= n && s >= edgeLeast && s*float64(i-1) > edgeRise*sum {
			if step(i+1) > s {
				return i + 1
			}
			return i
		}
		sum += s
	}
	return 0
}
