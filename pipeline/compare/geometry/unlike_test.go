package geometry

import (
	"math"
	"testing"

	"dokaz/pipeline"
)

// walked is a wall of waves with a disc before it, at a moment of its way: what a camera sees that stands.
func walked(w, h int, at float64, by Map) *pipeline.Miniature {
	m := &pipeline.Miniature{Width: w, Height: h, Luma: make([]byte, w*h)}
	back, _ := by.Inverse()
	for i := range m.Luma {
		const n = 6
		sum := 0.0
		for k := range n * n {
			x, y, _ := back.At((float64(i%w)+(float64(k%n)+0.5)/n)/float64(w), (float64(i/w)+(float64(k/n)+0.5)/n)/float64(h))
			v := 120 + 50*math.Sin(31*x+9*y) + 40*math.Sin(7*x-23*y)
			if squared(x-0.3-0.4*at, y-0.5) < 0.05*0.05 {
				v = 250
			}
			sum += v
		}
		m.Luma[i] = byte(min(max(sum/(n*n), 0), 255))
	}
	return m
}

func TestTheLumaTellsTheMomentOfASceneThatStands(t *testing.T) {
	t.Parallel()
	var frames []pipeline.FeaturedFrame
	for i := range 40 {
		frames = append(frames, pipeline.FeaturedFrame{Time: float64(i) / 4, Miniature: walked(48, 32, float64(i)/40, identity)})
	}
	crop := Map{1.25, 0, -0.1, 0, 1.25, -0.15, 0, 0, 1}
	rough := Map{1.24, 0.004, -0.095, -0.003, 1.26, -0.153, 0, 0, 1}
	for name, c := range map[string]struct{ taken, told Map }{
		"whole":                   {identity, identity},
		"cropped":                 {crop, crop},
		"cropped, told not quite": {crop, rough},
	} {
		for _, at := range []int{9, 17, 26} {
			back, _ := c.told.Inverse()
			u := Unlike(walked(240, 160, float64(at)/40, c.taken), back, frames, c.taken != identity)
			best := 0
			for i := range u {
				if u[i] < u[best] {
					best = i
				}
			}
			if best != at || u[at] > 0.02 {
				t.Errorf("%s at frame %d: frame %d is nearest, %.4f against %.4f", name, at, best, u[best], u[at])
			}
		}
	}
}

func TestUnlikeSaysNothingOfWhatCannotBeCompared(t *testing.T) {
	t.Parallel()
	flat := &pipeline.Miniature{Width: 48, Height: 32, Luma: make([]byte, 48*32)}
	seen := walked(48, 32, 0.5, identity)
	for name, c := range map[string]struct {
		picture, frame *pipeline.Miniature
		by             Map
	}{
		"no picture": {nil, seen, identity}, "no frame": {seen, nil, identity}, "flat": {flat, seen, identity}, "no map": {seen, seen, Map{}},
		"a broken frame": {seen, &pipeline.Miniature{Width: 48, Height: 32}, identity}, "elsewhere": {seen, seen, Map{1, 0, 3, 0, 1, 3, 0, 0, 1}},
	} {
		if u := Unlike(c.picture, c.by, []pipeline.FeaturedFrame{{Miniature: c.frame}}, false); u[0] != nothing {
			t.Errorf("%s: %v", name, u)
		}
	}
}
