package geometry

import (
	"math"
	"slices"
)

// Overlay is what holds of two pictures once A is laid on B. Its grid covers the whole of B.
type Overlay struct {
	Agreement float64 // correlation of the luma, -1 to 1, where the pictures overlap
	Textured  int     // windows of the overlap that have texture in either picture: those compared
	Agreeing  float64 // share of them that show the same: correlation of at least alike
	Exact     float64 // share of them that are the same but for coding: correlation of at least equal
	Median    float64 // of their correlations
	Disputed  float64 // share of the overlap in the least box about the windows that do not agree
	Changes   []Change
	Changed   float64 // share of the overlap that lies in Changes
	Ground    float64 // share of the overlap that has one tone, as behind text; of the picture that has more
	Across    float64 // correlation of B's luma on either side of A's border, where B goes on beyond it: high where the scene goes on
}

// Change is a part of the overlap where the two pictures show something else: added, removed or moved.
type Change struct {
	Box   [4]float64 // in B: left, top, width, height, in fractions
	Share float64    // of the overlap
	Fill  float64    // share of the box that differs: near 1 for a bar or a label, less for what moved by itself
}

const (
	windowSide  = 9   // cells
	windowStep  = 4   // cells
	texture     = 4.0 // standard deviation of the luma in a window that has texture
	alike       = 0.6
	equal       = 0.95
	oneTone     = 20    // steps of luma
	smallPart   = 0.125 // of either picture that is seen in the other: less is compared at all the detail there is
	leastBorder = 16    // cells along a border that are compared at least
)

// Lay lays A's miniature on B's by a map from fractions of A to fractions of B; ok is false where there is nothing to lay.
func Lay(a, b Picture, m Map) (o Overlay, ok bool) {
	back, ok := m.Inverse()
	if !ok || !valid(a.Miniature) || !valid(b.Miniature) {
		return o, false
	}
	la, lb := lumaOf(a.Miniature), lumaOf(b.Miniature)
	if f := (Fit{Matrix: m}); !f.See() || min(f.SeenOfA, f.SeenOfB) >= smallPart {
		la, lb = la.coarse(), lb.coarse()
	}
	la, lb = level(la, lb, m)
	la = la.blurred()
	laid := la.laid(lb.w, lb.h, back)
	o.Across = across(laid, lb)
	lb = lb.blurred()
	whole := correlate(laid, lb, 0, 0, lb.w, lb.h)
	if whole.cells == 0 {
		return o, false
	}
	o.Agreement = whole.correlation
	o.Ground = max(ground(laid, laid), ground(laid, lb))
	o.weigh(laid, lb, whole.cells)
	o.Changes = changes(laid, lb, whole.cells)
	for _, c := range o.Changes {
		o.Changed += c.Share
	}
	return o, true
}

// weigh compares window by window.
func (o *Overlay) weigh(laid, b luma, cells int) {
	var all []float64
	var not []corner
	for _, w := range windows(laid, b) {
		if !w.textured() {
			continue
		}
		all = append(all, w.correlation)
		if w.correlation < alike {
			x, y := float64(w.x), float64(w.y)
			not = append(not, corner{x, y}, corner{x + windowSide, y + windowSide})
		}
	}
	if o.Textured = len(all); o.Textured == 0 {
		return
	}
	box := bounds(not)
	o.Disputed = min(1, product(box[2], box[3])/float64(cells))
	slices.Sort(all)
	above := func(limit float64) float64 {
		i, _ := slices.BinarySearch(all, limit)
		return float64(len(all)-i) / float64(len(all))
	}
	o.Agreeing, o.Exact, o.Median = above(alike), above(equal), all[(len(all)-1)/2]
}

// window is a comparison of two planes in a box.
type window struct {
	x, y        int     // left, top
	cells       int     // that both pictures cover
	deviation   float64 // of the luma, of the picture that has more
	flatter     float64 // of the picture that has less
	correlation float64
}

func (w window) textured() bool {
	return w.cells == windowSide*windowSide && w.deviation >= texture
}

// windows are all windows of the grid, row by row.
func windows(laid, b luma) (out []window) {
	for y := 0; y+windowSide <= b.h; y += windowStep {
		for x := 0; x+windowSide <= b.w; x += windowStep {
			out = append(out, correlate(laid, b, x, y, windowSide, windowSide))
		}
	}
	return out
}

// correlate compares two planes of one size in a box. Cells that are not a number in a are not covered.
func correlate(a, b luma, x0, y0, w, h int) window {
	var n, sa, sb, aa, bb, ab float64
	for y := y0; y < y0+h; y++ {
		for x := x0; x < x0+w; x++ {
			u, v := a.v[y*a.w+x], b.v[y*b.w+x]
			if math.IsNaN(u) {
				continue
			}
			n++
			sa, sb = sa+u, sb+v
			aa, bb, ab = aa+product(u, u), bb+product(v, v), ab+product(u, v)
		}
	}
	out := window{x: x0, y: y0, cells: int(n)}
	if n == 0 {
		return out
	}
	va, vb := max(aa/n-product(sa/n, sa/n), 0), max(bb/n-product(sb/n, sb/n), 0)
	out.deviation, out.flatter = math.Sqrt(max(va, vb)), math.Sqrt(min(va, vb))
	if d := math.Sqrt(product(va, vb)); d > 0 {
		out.correlation = (ab/n - product(sa/n, sb/n)) / d
	}
	return out
}

// across compares the luma of b on either side of the border of what is laid.
func across(laid, b luma) float64 {
	covered := func(x, y int) bool {
		return x >= 0 && y >= 0 && x < b.w && y < b.h && !math.IsNaN(laid.v[y*b.w+x])
	}
	var inner, outer luma
	for y := range b.h {
		for x := range b.w {
			for _, d := range beside {
				u, v := x+2*d[0], y+2*d[1]
				if u < 0 || v < 0 || u >= b.w || v >= b.h || !covered(x, y) || !covered(x-d[0], y-d[1]) || covered(x+d[0], y+d[1]) {
					continue
				}
				inner.v = append(inner.v, b.v[y*b.w+x])
				outer.v = append(outer.v, b.v[v*b.w+u])
			}
		}
	}
	n := len(inner.v)
	inner.w, inner.h, outer.w, outer.h = n, 1, n, 1
	if w := correlate(inner, outer, 0, 0, n, 1); n >= leastBorder && w.flatter >= texture {
		return w.correlation
	}
	return 0
}

// ground is the greatest share of the covered cells whose luma lies within oneTone of each other.
func ground(laid, of luma) float64 {
	var count [256]int
	all := 0
	for i, v := range of.v {
		if !math.IsNaN(laid.v[i]) {
			count[min(max(int(v), 0), 255)]++
			all++
		}
	}
	most, n := 0, 0
	for i := range count {
		n += count[i]
		if i >= oneTone {
			n -= count[i-oneTone]
		}
		most = max(most, n)
	}
	return float64(most) / float64(max(all, 1))
}
