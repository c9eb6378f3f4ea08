package geometry

import (
	"math"
	"slices"
)

// Pair is a feature of A, by its index, and the feature of B that shows the same.
type Pair struct{ A, B int }

// Fit says how picture A lies in picture B.
type Fit struct {
	Mirror   bool       // B shows A mirrored
	Rotate   int        // nearest quarter turn in degrees clockwise, before mirroring
	Matrix   Map        // from fractions of A's width and height to fractions of B's
	Plain    bool       // A is scaled, moved and turned by quarters only: what a crop or a frame does
	Pairs    []Pair     // the inliers, features carried onto each other, ascending in A; no two at one place
	SeenOfA  float64    // share of A's area that lies in B
	SeenOfB  float64    // share of B's area that A covers
	InA, InB [4]float64 // the boxes about those: left, top, width, height, in fractions
	Spread   float64    // area of the convex hull of the inliers as a share of the area seen, the lesser of A's and B's
	Refound  float64    // inliers as a share of the features in the area seen, of the picture that has fewer there
	Strain   float64    // median distance of the inliers from their places, in units of the tolerance: under 0.2 in copies
}

const (
	leastInliers = 5     // fewer are no fit
	greatest     = 8.0   // times that one picture may be larger in the other
	uneven       = 3.0   // times that a map may stretch one way more than across, and one corner more than another
	upright      = 0.005 // sine of the angle up to which a map counts as not tilted: 0.3 degrees
)

// Register finds how A lies in B; ok is false where no map carries enough features of A onto B's.
func Register(a, b Picture) (fit Fit, ok bool) {
	if !a.sized() || !b.sized() {
		return Fit{}, false
	}
	bs := b.points(false)
	var found candidate
	mirror := false
	for _, mirrored := range []bool{false, true} {
		as := a.points(mirrored)
		ms := matches(as, bs)
		if c := best(vote(ms, as, bs), ms, as, bs); len(c.pairs) > len(found.pairs) {
			found, mirror = c, mirrored
		}
		if 2*len(found.pairs) > len(ms) {
			break // most are carried: the mirror image cannot carry more
		}
	}
	as := a.points(mirror)
	found.pairs = distinct(found.pairs, as, bs)
	if len(found.pairs) < leastInliers {
		return Fit{}, false
	}
	return fitOf(a, b, found, mirror, as, bs)
}

// fitOf measures a candidate; ok is false where its map folds, or squeezes more than a picture of a picture does.
func fitOf(a, b Picture, c candidate, mirror bool, as, bs []point) (Fit, bool) {
	wa, ha := a.sides()
	wb, hb := b.sides()
	f := Fit{Mirror: mirror, Matrix: stretch(1/wb, 1/hb).After(c.by).After(stretch(wa, ha))}
	if mirror {
		f.Matrix = f.Matrix.After(Map{-1, 0, 1, 0, 1, 0, 0, 0, 1})
	}
	back, ok := f.Matrix.Inverse()
	if !ok || !f.See() || !f.sound(c.by, wa, ha) {
		return Fit{}, false
	}
	f.turn(c, wa, ha)
	f.spread(a, b, c.pairs)
	f.Refound = min(1, float64(len(c.pairs))/float64(max(1, min(visible(a, f.Matrix), visible(b, back)))))
	var off []float64
	for _, m := range c.pairs {
		f.Pairs = append(f.Pairs, Pair{m.a, m.b})
		off = append(off, strain(c.by, &as[m.a], &bs[m.b]))
	}
	slices.Sort(off)
	f.Strain = off[(len(off)-1)/2]
	return f, true
}

// See measures how much of each picture the other shows by the Matrix; it reports whether there is anything.
func (f *Fit) See() bool {
	back, ok := f.Matrix.Inverse()
	inB, okB := image(f.Matrix, square)
	inA, okA := image(back, square)
	if !ok || !okA || !okB {
		return false
	}
	seenB, seenA := clipped(inB), clipped(inA)
	f.SeenOfA, f.SeenOfB, f.InA, f.InB = area(seenA), area(seenB), bounds(seenA), bounds(seenB)
	return f.SeenOfA > 0 && f.SeenOfB > 0
}

