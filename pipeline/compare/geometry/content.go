package geometry

import (
	"math"
	"slices"
)

const (
	leastBeyond = 6.0 // steps of luma by which a cell differs at least,
	beyondNoise = 4.0 // and as many times the median difference
	leastGroup  = 12  // cells that are weighed
	leastEdge   = 9.0 // steps of luma across the border of what is there, in the picture that has it
	gap         = 3   // cells between parts of one thing
	balance     = 4   // what stands out in the one picture and what stands out in the other are each one part of so many: then something moved
)

// content finds what differs, and parts what was laid over a picture from what it shows: what was laid over one picture
// stands out in that one alone, and is a bar along a border, a box, a line of letters, or lies near a border. What moved
// stands out in both, in each where it was then. What stands out in both at one place may be either.
func (d *Detail) content(p laying, b bars, grid []bool, cells int) {
	fade(grid, p)
	var left []group
	var of [3]int // cells by the side on which they stand out
	for _, g := range groups(grid, p.b.w, p.b.h, gap) {
		g.measure(p)
		switch {
		case g.n < leastGroup:
		case b.hold(g.patch) || g.box():
			d.Laid += float64(g.n) / float64(cells)
		default:
			left = append(left, g)
			of[g.side()] += g.n
		}
	}
	moved := balance*min(of[1], of[2]) >= of[1]+of[2] && of[1] > 0
	mixed := balance*(of[0]+min(of[1], of[2])) >= of[0]+of[1]+of[2]
	for _, g := range left {
		share := float64(g.n) / float64(cells)
		switch {
		case moved:
			d.Ghosts += share
		case !mixed && (g.letters() || b.near(g.patch)):
			d.Near += share
		default:
			d.Added += share
		}
	}
}

// differing are the cells that differ by more than noise does, and how many are compared.
func differing(p laying) (grid []bool, cells int) {
	e, cells, median := beyond(p.a, p.b)
	limit := max(leastBeyond, beyondNoise*median)
	grid = make([]bool, len(e))
	for i, v := range e {
		grid[i] = v > limit
	}
	return opened(grid, p.b.w, p.b.h), cells
}

// fade clears what has no edge in either picture: light, and tones that coding changed.
func fade(grid []bool, p laying) {
	for _, g := range groups(grid, p.b.w, p.b.h, 0) {
		if g.measure(p); max(g.edgeA, g.edgeB) < leastEdge {
			for _, i := range g.cells {
				grid[i] = false
			}
		}
	}
}

// beyond is by how much each cell's luma lies outside of the range about it in the other picture.
func beyond(a, b luma) (e []float64, cells int, median float64) {
	e = make([]float64, len(b.v))
	var all []float64
	for y := range b.h {
		for x := range b.w {
			i := y*b.w + x
			if math.IsNaN(a.v[i]) {
				continue
			}
			cells++
			if i%3 == 0 {
				all = append(all, math.Abs(a.v[i]-b.v[i]))
			}
			if !a.inner(x, y) {
				continue
			}
			low, high := a.about(x, y)
			lowB, highB := b.about(x, y)
			e[i] = max(min(max(b.v[i]-high, low-b.v[i]), max(a.v[i]-highB, lowB-a.v[i])), 0)
		}
	}
	if len(all) > 0 {
		slices.Sort(all)
		median = all[len(all)/2]
	}
	return e, cells, median
}

// inner reports whether a cell lies within what is covered by more than two cells.
func (p luma) inner(x, y int) bool {
	for _, d := range [...][2]int{{-3, 0}, {3, 0}, {0, -3}, {0, 3}, {-2, -2}, {2, 2}, {-2, 2}, {2, -2}} {
		u, v := x+d[0], y+d[1]
		if u < 0 || v < 0 || u >= p.w || v >= p.h || math.IsNaN(p.v[v*p.w+u]) {
			return false
		}
	}
	return true
}

// about are the least and the greatest luma of a cell and its neighbours.
func (p luma) about(x, y int) (low, high float64) {
	low, high = 255, 0
	for v := max(y-1, 0); v <= min(y+1, p.h-1); v++ {
		for u := max(x-1, 0); u <= min(x+1, p.w-1); u++ {
			if l := p.v[v*p.w+u]; !math.IsNaN(l) {
				low, high = min(low, l), max(high, l)
			}
		}
	}
	return low, high
}

// opened keeps the cells that lie in a square of four.
func opened(grid []bool, w, h int) []bool {
	out := make([]bool, len(grid))
	for y := 0; y+1 < h; y++ {
		for x := 0; x+1 < w; x++ {
			i := y*w + x
			if grid[i] && grid[i+1] && grid[i+w] && grid[i+w+1] {
				out[i], out[i+1], out[i+w], out[i+w+1] = true, true, true, true
			}
		}
	}
	return out
}
