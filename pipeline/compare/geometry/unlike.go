package geometry

import (
	"cmp"
	"math"
	"slices"

	"dokaz/pipeline"
)

const (
	leastCovered = 60   // cells of a frame that a picture must cover for the two to be compared
	perCell      = 8    // samples each way that a cell of a picture is the mean of, at most
	farthest     = 8    // cells that a picture is moved, at most
	refitted     = 8    // frames nearest to a picture that it is laid on anew, each by itself
	gridSide     = 64   // cells of a frame's side, at most: miniatures have no more
	maxUnlike    = 4000 // frames held against a picture; the others say nothing
	nothing      = 2    // what Unlike says of frames with which nothing can be compared
)

// cell is a place of a picture on the grid of a frame, beyond the frame where the picture goes on there.
type cell struct {
	x, y int
	luma float64
}

// Unlike holds a picture against frames of a film by a map from fractions of the picture to fractions of a frame: 1 less the
// correlation of the luma of the two, 0 where they are the same but for tone, 2 where nothing can be said. Where the
// camera moves, frames beside the one that told the map show the picture elsewhere: moves lets it slide within the
// frame. Frames that come nearest are laid on each other anew, as exactly as their luma allows.
func Unlike(picture *pipeline.Miniature, m Map, frames []pipeline.FeaturedFrame, moves bool) []float64 {
	out := make([]float64, len(frames))
	for i := range out {
		out[i] = nothing
	}
	if !valid(picture) {
		return out
	}
	p := lumaOf(picture)
	offsets := make([][2]int, len(frames))
	order := make([]int, 0, len(frames))
	l := layer{picture: p}
	frames = frames[:min(len(frames), maxUnlike)]
	for i, f := range frames {
		if valid(f.Miniature) {
			b := gridOf(f.Miniature)
			out[i], offsets[i] = l.on(m, b, moves)
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(out[i], out[j]) })
	for n, i := range order[:min(len(order), refitted)] {
		b := gridOf(frames[i].Miniature)
		by := Map{1, 0, float64(offsets[i][0]) / float64(b.w), 0, 1, float64(offsets[i][1]) / float64(b.h), 0, 0, 1}.After(m)
		by = fitted(p, b, by)
		again := layer{picture: p}
		u, _ := again.on(by, b, false)
		out[i] = min(out[i], u)
		if n > 0 || moves && offsets[i] != [2]int{} {
			continue
		}
		for j, f := range frames { // what stands, stands in all of them
			if valid(f.Miniature) {
				u, _ := again.on(by, gridOf(f.Miniature), false)
				out[j] = min(out[j], u)
			}
		}
	}
	return out
}

// gridOf is the luma of a frame, at no more than gridSide a side.
func gridOf(m *pipeline.Miniature) luma {
	b := lumaOf(m)
	for max(b.w, b.h) > gridSide {
		b = b.halved()
	}
	return b
}

// fitted corrects a map by the luma of a picture and a frame.
func fitted(a, b luma, m Map) Map {
	a, b = level(a, b, m)
	back, ok := m.Inverse()
	if !ok {
		return m
	}
	a, b = a.blurred(), b.blurred()
	tone := toneMedians(a.laid(b.w, b.h, back), b)
	for i, v := range a.v {
		a.v[i] = tone.of(v)
	}
	laid := a.laid(b.w, b.h, back)
	return correct(laid.local(), b.within(laid).local()).After(m)
}

// layer is a picture as cells of the grid of frames of one size, by one map.
type layer struct {
	picture luma
	w, h    int
	cells   []cell
}

// on is how unlike a frame is, and by how many cells the picture was moved for that.
func (l *layer) on(m Map, b luma, moves bool) (unlike float64, offset [2]int) {
	if l.w != b.w || l.h != b.h {
		l.w, l.h, l.cells = b.w, b.h, cellsOf(l.picture, m, b.w, b.h)
	}
	unlike = unlikeAt(l.cells, b, 0, 0)
	if !moves || len(l.cells) < leastCovered {
		return unlike, offset
	}
	left, right, top, low := l.cells[0].x, l.cells[0].x, l.cells[0].y, l.cells[0].y
	for _, c := range l.cells {
		left, right, top, low = min(left, c.x), max(right, c.x), min(top, c.y), max(low, c.y)
	}
	for dy := max(-top, -farthest); dy <= min(b.h-1-low, farthest); dy++ {
		for dx := max(-left, -farthest); dx <= min(b.w-1-right, farthest); dx++ {
			if u := unlikeAt(l.cells, b, dx, dy); u < unlike {
				unlike, offset = u, [2]int{dx, dy}
			}
		}
	}
	return unlike, offset
}

// cellsOf lays a picture on the grid of a frame: whole cells, each the mean of what of the picture lies in it.
func cellsOf(p luma, m Map, w, h int) (out []cell) {
	back, ok := m.Inverse()
	j, okJ := m.slope(0.5, 0.5)
	if !ok || !okJ {
		return nil
	}
	across := math.Sqrt(float64(p.w*p.h) / max(product(math.Abs(determinant(j)), float64(w*h)), 1)) // samples of the picture in a cell
	n := min(max(int(math.Ceil(across)), 1), perCell)
	for y := -h / 2; y < h+h/2; y++ {
		for x := -w / 2; x < w+w/2; x++ {
			sum, whole := 0.0, true
			for i := 0; i < n*n && whole; i++ {
				u, v, ok := back.At((float64(x)+(float64(i%n)+0.5)/float64(n))/float64(w), (float64(y)+(float64(i/n)+0.5)/float64(n))/float64(h))
				if whole = ok && u >= 0 && v >= 0 && u <= 1 && v <= 1; whole {
					sum += p.at(product(u, float64(p.w))-0.5, product(v, float64(p.h))-0.5)
				}
			}
			if whole {
				out = append(out, cell{x, y, sum / float64(n*n)})
			}
		}
	}
	return out
}

// unlikeAt compares cells, moved, with a frame.
func unlikeAt(cells []cell, b luma, dx, dy int) float64 {
	var n, sa, sb, aa, bb, ab float64
	for _, c := range cells {
		x, y := c.x+dx, c.y+dy
		if x < 0 || y < 0 || x >= b.w || y >= b.h {
			continue
		}
		v := b.v[y*b.w+x]
		n++
		sa, sb = sa+c.luma, sb+v
		aa, bb, ab = aa+product(c.luma, c.luma), bb+product(v, v), ab+product(c.luma, v)
	}
	if n < leastCovered {
		return nothing
	}
	va, vb, both := aa-product(sa, sa)/n, bb-product(sb, sb)/n, ab-product(sa, sb)/n
	if !(va > n) || !(vb > n) { // flat: less than a level of deviation
		return nothing
	}
	return 1 - both/math.Sqrt(product(va, vb))
}
