package draw

import (
	"image"
	"math"

	"dokaz/pipeline"
)

const (
	notice = 30.0 // levels of 255 by which a pixel must differ, after the brightness was evened out,
	strong = 90.0 // and those from which on its colour is full
	shift  = 2    // pixels by which the pictures may lie beside each other
)

// Difference shows what remains once A is laid on B and their brightness is evened out: A as B would show it, B, and B darkened
// with orange where it is brighter than A and blue where it is darker. What A does not show is hatched. The boxes, pink in all
// three, are the largest regions that differ, in fractions of B: something was added there or taken away, in either picture.
func Difference(l Laid) (*image.RGBA, []pipeline.Box) {
	v := l.view()
	off, boxes := v.differences()
	c := newCanvas(3*v.w+2*gap, head+v.h)
	for i, part := range []struct {
		name string
		show *image.RGBA
	}{{"A", v.asB}, {"B", v.b}, {"B - A", off}} {
		x := i * (v.w + gap)
		c.text(x+4, 3, part.name, ink)
		c.place(part.show, x, head)
		c.boxes(boxes, part.show, x, head)
	}
	return c.RGBA, boxes
}

// boxes draws regions over a picture shown at x, y.
func (c canvas) boxes(boxes []pipeline.Box, over *image.RGBA, x, y int) {
	inside := c.window(over.Rect.Add(image.Pt(x, y)))
	for _, r := range boxes {
		var out []point
		for _, p := range corners {
			out = append(out, onto(over, x, y, r[0]+float64(p.x*r[2]), r[1]+float64(p.y*r[3])))
		}
		inside.polygon(out, marked, 1.5)
	}
}

// differences is B with what differs in colour, and the regions that differ.
func (v view) differences() (off *image.RGBA, boxes []pipeline.Box) {
	b := smooth(v.gb, v.w)
	by := residual(v.seen, smooth(v.ga, v.w), b, v.w)
	return heat(v.seen, b, by, v.w), regions(by, v.w, v.h)
}

// smooth averages three by three pixels, which takes off what coding leaves.
func smooth(v []float64, w int) []float64 {
	h := len(v) / w
	out := make([]float64, len(v))
	for y := range h {
		for x := range w {
			sum, n := 0.0, 0.0
			for j := max(y-1, 0); j <= min(y+1, h-1); j++ {
				for i := max(x-1, 0); i <= min(x+1, w-1); i++ {
					sum, n = sum+v[j*w+i], n+1
				}
			}
			out[y*w+x] = sum / n
		}
	}
	return out
}

// residual is by how much B is brighter than A, each pixel held against those of A within shift: an edge that lies a little
// beside its place is no difference. Where A shows nothing it is 0.
func residual(seen []bool, ga, gb []float64, w int) []float64 {
	low, high := make([]float64, len(ga)), make([]float64, len(ga)) // high is turned about
	for i, v := range ga {
		low[i], high[i] = v, -v
		if !seen[i] {
			low[i], high[i] = math.Inf(1), math.Inf(1)
		}
	}
	low, high = least(low, w), least(high, w)
	out := make([]float64, len(gb))
	for i, v := range gb {
		if seen[i] {
			out[i] = max(v+high[i], 0) + min(v-low[i], 0)
		}
	}
	return out
}

// least is the least value within shift of every pixel, along rows and then along columns.
func least(v []float64, w int) []float64 {
	h := len(v) / w
	rows, out := make([]float64, len(v)), make([]float64, len(v))
	for i := range v {
		x, y := i%w, i/w
		m := v[i]
		for k := max(x-shift, 0); k <= min(x+shift, w-1); k++ {
			m = min(m, v[y*w+k])
		}
		rows[i] = m
	}
	for i := range v {
		x, y := i%w, i/w
		m := rows[i]
		for k := max(y-shift, 0); k <= min(y+shift, h-1); k++ {
			m = min(m, rows[k*w+x])
		}
		out[i] = m
	}
	return out
}

// heat is B darkened, with what differs in colour and hatched where A shows nothing.
func heat(seen []bool, gb, off []float64, w int) *image.RGBA {
	c := canvas{hatched(w, len(gb)/w)}
	for i, v := range gb {
		if !seen[i] {
			continue
		}
		dim := uint8(v * 0.45)
		copy(c.Pix[4*i:], []uint8{dim, dim, dim})
		with := warm
		if off[i] < 0 {
			with = cold
		}
		if d := math.Abs(off[i]); d > notice {
			c.blend(i%w, i/w, with, 0.35+float64(0.65*(d-notice)/(strong-notice)))
		}
	}
	return c.RGBA
}
