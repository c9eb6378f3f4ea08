package geometry

import (
	"math"
	"slices"
)

const (
	oneSided   = 1.4  // times that the border of what was laid over a picture stands out more there than in the other
	leastBox   = 12   // cells a side
	largeBox   = 20   // cells a side, of one that is known by its sides alone
	straight   = 0.75 // share of a box's sides that what fills it reaches,
	reaches    = 2    // to within so many cells: a round thing reaches six tenths at most
	sharp      = 14.0 // steps of luma across the side of a box,
	sheer      = 0.9  // along this share of its sides in the picture that has it,
	clearer    = 0.25 // and along so much less in the other
	fewLetters = 3    // parts of a line of letters, at least
	line       = 2.5  // times that a line of letters is longer than high, at least
)

// group is cells that differ, near to each other.
type group struct {
	patch
	cells        []int
	parts        int
	edgeA, edgeB float64 // mean step of the luma across the border, in either picture
	sides        float64 // share of the sides of the box about it that it reaches
	sheerA       float64 // share of those sides along which the luma steps, in either picture
	sheerB       float64
}

// groups gathers cells that lie no farther from each other than a gap, in the order of their first cell.
func groups(grid []bool, w, h, gap int) []group {
	wide := make([]bool, len(grid))
	for i, on := range grid {
		if !on {
			continue
		}
		for y := max(i/w-gap/2, 0); y <= min(i/w+(gap+1)/2, h-1); y++ {
			for x := max(i%w-gap/2, 0); x <= min(i%w+(gap+1)/2, w-1); x++ {
				wide[y*w+x] = true
			}
		}
	}
	var out []group
	of, at := numbered(wide, w, h), map[int]int{}
	for i, on := range grid {
		if !on {
			continue
		}
		k, known := at[of[i]]
		if !known {
			k = len(out)
			at[of[i]] = k
			out = append(out, group{patch: patch{0, i % w, i / w, i % w, i / w}})
		}
		g := &out[k]
		g.n++
		g.left, g.right, g.top, g.bottom = min(g.left, i%w), max(g.right, i%w), min(g.top, i/w), max(g.bottom, i/w)
		g.cells = append(g.cells, i)
	}
	parts, seen := numbered(grid, w, h), map[int]bool{}
	for i, on := range grid {
		if on && !seen[parts[i]] {
			seen[parts[i]] = true
			out[at[of[i]]].parts++
		}
	}
	return out
}

// numbered numbers the connected parts of a grid, from 1.
func numbered(grid []bool, w, h int) []int {
	of := make([]int, len(grid))
	n := 0
	var stack []int
	for start, on := range grid {
		if !on || of[start] != 0 {
			continue
		}
		n++
		of[start] = n
		for stack = append(stack[:0], start); len(stack) > 0; {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, d := range beside {
				if u, v := i%w+d[0], i/w+d[1]; u >= 0 && v >= 0 && u < w && v < h && grid[v*w+u] && of[v*w+u] == 0 {
					of[v*w+u] = n
					stack = append(stack, v*w+u)
				}
			}
		}
	}
	return of
}

// measure measures the border of a group in both pictures.
func (g *group) measure(p laying) {
	a, b := p.a, p.b
	own := make(map[int]bool, len(g.cells))
	for _, i := range g.cells {
		own[i] = true
	}
	edges := 0.0
	for _, i := range g.cells {
		x, y := i%b.w, i/b.w
		for _, d := range beside {
			u, v := x+2*d[0], y+2*d[1]
			if u < 0 || v < 0 || u >= b.w || v >= b.h || own[i+d[1]*b.w+d[0]] || math.IsNaN(a.v[v*b.w+u]) {
				continue
			}
			edges++
			g.edgeA += math.Abs(a.v[v*b.w+u] - a.v[i])
			g.edgeB += math.Abs(b.v[v*b.w+u] - b.v[i])
		}
	}
	g.edgeA, g.edgeB = g.edgeA/max(edges, 1), g.edgeB/max(edges, 1)
	g.sides = g.reached(b.w)
	g.sheerA, g.sheerB = g.stepped(a), g.stepped(b)
}

// stepped is the share of the sides of the box about a group along which the luma steps, each side where most of it does, to within reaches cells.
func (g *group) stepped(p luma) float64 {
	n := 0
	side := func(length int, at func(i, off int) (x, y, u, v int)) {
		most := 0
		for off := -reaches; off <= reaches; off++ {
			steps := 0
			for i := range length {
				x, y, u, v := at(i, off)
				if min(x, y, u, v) >= 0 && max(x, u) < p.w && max(y, v) < p.h && math.Abs(p.v[y*p.w+x]-p.v[v*p.w+u]) >= sharp {
					steps++
				}
			}
			most = max(most, steps)
		}
		n += most
	}
	w, h := g.right-g.left+1, g.bottom-g.top+1
	side(w, func(i, off int) (x, y, u, v int) { return g.left + i, g.top + off - 1, g.left + i, g.top + off + 1 })
	side(w, func(i, off int) (x, y, u, v int) {
		return g.left + i, g.bottom + off - 1, g.left + i, g.bottom + off + 1
	})
	side(h, func(i, off int) (x, y, u, v int) { return g.left + off - 1, g.top + i, g.left + off + 1, g.top + i })
	side(h, func(i, off int) (x, y, u, v int) { return g.right + off - 1, g.top + i, g.right + off + 1, g.top + i })
	return float64(n) / float64(2*(w+h))
}

// reached is the share of the sides of the box about a group that the group reaches.
func (g *group) reached(stride int) float64 {
	w, h := g.right-g.left+1, g.bottom-g.top+1
	top, bottom, left, right := make([]bool, w), make([]bool, w), make([]bool, h), make([]bool, h)
	for _, i := range g.cells {
		x, y := i%stride, i/stride
		top[x-g.left] = top[x-g.left] || y-g.top < reaches
		bottom[x-g.left] = bottom[x-g.left] || g.bottom-y < reaches
		left[y-g.top] = left[y-g.top] || x-g.left < reaches
		right[y-g.top] = right[y-g.top] || g.right-x < reaches
	}
	n := 0
	for _, on := range slices.Concat(top, bottom, left, right) {
		if on {
			n++
		}
	}
	return float64(n) / float64(2*(w+h))
}

// side says in which picture a group stands out: 1 in A, 2 in B, 0 in both.
func (g *group) side() int {
	switch {
	case g.edgeA >= oneSided*g.edgeB:
		return 1
	case g.edgeB >= oneSided*g.edgeA:
		return 2
	}
	return 0
}

// box reports whether a group fills a box up to its sides, or has the sides of one.
func (g *group) box() bool {
	if g.side() == 0 || min(g.right-g.left, g.bottom-g.top)+1 < leastBox {
		return false
	}
	has, other := g.sheerA, g.sheerB
	if g.side() == 2 {
		has, other = other, has
	}
	return g.sides >= straight || has >= sheer && has-other >= clearer && min(g.right-g.left, g.bottom-g.top)+1 >= largeBox
}

// letters reports whether a group has the shape of a line of letters.
func (g *group) letters() bool {
	return g.parts >= fewLetters && float64(g.right-g.left+1) >= line*float64(g.bottom-g.top+1)
}
