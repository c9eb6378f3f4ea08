package orb

import (
	"slices"

	"dokaz/pipeline"
)

// Algorithm names what Features finds.
const Algorithm = "orb-m1"

// Side is the longer side in pixels to which a picture should be reduced.
const Side = 480

// levels is how many sizes of the picture are looked at: three to an octave.
const levels = 9

// level is one size of the picture.
type level struct {
	plain   *plane // reduced
	smooth  *plane // and smoothed twice
	pixel   int    // side of a pixel, in sixteenths of a pixel of the first level
	corners []corner
	grid    *grid
}

// Features returns at most n local features of a picture of w×h luma values from 0 to 255, row by row. Any number of the first
// of them is spread over the picture and its sizes. A length other than w×h, or n below 1, gives none.
// luma is not modified.
func Features(luma []float32, w, h, n int) pipeline.Features {
	if w < 1 || h < 1 || len(luma) != w*h || n < 1 {
		return nil
	}
	r := rooms.Get().(*room)
	defer rooms.Put(r)
	return described(r.chosen(luma, w, h, n))
}

// FeaturesOfFrame returns at most n local features of a picture of w×h levels of luma, row by row, reduced to tw×th, neither more than its
// own. Else it is as Features.
func FeaturesOfFrame(pix []uint8, w, h, tw, th, n int) pipeline.Features {
	if min(tw, th) < 1 || tw > w || th > h || len(pix) != w*h || n < 1 {
		return nil
	}
	r := rooms.Get().(*room)
	defer rooms.Put(r)
	return described(r.best(r.ofPixels(pix, w, h, tw, th), n))
}

func described(ls []level, all []*corner) pipeline.Features {
	out := make(pipeline.Features, len(all))
	for i, c := range all {
		out[i] = describe(ls[c.level].smooth, c)
	}
	return out
}

// chosen are the first n corners, and the levels they lie on, which stand in the room until it is used again.
func (r *room) chosen(luma []float32, w, h, n int) ([]level, []*corner) {
	r.clear(w, h)
	return r.best(r.ofLuma(luma, w, h), n)
}

// best is the same of the first level.
func (r *room) best(first *plane, n int) ([]level, []*corner) {
	ls := r.pyramid(first)
	all := r.all[:0]
	for k := range ls {
		l := &ls[k]
		if k > 0 {
			yield(l.corners, ls[k-1].grid, l.plain, ls[k-1].plain, ls[k-1].pixel)
		}
		if k+1 < len(ls) {
			yield(l.corners, ls[k+1].grid, l.plain, ls[k+1].plain, l.pixel)
		}
		for i := range l.corners {
			all = append(all, &l.corners[i])
		}
	}
	r.all = all
	slices.SortFunc(all, rank)
	return ls, all[:min(n, len(all))]
}

// pyramid makes the levels, of which the first is given, and finds their corners.
func (r *room) pyramid(first *plane) (out []level) {
	w, h := first.w, first.h
	for k := range levels {
		lw, lh := reduced(w, k), reduced(h, k)
		if min(lw, lh) <= 2*border {
			break
		}
		var l level
		if k == 0 {
			l.plain = first
		} else {
			l.plain = r.shrink(out[(k-1)/3*3].plain, lw, lh)
		}
		once := r.once.resized(lw, lh)
		r.smooth(once, l.plain)
		l.smooth = r.plane(lw, lh)
		r.smooth(l.smooth, once)
		l.pixel = max(16*max(w, h)/max(lw, lh), 1)
		l.corners = r.corners(once, k)
		for i := range l.corners {
			c := &l.corners[i]
			c.u, c.v = 8*(2*c.x+1)*w/lw, 8*(2*c.y+1)*h/lh
		}
		l.grid = r.kept[k].measure(l.corners, once, l.pixel)
		out = append(out, l)
	}
	return out
}

// reduced is n divided by 2^(k/3), rounded.
func reduced(n, k int) int {
	part := [3]int{1 << 16, 52016, 41285}[k%3] // 2^(16-k/3)
	return (n*part>>(k/3) + 1<<15) >> 16
}
