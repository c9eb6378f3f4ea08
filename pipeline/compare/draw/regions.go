package draw

import (
	"cmp"
	"image"
	"math"
	"slices"

	"dokaz/pipeline"
)

const (
	cell       = 8    // pixels of a side of the cells that regions are made of
	crowded    = 0.35 // share of a cell's pixels that must differ
	reach      = 2    // cells that lie no farther apart than this hang together
	leastCells = 2
	mostOfAll  = 0.5 // share of the picture that a box may cover: a larger one tells no place
	maxRegions = 8
)

// regions gathers pixels that differ into cells, and cells that are near each other into regions: the largest, largest first, as boxes in
// fractions of the picture.
func regions(off []float64, w, h int) (out []pipeline.Box) {
	cols, rows := (w+cell-1)/cell, (h+cell-1)/cell
	full := make([]bool, cols*rows)
	for k := range full {
		full[k] = differs(off, w, image.Rect(k%cols*cell, k/cols*cell, (k%cols+1)*cell, (k/cols+1)*cell).Intersect(image.Rect(0, 0, w, h)))
	}
	type region struct {
		box  image.Rectangle // of cells
		size int
	}
	var found []region
	for k := range full {
		if box, size := flood(full, cols, k); size >= leastCells && float64(box.Dx()*box.Dy()) <= mostOfAll*float64(len(full)) {
			found = append(found, region{box, size})
		}
	}
	slices.SortStableFunc(found, func(p, q region) int { return cmp.Compare(q.size, p.size) })
	for _, g := range found[:min(len(found), maxRegions)] {
		left, top := float64(g.box.Min.X*cell)/float64(w), float64(g.box.Min.Y*cell)/float64(h)
		right, bottom := float64(min(g.box.Max.X*cell, w))/float64(w), float64(min(g.box.Max.Y*cell, h))/float64(h)
		out = append(out, pipeline.Box{left, top, right - left, bottom - top})
	}
	return out
}

// differs reports whether enough pixels of a cell differ.
func differs(off []float64, w int, r image.Rectangle) bool {
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if math.Abs(off[y*w+x]) > notice {
				n++
			}
		}
	}
	return float64(n) >= crowded*float64(r.Dx()*r.Dy())
}

// flood empties the cells that hang together with cell k and returns the box about them and their number, 0 of an empty one.
func flood(full []bool, cols, k int) (box image.Rectangle, size int) {
	if !full[k] {
		return box, 0
	}
	full[k] = false
	for stack := []int{k}; len(stack) > 0; size++ {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		x, y := at%cols, at/cols
		box = box.Union(image.Rect(x, y, x+1, y+1))
		for j := max(y-reach, 0); j <= min(y+reach, len(full)/cols-1); j++ {
			for i := max(x-reach, 0); i <= min(x+reach, cols-1); i++ {
				if full[j*cols+i] {
					full[j*cols+i] = false
					stack = append(stack, j*cols+i)
				}
			}
		}
	}
	return box, size
}
