package geometry

import (
	"cmp"
	"math"
	"slices"

	"dokaz/pipeline"
)

const (
	leastMoving = 12   // cells that move, for a moment to be told by them
	stood       = 16   // variance over time of a cell that stands, square levels, at most
	coded       = 4.0  // square levels: what coding does to a cell, beside the median variance of those that stand
	misplaced   = 0.25 // cells by which a picture lies off its place, at a guess
	unmoved     = 6.0  // times what coding and place do to a cell: less variance is no movement
	relaid      = 12   // frames nearest to a part that it is laid on anew
)

// Moving is what holding a picture against the frames of a stretch came to, over the places that move: those where the frames differ
// among each other.
type Moving struct {
	Unlike []float64 // of each frame: 0 where what moves lies as in the picture, about 1 as at any moment; nothing where nothing can be said
	Cells  int       // of a frame's grid that move and that the picture covers
	Stands bool      // most of what the picture covers stands
	Misfit []float64 // of each frame: by how much the picture differs from it all over, in times of what coding and place do; small where it lies right
}

// Move holds a picture against frames of a film, all of one size, by a map from fractions of the picture to fractions of a frame.
// whole says that the picture shows all of a frame, so that it lies in every frame in one way; a part lies elsewhere from frame to
// frame where the camera moves.
func Move(picture *pipeline.Miniature, m Map, frames []pipeline.FeaturedFrame, whole bool) Moving {
	out := Moving{Unlike: make([]float64, len(frames)), Misfit: make([]float64, len(frames))}
	for i := range out.Unlike {
		out.Unlike[i] = nothing
	}
	planes := planesOf(frames)
	if !valid(picture) || len(planes) < 2 {
		return out
	}
	c := changing(planes)
	for i := range planes {
		planes[i] = planes[i].toned(c.mean)
	}
	c = changing(planes)
	p := lumaOf(picture)
	l, ok := c.lay(p, m)
	if !ok {
		return out
	}
	out.Stands = l.typical <= stood
	if out.Stands && !whole {
		l, m = c.placed(p, m, l)
	}
	if out.Cells = len(l.cells); out.Cells < leastMoving {
		return out
	}
	for i, b := range planes {
		if b.v != nil {
			out.Unlike[i], out.Misfit[i] = l.unlike(b)
		}
	}
	switch {
	case whole:
	case out.Stands:
		out.relay(p, c, planes, out.Unlike, func(int) Map { return m })
	default:
		out.slide(p, m, c, planes, frames)
	}
	return out
}

// slide lays a part of a scene before a camera that moves on every frame where it comes nearest to it, and anew on the best.
func (o *Moving) slide(p luma, m Map, c change, planes []luma, frames []pipeline.FeaturedFrame) {
	rough := layer{picture: p}
	unlike, maps := make([]float64, len(planes)), make([]Map, len(planes))
	for i := range planes {
		if planes[i].v == nil {
			continue
		}
		b := gridOf(frames[i].Miniature)
		u, off := rough.on(m, b, true)
		unlike[i], maps[i] = u, Map{1, 0, float64(off[0]) / float64(b.w), 0, 1, float64(off[1]) / float64(b.h), 0, 0, 1}.After(m)
		o.lower(i, p, maps[i], c, planes[i])
	}
	o.relay(p, c, planes, unlike, func(i int) Map { return maps[i] })
}

// relay lays a part anew, as exactly as the luma allows, on the frames that are the least unlike so far.
func (o *Moving) relay(p luma, c change, planes []luma, unlike []float64, from func(int) Map) {
	var order []int
	for i := range planes {
		if planes[i].v != nil {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(unlike[i], unlike[j]) })
	for _, i := range order[:min(len(order), relaid)] {
		starts := []Map{from(i)}
		if s, ok := similar(from(i), p, planes[i]); ok {
			starts = append(starts, s)
		}
		for _, by := range starts {
			for range placings {
				by = fitted(p, planes[i], by)
				o.lower(i, p, by, c, planes[i])
			}
		}
	}
}

// lower notes of a frame how unlike the picture is by a map, where that is less than by those before.
func (o *Moving) lower(i int, p luma, by Map, c change, b luma) {
	if l, ok := c.lay(p, by); ok && len(l.cells) >= leastMoving {
		if u, off := l.unlike(b); u < o.Unlike[i] {
			o.Unlike[i], o.Misfit[i] = u, off
		}
	}
}

