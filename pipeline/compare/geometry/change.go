package geometry

import "math"

const (
	tones       = 32   // steps of the tone curve
	offTone     = 14.0 // of 255 by which a cell differs at least,
	offEdge     = 0.75 // beside this part of the luma's range about it: an edge that lies a little off is no change
	leastChange = 0.001
)

// changes finds the parts of the overlap that differ once A's tones are brought to B's.
func changes(laid, b luma, cells int) []Change {
	tone := toneCurve(laid, b)
	differs := make([]bool, len(b.v))
	for y := range b.h {
		for x := range b.w {
			i := y*b.w + x
			if math.IsNaN(laid.v[i]) {
				continue
			}
			differs[i] = math.Abs(tone.of(laid.v[i])-b.v[i]) > offTone+offEdge*max(laid.rangeAbout(x, y), b.rangeAbout(x, y))
		}
	}
	var out []Change
	for start := range differs {
		if c := component(differs, b.w, b.h, start); c.n > 0 && float64(c.n) >= leastChange*float64(cells) {
			w, h := c.right-c.left+1, c.bottom-c.top+1
			out = append(out, Change{
				Box: [4]float64{
					float64(c.left) / float64(b.w), float64(c.top) / float64(b.h), float64(w) / float64(b.w), float64(h) / float64(b.h),
				},
				Share: float64(c.n) / float64(cells),
				Fill:  float64(c.n) / float64(w*h),
			})
		}
	}
	return out
}

// beside are the four neighbours of a cell.
var beside = [4][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}}

// patch is a connected part of a grid.
type patch struct{ n, left, top, right, bottom int }

// component measures and clears the part of a grid that hangs together with a cell, side by side.
func component(grid []bool, w, h, start int) (c patch) {
	if !grid[start] {
		return c
	}
	c.left, c.top = w, h
	stack := []int{start}
	grid[start] = false
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		x, y := i%w, i/w
		c.n++
		c.left, c.right = min(c.left, x), max(c.right, x)
		c.top, c.bottom = min(c.top, y), max(c.bottom, y)
		for _, d := range beside {
			if u, v := x+d[0], y+d[1]; u >= 0 && v >= 0 && u < w && v < h && grid[v*w+u] {
				grid[v*w+u] = false
				stack = append(stack, v*w+u)
			}
		}
	}
	return c
}

// curve takes A's luma to B's.
type curve [tones]float64

// toneCurve is read from the windows that show the same: the mean luma of B for every step of A's. Steps without an example
// lie between their neighbours.
func toneCurve(laid, b luma) (c curve) {
	var sum, n [tones]float64
	examples(laid, b, func(u, v float64) {
		k := step8(u)
		sum[k] += v
		n[k]++
	})
	for k := range c {
		if n[k] > 0 {
			c[k] = sum[k] / n[k]
		} else {
			c[k] = math.NaN()
		}
	}
	return c.filled()
}

// toneMedians is a toneCurve of medians, which something laid over a part of one picture does not bend.
func toneMedians(laid, b luma) (c curve) {
	var count [tones][256]int
	var n [tones]int
	examples(laid, b, func(u, v float64) {
		k := step8(u)
		count[k][min(max(int(v), 0), 255)]++
		n[k]++
	})
	for k := range c {
		c[k] = math.NaN()
		below := 0
		for v, m := range count[k] {
			if m > 0 && 2*below <= n[k] && 2*(below+m) > n[k] {
				c[k] = float64(v) + (float64(n[k])/2-float64(below))/float64(m)
			}
			below += m
		}
	}
	return c.filled()
}

// examples are the cells of the windows that show the same, some more than once.
func examples(laid, b luma, do func(u, v float64)) {
	for _, w := range windows(laid, b) {
		if w.cells < windowSide*windowSide || w.correlation < alike && w.textured() {
			continue
		}
		for y := w.y; y < w.y+windowSide; y++ {
			for x := w.x; x < w.x+windowSide; x++ {
				do(laid.v[y*laid.w+x], b.v[y*b.w+x])
			}
		}
	}
}

// filled gives the steps that are not a number values between their neighbours'.
func (c curve) filled() curve {
	last := -1
	for k := range c {
		if math.IsNaN(c[k]) {
			continue
		}
		for j := last + 1; j < k; j++ {
			if last < 0 {
				c[j] = c[k]
			} else {
				c[j] = c[last] + (c[k]-c[last])*float64(j-last)/float64(k-last)
			}
		}
		last = k
	}
	for j := last + 1; j < tones; j++ {
		c[j] = 0
		if last >= 0 {
			c[j] = c[last]
		}
	}
	return c
}

func step8(v float64) int { return min(max(int(v*tones/256), 0), tones-1) }

// of is the curve at a luma, between the middles of its steps.
func (c *curve) of(v float64) float64 {
	at := v*tones/256 - 0.5
	k := min(max(int(math.Floor(at)), 0), tones-2)
	return c[k] + product(c[k+1]-c[k], min(max(at-float64(k), 0), 1))
}
