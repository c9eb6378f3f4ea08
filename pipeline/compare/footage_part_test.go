package compare_test

import (
	"math"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/compare/geometry"
)

// projected is a film of scenes, one a second, of which every frame is a little farther on, from one second to another, seen as
// told: four frames a second with miniatures and hashes of their whole, one with features.
func projected(n byte, from, to int, see taken) pipeline.Prints {
	hashes := pipeline.FrameHashes{Algorithm: "pdq", Decoder: "test"}
	plain := pipeline.LocalFeatures{Algorithm: pipeline.Plain, Width: side, Height: side}
	featured := pipeline.LocalFeatures{Algorithm: "orb-m1", Width: side, Height: side}
	for i := 4 * from; i < 4*to; i++ {
		t := see
		t.by = see.by.After(geometry.Map{1, 0, 0.02 * float64(i%4), 0, 1, 0.01 * float64(i%4), 0, 0, 1})
		f := newScene(uint64(500+i/4), 160).take(n, t).Features[0].Frames[0]
		f.Time = float64(i-4*from) / 4
		bits, _, _ := geometry.Hash(f.Miniature, pipeline.Box{0, 0, 1, 1})
		hashes.Frames = append(hashes.Frames, pipeline.HashedFrame{Time: f.Time, Bits: bits, Quality: 90})
		plain.Frames = append(plain.Frames, pipeline.FeaturedFrame{Time: f.Time, Miniature: f.Miniature})
		if i%4 == 0 {
			featured.Frames = append(featured.Frames, pipeline.FeaturedFrame{Time: f.Time, Count: f.Count, Points: f.Points})
		}
	}
	all := []pipeline.LocalFeatures{featured, plain}
	return pipeline.Prints{
		Item: item(n), Kind: pipeline.Video, Footage: []pipeline.FrameHashes{hashes}, Features: all, Words: pipeline.WordsOf(all),
	}
}

// within is the map that lays a box on the whole picture.
func within(box pipeline.Box) geometry.Map {
	return geometry.Map{1 / box[2], 0, -box[0] / box[2], 0, 1 / box[3], -box[1] / box[3], 0, 0, 1}
}

func TestFootageIsFoundInPart(t *testing.T) {
	t.Parallel()
	whole, corner := taken{by: straight}, pipeline.Box{0.2, 0.15, 0.5, 0.5}
	small, _ := within(corner).Inverse()
	bar := func(x, y, luma float64) float64 {
		if y > 0.7 {
			return 20 + 220*math.Round(math.Mod(x*9, 1))
		}
		return luma
	}
	for name, c := range map[string]struct {
		b      pipeline.Prints
		crop   *pipeline.Box
		within *pipeline.Box
		mirror bool
	}{
		"cropped":                {projected(2, 6, 16, taken{by: within(corner)}), &corner, nil, false},
		"within another picture": {projected(2, 6, 16, taken{by: small, over: grounded(corner)}), nil, &corner, false},
		"under a broad caption":  {projected(2, 6, 16, taken{by: straight, over: bar, hidden: func(_, y float64) bool { return y > 0.7 }}), nil, nil, false},
	} {
		a := projected(1, 0, 20, whole)
		for _, m := range [][]pipeline.Match{compare.Pair(a, c.b, compare.Defaults()), compare.Pair(c.b, a, compare.Defaults())} {
			if len(m) != 1 || m[0].Basis != pipeline.SharedFootage || m[0].Strength != pipeline.Confirmed || len(m[0].Segments) != 1 {
				t.Errorf("%s: %+v", name, m)
				continue
			}
			g := m[0].Segments[0]
			if off := max(math.Abs(g.AStart-6), math.Abs(g.AEnd-16), math.Abs(g.BStart), math.Abs(g.BEnd-10)); off > 0.3 {
				t.Errorf("%s: off by %.2f s: %+v", name, off, g)
			}
			if !sameBox(m[0].Transform.Crop, c.crop) || !sameBox(m[0].Transform.Within, c.within) || m[0].Transform.Mirror != c.mirror {
				t.Errorf("%s: %+v crop %v within %v", name, m[0].Transform, m[0].Transform.Crop, m[0].Transform.Within)
			}
		}
	}
}