// planesOf are the lumas of frames of one size, a little blurred; of others nothing.
func planesOf(frames []pipeline.FeaturedFrame) []luma {
	out := make([]luma, len(frames))
	w, h := 0, 0
	for i, f := range frames {
		if !valid(f.Miniature) || w > 0 && (f.Miniature.Width != w || f.Miniature.Height != h) {
			continue
		}
		w, h = f.Miniature.Width, f.Miniature.Height
		out[i] = lumaOf(f.Miniature).blurred()
	}
	return out
}

// toned is the plane as light as another by the median, and, where it shows about the same, with the gain that brings it nearest: a
// camera that adapts to what comes in sight moves nothing.
func (p luma) toned(to luma) luma {
	if p.v == nil {
		return p
	}
	off := make([]float64, len(p.v))
	for i, v := range p.v {
		off[i] = to.v[i] - v
	}
	slices.Sort(off)
	gain, lift := 1.0, off[len(off)/2]
	if w := correlate(p, to, 0, 0, p.w, p.h); w.correlation >= sameScene {
		var n, sa, sb, aa, ab float64
		for i, v := range p.v {
			n++
			sa, sb = sa+v, sb+to.v[i]
			aa, ab = aa+product(v, v), ab+product(v, to.v[i])
		}
		gain = (ab - product(sa, sb)/n) / (aa - product(sa, sa)/n)
		lift = (sb - product(gain, sa)) / n
	}
	out := luma{p.w, p.h, make([]float64, len(p.v))}
	for i, v := range p.v {
		out.v[i] = product(gain, v) + lift
	}
	return out
}

const sameScene = 0.9 // correlation of a frame with the mean frame

// change is how the cells of some frames vary over time.
type change struct {
	mean     luma
	variance []float64
}

func changing(planes []luma) change {
	var c change
	n := 0.0
	var squares []float64
	for _, b := range planes {
		if b.v == nil {
			continue
		}
		if n++; c.mean.v == nil {
			c.mean, squares = luma{b.w, b.h, make([]float64, len(b.v))}, make([]float64, len(b.v))
		}
		for i, v := range b.v {
			c.mean.v[i] += v
			squares[i] += product(v, v)
		}
	}
	c.variance = squares
	for i := range squares {
		c.mean.v[i] /= n
		c.variance[i] = max(squares[i]/n-product(c.mean.v[i], c.mean.v[i]), 0)
	}
	return c
}

// overlaid is a picture laid on the grid of frames. What a cell says is divided by what coding does to it and, where it is an edge, a
// picture that lies a little off its place.
type overlaid struct {
	cells   []weighed // those that move
	still   []weighed // all, by which the tone is told: the less the more they move
	mean    luma
	about   float64 // weighed sum over the cells that move of their variance over time
	typical float64 // median variance of all
}

type weighed struct {
	cell
	at     int     // in the plane
	noise  float64 // square levels that coding and place do
	weight float64
}

// lay lays a picture on the grid; ok is false where too little of it lies there.
func (c change) lay(p luma, m Map) (o overlaid, ok bool) {
	laid := luma{c.mean.w, c.mean.h, slices.Clone(c.mean.v)}
	for _, k := range cellsOf(p, m, laid.w, laid.h) {
		if k.x >= 0 && k.y >= 0 && k.x < laid.w && k.y < laid.h {
			o.still = append(o.still, weighed{cell: k, at: k.y*laid.w + k.x})
			laid.v[k.y*laid.w+k.x] = k.luma
		}
	}
	if len(o.still) < leastCovered {
		return o, false
	}
	laid = laid.blurred() // as the frames are
	for i := range o.still {
		o.still[i].luma = laid.v[o.still[i].at]
	}
	o.mean = c.mean
	all := make([]float64, len(o.still))
	for i, k := range o.still {
		all[i] = c.variance[k.at]
	}
	slices.Sort(all)
	o.typical = all[len(all)/2]
	noise := coded + min(o.typical, stood)
	for i, k := range o.still {
		v := c.variance[k.at]
		off := noise + product(misplaced*misplaced, c.steepness(k.x, k.y))
		o.still[i].noise, o.still[i].weight = off, 1/(off+v)
		if v > product(unmoved, off) {
			k.weight = 1 / off
			o.cells = append(o.cells, k)
			o.about += v / off
		}
	}
	return o, true
}

