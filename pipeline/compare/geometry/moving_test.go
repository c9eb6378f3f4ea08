package geometry

import (
	"testing"

	"dokaz/pipeline"
)

// A small disc before a wall that stands tells the moment, however the picture lies in the frames.
func TestWhatMovesTellsTheMoment(t *testing.T) {
	t.Parallel()
	var frames []pipeline.FeaturedFrame
	for i := range 60 {
		frames = append(frames, pipeline.FeaturedFrame{Time: float64(i) / 10, Miniature: walked(96, 64, float64(i)/60, identity)})
	}
	crop := Map{1.25, 0, -0.1, 0, 1.25, -0.15, 0, 0, 1}
	mirror := Map{-1, 0, 1, 0, 1, 0, 0, 0, 1}
	rough := Map{1.24, 0.004, -0.095, -0.003, 1.26, -0.153, 0, 0, 1}
	for name, c := range map[string]struct{ taken, told Map }{
		"whole": {identity, identity}, "mirrored": {mirror, mirror}, "cropped": {crop, crop}, "cropped, told not quite": {crop, rough},
	} {
		for _, at := range []int{9, 30, 47} {
			back, _ := c.told.Inverse()
			m := Move(walked(240, 160, float64(at)/60, c.taken), back, frames, c.taken != crop)
			best := 0
			for i := range m.Unlike {
				if m.Unlike[i] < m.Unlike[best] {
					best = i
				}
			}
			if best != at || !m.Stands || m.Cells < leastMoving || m.Unlike[at] > 0.1 || m.Unlike[(at+30)%60] < 0.5 {
				t.Errorf("%s at frame %d: %d is nearest, %.3f against %.3f, %d cells, stands %v", name, at, best, m.Unlike[best], m.Unlike[at], m.Cells, m.Stands)
			}
		}
	}
}

// Where nothing moves, or nothing can be compared, nothing is said.
func TestNothingIsSaidWhereNothingMoves(t *testing.T) {
	t.Parallel()
	seen, broken := walked(48, 32, 0.5, identity), &pipeline.Miniature{Width: 48, Height: 32}
	other := walked(48, 32, 0.9, identity)
	for name, c := range map[string]struct {
		picture *pipeline.Miniature
		by      Map
		frames  []*pipeline.Miniature
	}{
		"one frame": {seen, identity, []*pipeline.Miniature{seen}}, "all alike": {seen, identity, []*pipeline.Miniature{seen, seen, seen}},
		"no picture": {nil, identity, []*pipeline.Miniature{seen, other}}, "no map": {seen, Map{}, []*pipeline.Miniature{seen, other}},
		"broken frames": {seen, identity, []*pipeline.Miniature{broken, nil, broken}}, "elsewhere": {seen, Map{1, 0, 3, 0, 1, 3, 0, 0, 1}, []*pipeline.Miniature{seen, other}},
	} {
		var frames []pipeline.FeaturedFrame
		for _, m := range c.frames {
			frames = append(frames, pipeline.FeaturedFrame{Miniature: m})
		}
		for i, u := range Move(c.picture, c.by, frames, true).Unlike {
			if u != nothing {
				t.Errorf("%s: frame %d %v", name, i, u)
			}
		}
	}
}
