package pipeline

// Sketch is the luma of a frame in a few hundred places, evenly over it and row by row. It costs next to nothing and says only how
// much one frame of a film differs from another.
type Sketch [SketchColumns * SketchRows]uint8

// The places of a sketch.
const (
	SketchColumns = 24
	SketchRows    = 18
)

// leastParted is by how many levels of 256, by mean, two sketches differ at the least: less is noise.
const leastParted = 1.5

// mostUnmoved is by how many levels of 256 a place that stands may differ.
const mostUnmoved = 8

// Standing reports whether so great a share of the places look as they did in an earlier sketch, but for being lighter or darker all over.
func (s *Sketch) Standing(before *Sketch, share float64) bool {
	n, lighter := 0, s.lighter(before)
	for i, v := range s {
		if d := int(v) - int(before[i]) - lighter; max(d, -d) <= mostUnmoved {
			n++
		}
	}
	return float64(n) >= float64(share*float64(len(s)))
}

// Parted reports whether a sketch differs from an earlier one by this share of the contrast it has. A flat one never does.
func (s *Sketch) Parted(before *Sketch, share float64) bool {
	sum := 0
	for _, v := range s {
		sum += int(v)
	}
	mean := sum / len(s)
	change, contrast := 0, 0
	for i, v := range s {
		change += max(int(v)-int(before[i]), int(before[i])-int(v))
		contrast += max(int(v)-mean, mean-int(v))
	}
	if float64(contrast) < 2*leastParted*float64(len(s)) {
		return false
	}
	return float64(change) >= max(leastParted*float64(len(s)), float64(share*float64(contrast)))
}

// lighter is by how many levels a sketch is lighter than an earlier one, by the median of its places: cameras adapt to what comes in sight.
func (s *Sketch) lighter(before *Sketch) int {
	var counts [511]uint16
	for i, v := range s {
		counts[255+int(v)-int(before[i])]++
	}
	seen := 0
	for d, n := range counts {
		if seen += int(n); 2*seen >= len(s) {
			return d - 255
		}
	}
	return 0
}