// placed lays a part of a scene that stands as exactly as the luma of the mean frame allows, from where features lay it, which l is, and
// from the similarity next to that: parts are cut out more often than bent.
func (c change) placed(p luma, m Map, l overlaid) (overlaid, Map) {
	best, at, least := l, m, l.misfit()
	starts := []Map{m}
	if s, ok := similar(m, p, c.mean); ok {
		starts = append(starts, s)
	}
	for i, by := range starts {
		for k := range placings {
			if k > 0 || i == 0 {
				by = fitted(p, c.mean, by)
			}
			again, ok := c.lay(p, by)
			if !ok {
				break
			}
			if off := again.misfit(); off < least {
				best, at, least = again, by, off
			}
		}
	}
	return best, at
}

const placings = 3 // times that a map is corrected by the luma

// similar is the similarity, not turned, that does in the middle of a picture about what a map does; ok is false where that turns it.
func similar(m Map, a, b luma) (out Map, ok bool) {
	j, ok := m.slope(0.5, 0.5)
	u, v, at := m.At(0.5, 0.5)
	if !ok || !at {
		return out, false
	}
	w, h := float64(b.w)/float64(a.w), float64(b.h)/float64(a.h) // pixels of B for one of A, where either fills a plane
	scale := math.Sqrt(math.Abs(product(determinant(j), product(w, h))))
	if turn := max(math.Abs(product(j[1], float64(b.w)/float64(a.h))), math.Abs(product(j[2], float64(b.h)/float64(a.w)))); !(turn < scale/10) {
		return out, false
	}
	x, y := scale/w, scale/h
	if j[0] < 0 {
		x = -x
	}
	if j[3] < 0 {
		y = -y
	}
	return Map{x, 0, u - x/2, 0, y, v - y/2, 0, 0, 1}, true
}

// misfit is by how much the picture differs from the mean frame where that stands.
func (o overlaid) misfit() float64 {
	gain, lift, ok := o.tone(o.mean)
	if !ok {
		return math.Inf(1)
	}
	var off, n float64
	for _, k := range o.still {
		off += product(k.weight, squared(product(gain, k.luma)+lift-o.mean.v[k.at], 0))
		n += k.weight
	}
	return off / n
}

// steepness is the squared slope of the mean frame at a cell, square levels a cell.
func (c change) steepness(x, y int) float64 {
	m := c.mean
	across := m.v[y*m.w+min(x+1, m.w-1)] - m.v[y*m.w+max(x-1, 0)]
	down := m.v[min(y+1, m.h-1)*m.w+x] - m.v[max(y-1, 0)*m.w+x]
	return squared(across, down) / 4
}

// unlike is by how much a frame differs from the picture where frames move, in what the picture and frames by mean differ from the mean
// frame there; and by how much all over, in noise.
func (o overlaid) unlike(b luma) (unlike, misfit float64) {
	gain, lift, ok := o.tone(b)
	if !ok {
		return nothing, math.Inf(1)
	}
	for _, k := range o.still {
		misfit += squared(product(gain, k.luma)+lift-b.v[k.at], 0) / k.noise
	}
	misfit /= float64(len(o.still))
	var off, own float64
	for _, k := range o.cells {
		v := product(gain, k.luma) + lift
		off += product(k.weight, squared(v-b.v[k.at], 0))
		own += product(k.weight, squared(v-o.mean.v[k.at], 0))
	}
	return min(off/(own+o.about), nothing), misfit
}

// tone is the gain and the lift that bring the picture's luma nearest to a frame's.
func (o overlaid) tone(b luma) (gain, lift float64, ok bool) {
	var n, sa, sb, aa, ab float64
	for _, k := range o.still {
		w, v := k.weight, b.v[k.at]
		n += w
		sa, sb = sa+product(w, k.luma), sb+product(w, v)
		aa, ab = aa+product(w, product(k.luma, k.luma)), ab+product(w, product(k.luma, v))
	}
	spread := aa - product(sa, sa)/n
	if !(spread > n) { // flat: less than a level of deviation
		return 1, (sb - sa) / n, true
	}
	gain = (ab - product(sa, sb)/n) / spread
	if !(gain > leastGain) || !(gain < 1/leastGain) {
		return 0, 0, false
	}
	return gain, (sb - product(gain, sa)) / n, true
}

const leastGain = 0.4 // of the picture's tones; less, and its inverse, is another scene
