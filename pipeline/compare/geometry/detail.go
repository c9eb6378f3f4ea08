package geometry

import (
	"math"
	"slices"
)

// Detail is what holds of two pictures laid on each other as exactly as their luma allows, cell by cell of their miniatures. Cells are
// those of the coarser picture; shares are of the overlap.
type Detail struct {
	Windows int     // that have texture and show the same in both pictures
	Unlike  float64 // share of all that have texture, but for bars along the borders, which do not
	Drift   float64 // of those, three quarters lie within so many cells of their places
	Shifted float64 // share of those that lie off their places

	Ghosts float64 // share where either picture shows what the other has not, as where something moved
	Added  float64 // share where they show something else, and it has the shape of no overlay
	Near   float64 // the same where it has the shape of a line of letters, or lies near the upper or lower border
	Laid   float64 // the same where it is a bar along a border, or a box
}

// Examine compares two pictures in detail, by a map from fractions of A to fractions of B that is right to a few cells; ok is false where there
// is nothing to compare. It says the same whichever of the two is A, but for rounding.
func Examine(a, b Picture, m Map) (d Detail, ok bool) {
	p, ok := align(a, b, m)
	if !ok {
		return d, false
	}
	grid, cells := differing(p)
	if cells == 0 {
		return d, true
	}
	borders := barsOf(grid, p.a)
	d.drift(p, borders)
	d.content(p, borders, grid, cells)
	return d, true
}

const (
	driftSide    = 15   // cells of a window
	driftStep    = 7    // cells
	driftTexture = 5.0  // standard deviation of the luma in a window that has texture, in either picture
	same         = 0.5  // part of that which may be left where a window shows the same
	offPlace     = 0.35 // cells
	damping      = 0.02 // of the gradients: what has no corner moves little along its edges
)

// drift measures how far the windows lie off their places.
func (d *Detail) drift(p laying, b bars) {
	var all []float64
	shifted, unlike := 0, 0
	for y := 1; y+driftSide < p.b.h; y += driftStep {
		for x := 1; x+driftSide < p.b.w; x += driftStep {
			off, rest, ok := displacement(p.localA, p.localB, x, y)
			switch {
			case !ok:
			case rest <= same:
				all = append(all, off)
				if off > offPlace {
					shifted++
				}
			case b.open(patch{left: x, top: y, right: x + driftSide - 1, bottom: y + driftSide - 1}):
				unlike++
			}
		}
	}
	d.Windows = len(all)
	d.Unlike = float64(unlike) / float64(max(len(all)+unlike, 1))
	if len(all) > 0 {
		slices.Sort(all)
		d.Drift, d.Shifted = all[3*(len(all)-1)/4], float64(shifted)/float64(len(all))
	}
}

// displacement is by how many cells a window of A must move to lie on B, to first order in the luma's slope, and the part of the luma's
// deviation that is left then.
func displacement(a, b luma, x0, y0 int) (off, rest float64, ok bool) {
	w, ok := spreadOf(a, b, x0, y0)
	if !ok {
		return 0, 0, false
	}
	var xx, xy, yy, xt, yt, tt float64
	for y := y0; y < y0+driftSide; y++ {
		for x := x0; x < x0+driftSide; x++ {
			i := y*a.w + x
			gx := (product(w.gain, a.v[i+1]-a.v[i-1]) + b.v[i+1] - b.v[i-1]) / 4
			gy := (product(w.gain, a.v[i+a.w]-a.v[i-a.w]) + b.v[i+a.w] - b.v[i-a.w]) / 4
			t := b.v[i] - w.meanB - product(w.gain, a.v[i]-w.meanA)
			xx, xy, yy = xx+product(gx, gx), xy+product(gx, gy), yy+product(gy, gy)
			xt, yt, tt = xt+product(gx, t), yt+product(gy, t), tt+product(t, t)
		}
	}
	damp := 1 + product(damping, xx+yy)
	xx, yy = xx+damp, yy+damp
	det := product(xx, yy) - product(xy, xy)
	dx, dy := (product(yy, xt)-product(xy, yt))/det, (product(xx, yt)-product(xy, xt))/det
	left := max(tt-product(dx, xt)-product(dy, yt), 0)
	return math.Sqrt(squared(dx, dy)), math.Sqrt(left / (driftSide * driftSide) / w.varianceB), true
}

// spread is how the luma of a window is spread in either picture.
type spread struct{ meanA, meanB, varianceB, gain float64 }

// spreadOf is that of a window; ok is false where it is not covered, or has no texture.
func spreadOf(a, b luma, x0, y0 int) (w spread, ok bool) {
	const n = driftSide * driftSide
	var sa, sb, aa, bb float64
	for y := y0; y < y0+driftSide; y++ {
		for x := x0; x < x0+driftSide; x++ {
			i := y*a.w + x
			u, v := a.v[i], b.v[i]
			if math.IsNaN(u + v + a.v[i-1] + a.v[i+1] + a.v[i-a.w] + a.v[i+a.w] + b.v[i-1] + b.v[i+1] + b.v[i-a.w] + b.v[i+a.w]) {
				return w, false
			}
			sa, sb, aa, bb = sa+u, sb+v, aa+product(u, u), bb+product(v, v)
		}
	}
	va, vb := aa/n-product(sa/n, sa/n), bb/n-product(sb/n, sb/n)
	return spread{sa / n, sb / n, vb, math.Sqrt(vb / va)}, min(va, vb) >= driftTexture*driftTexture
}
