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