// sound reports whether the map is one that a picture of a picture can make, over all of A that is seen: not mirrored once
// more, magnifying within greatest, stretching within uneven.
func (f *Fit) sound(m Map, w, h float64) bool {
	low, high := math.Inf(1), 0.0
	for _, p := range square {
		x, y := product(f.InA[0]+product(p.x, f.InA[2]), w), product(f.InA[1]+product(p.y, f.InA[3]), h)
		if f.Mirror {
			x = w - x
		}
		j, ok := m.slope(x, y)
		d := determinant(j)
		if !ok || !(d > 1/(greatest*greatest)) || !(d < greatest*greatest) {
			return false
		}
		// The squared norm of the slope is the sum of its squared singular values, the determinant their product.
		if norm := squared(j[0], j[1]) + squared(j[2], j[3]); norm > (uneven+1/uneven)*d {
			return false
		}
		low, high = min(low, d), max(high, d)
	}
	return high <= uneven*uneven*low
}

// Along reports whether two fits of one picture carry it to about the same place.
func (f Fit) Along(o Fit) bool {
	p, okF := image(f.Matrix, square)
	q, okO := image(o.Matrix, square)
	if !okF || !okO || f.Mirror != o.Mirror {
		return false
	}
	for i := range p {
		if squared(p[i].x-q[i].x, p[i].y-q[i].y) > apartAt*apartAt {
			return false
		}
	}
	return true
}

// About is the box in A about the inliers.
func (f Fit) About(a Picture) [4]float64 {
	var ps []corner
	for _, p := range f.Pairs {
		ps = append(ps, fraction(a, p.A))
	}
	return bounds(ps)
}

// Onto is the box in B about where the map carries a box of A, as far as it lies in B.
func (f Fit) Onto(box [4]float64) ([4]float64, bool) {
	x, y := box[0]+box[2], box[1]+box[3]
	ps, ok := image(f.Matrix, []corner{{box[0], box[1]}, {x, box[1]}, {x, y}, {box[0], y}})
	if !ok {
		return [4]float64{}, false
	}
	return bounds(clipped(ps)), true
}

// apartAt is the share of B's sides that corners carried to one place may lie apart.
const apartAt = 0.05

// turn reads the nearest quarter turn off the middle of what is seen. The features were mirrored before they were turned,
// which turns them the other way.
func (f *Fit) turn(c candidate, w, h float64) {
	x := f.InA[0] + f.InA[2]/2
	if f.Mirror {
		x = 1 - x
	}
	j, _ := c.by.slope(product(w, x), product(h, f.InA[1]+f.InA[3]/2))
	cos, sin := j[0]+j[3], j[2]-j[1]
	switch {
	case math.Abs(sin) > math.Abs(cos) && (sin > 0) != f.Mirror:
		f.Rotate = 90
	case math.Abs(sin) > math.Abs(cos):
		f.Rotate = 270
	case cos < 0:
		f.Rotate = 180
	}
	f.Plain = c.similar && min(math.Abs(sin), math.Abs(cos)) <= upright*math.Sqrt(squared(sin, cos))
}

// spread measures how much of the area seen the inliers speak for.
func (f *Fit) spread(a, b Picture, ms []match) {
	var inA, inB []corner
	for _, m := range ms {
		inA, inB = append(inA, fraction(a, m.a)), append(inB, fraction(b, m.b))
	}
	f.Spread = min(area(hull(inA))/f.SeenOfA, area(hull(inB))/f.SeenOfB)
}

// fraction is the place of a feature in fractions of width and height.
func fraction(p Picture, i int) corner {
	return corner{float64(p.Points[i].X) / 65535, float64(p.Points[i].Y) / 65535}
}

// visible counts the features that a map takes into the other picture.
func visible(p Picture, m Map) (n int) {
	for i := range p.Points[:min(len(p.Points), maxPoints)] {
		q := fraction(p, i)
		if u, v, ok := m.At(q.x, q.y); ok && u >= 0 && u <= 1 && v >= 0 && v <= 1 {
			n++
		}
	}
	return n
}