// grounded lays a pattern round a box.
func grounded(box pipeline.Box) func(x, y, luma float64) float64 {
	return func(x, y, luma float64) float64 {
		if x < box[0] || y < box[1] || x > box[0]+box[2] || y > box[1]+box[3] {
			return 128 + 60*math.Sin(31*x)*math.Cos(17*y)
		}
		return luma
	}
}

func sameBox(got, want *pipeline.Box) bool {
	if got == nil || want == nil {
		return got == want
	}
	for i := range got {
		if math.Abs(got[i]-want[i]) > 0.03 {
			return false
		}
	}
	return true
}

// A cropped still is placed by what it has in common with the frames.
func TestACroppedStillIsLocated(t *testing.T) {
	t.Parallel()
	corner := pipeline.Box{0.2, 0.15, 0.5, 0.5}
	film, set := projected(1, 0, 20, taken{by: straight}), compare.Defaults()
	set.Still = 256 // every pair is a candidate
	for _, second := range []int{0, 7, 12} {
		still := newScene(uint64(500+second), 160).take(9, taken{by: within(corner), hashes: strange})
		m := compare.Pair(still, film, set)
		if len(m) != 1 || m[0].Basis != pipeline.PictureInVideo || len(m[0].Segments) != 1 || m[0].Transform.Crop != nil || !sameBox(m[0].Transform.Within, &corner) {
			t.Errorf("at %d s: %+v", second, m)
			continue
		}
		if g := m[0].Segments[0]; math.Abs((g.BStart+g.BEnd)/2-float64(second)) > 0.2 || m[0].Strength != pipeline.Confirmed || m[0].Distance > 31 {
			t.Errorf("at %d s: %s d=%d, %+v", second, m[0].Strength, m[0].Distance, g)
		}
	}
}

// One place filmed at other times has all the features of the place, and its pictures lie on each other wherever they are cut.
func TestAPlaceFilmedAtAnotherTimeIsNotConfirmedInPart(t *testing.T) {
	t.Parallel()
	still := func(n byte, at geometry.Map, blob float64) pipeline.Prints {
		p := projected(n, 0, 1, taken{by: at})
		frame := p.Features[0].Frames[0]
		p.Features[0].Frames, p.Features[1].Frames, p.Footage[0].Frames = nil, nil, nil
		for i := range 40 {
			x := 0.5 + 0.4*math.Sin(float64(i)*blob)
			over := func(u, v, luma float64) float64 { return luma + 60*math.Exp(-80*((u-x)*(u-x)+(v-0.5)*(v-0.5))) }
			f := newScene(500, 60).take(n, taken{by: at, over: over}).Features[0].Frames[0]
			f.Time = float64(i) / 4
			bits, _, _ := geometry.Hash(f.Miniature, pipeline.Box{0, 0, 1, 1})
			p.Footage[0].Frames = append(p.Footage[0].Frames, pipeline.HashedFrame{Time: f.Time, Bits: bits, Quality: 90})
			p.Features[1].Frames = append(p.Features[1].Frames, pipeline.FeaturedFrame{Time: f.Time, Miniature: f.Miniature})
			if i%8 == 0 {
				frame.Time = f.Time
				p.Features[0].Frames = append(p.Features[0].Frames, frame)
			}
		}
		return p
	}
	a := still(1, straight, 0.31)
	for name, b := range map[string]pipeline.Prints{
		"as it is": still(2, straight, 0.47), "cropped": still(2, within(pipeline.Box{0.1, 0.1, 0.7, 0.8}), 0.47),
	} {
		for _, m := range compare.Pair(a, b, compare.Defaults()) {
			if m.Strength == pipeline.Confirmed || len(m.Segments) > 0 && !m.Segments[0].Ambiguous {
				t.Errorf("%s: %+v", name, m)
			}
		}
	}
}
