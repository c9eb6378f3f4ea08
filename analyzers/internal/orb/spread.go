package orb

import (
	"cmp"
	"slices"
)

// cell is the side of a grid's cells, in pixels of the level.
const cell = 8

// grid holds the corners of one level by where they lie.
type grid struct {
	w, h    int
	corners []corner
	last    []int32 // by cell: 1 and the place among corners of the one put last; 0 where there is none
	before  []int32 // by corner: the same of the one put into its cell before it
}

// newGrid is an empty one in the memory of k.
func (k *keep) newGrid(p *plane, cs []corner) *grid {
	w, h := (p.w+cell-1)/cell, (p.h+cell-1)/cell
	k.last, k.before = grown(k.last, w*h), grown(k.before, len(cs))
	clear(k.last)
	return &grid{w, h, cs, k.last, k.before}
}

// put enters corner i.
func (g *grid) put(i int) {
	c := &g.corners[i]
	at := &g.last[c.y/cell*g.w+c.x/cell]
	g.before[i], *at = *at, int32(i)+1
}

// ring calls do for the corners of the cells whose row or column is r away from that of (x,y), and neither farther. It
// reports whether there were such cells.
func (g *grid) ring(x, y, r int, do func(*corner)) (any bool) {
	for j := max(y-r, 0); j <= min(y+r, g.h-1); j++ {
		step := 1
		if j != y-r && j != y+r {
			step = max(2*r, 1)
		}
		for i := x - r; i <= x+r; i += step {
			if i < 0 || i >= g.w {
				continue
			}
			any = true
			for k := g.last[j*g.w+i]; k > 0; k = g.before[k-1] {
				do(&g.corners[k-1])
			}
		}
	}
	return any
}

// alone is the squared distance of a corner that no other is stronger than.
const alone = 1 << 40

// measure gives each corner of a level its distance to the nearest stronger one, and returns them by place. pixel is the side of
// the level's pixels in units of u and v.
func (k *keep) measure(cs []corner, p *plane, pixel int) *grid {
	slices.SortFunc(cs, func(a, b corner) int {
		return cmp.Or(cmp.Compare(b.response, a.response), cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x))
	})
	g := k.newGrid(p, cs)
	for i := range cs {
		c := &cs[i]
		c.free = alone
		for r := 0; ; r++ {
			if gap := int64(max(r-1, 0) * cell * pixel); gap*gap >= c.free {
				break
			}
			if !g.ring(c.x/cell, c.y/cell, r, func(o *corner) { c.free = min(c.free, c.squared(o)) }) {
				break
			}
		}
		g.put(i)
	}
	return g
}

func (c *corner) squared(o *corner) int64 {
	du, dv := int64(c.u-o.u), int64(c.v-o.v)
	return du*du + dv*dv
}

// yield halves the distance of corners that a neighbouring level shows more strongly, within two pixels of the finer one.
// pixel is the side of that one's pixels.
func yield(cs []corner, other *grid, p, q *plane, pixel int) {
	within := int64(4 * pixel * pixel)
	for i := range cs {
		c := &cs[i]
		x, y := (2*c.x+1)*q.w/(2*p.w), (2*c.y+1)*q.h/(2*p.h)
		stronger := false
		for r := range 2 {
			other.ring(x/cell, y/cell, r, func(o *corner) {
				stronger = stronger || o.response > c.response && c.squared(o) < within
			})
		}
		if stronger {
			c.free /= 4
		}
	}
}

// class is 0 for the corners that most pictures have plenty of, and higher for weaker ones, which only fill up.
func (c *corner) class() int {
	switch {
	case c.response >= floor<<6:
		return 0
	case c.response >= floor<<3:
		return 1
	}
	return 2
}

// rank orders corners by how soon they are wanted.
func rank(a, b *corner) int {
	return cmp.Or(cmp.Compare(a.class(), b.class()), cmp.Compare(b.free, a.free), cmp.Compare(b.response, a.response),
		cmp.Compare(a.level, b.level), cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x))
}
