package compare_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
)

func randomHash(r *rand.Rand) pipeline.Hash256 {
	return pipeline.Hash256{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
}

// film is a video of frames that have nothing in common, four a second.
func film(n byte, r *rand.Rand, frames int) pipeline.Prints {
	f := pipeline.FrameHashes{Algorithm: "pdq"}
	for i := range frames {
		f.Frames = append(f.Frames, pipeline.HashedFrame{Time: float64(i) / 4, Bits: randomHash(r), Quality: 100})
	}
	return pipeline.Prints{Item: item(n), Kind: pipeline.Video, Footage: []pipeline.FrameHashes{f}}
}

func TestExplainingIsSymmetric(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	video, other := film(1, r, 40), film(2, r, 40)
	picture := photo(3, pipeline.PrintedPicture{Bits: video.Footage[0].Frames[7].Bits, Quality: 90})
	for name, pair := range map[string][2]pipeline.Prints{
		"photos": {picture, photo(4, pipeline.PrintedPicture{Quality: 80})}, "videos": {video, other}, "a photo and a video": {picture, video}, "nothing": {photo(5), photo(6)},
	} {
		e, f := compare.Explain(pair[0], pair[1], compare.Defaults()), compare.Explain(pair[1], pair[0], compare.Defaults())
		if d := cmp.Diff(e, f); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	if e := compare.Explain(video, picture, compare.Defaults()); e.A != picture.Item || e.B != video.Item {
		t.Errorf("of a photo and a video, A is %v", e.A)
	}
}

func TestTheNearestFormOfAViewIsTold(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 1))
	whole, view := randomHash(r), randomHash(r)
	box := pipeline.Box{0, 0, 1, 1}
	a := photo(1, pipeline.PrintedPicture{Bits: whole, Quality: 90}, pipeline.PrintedPicture{Bits: view, Quality: 90, View: "centre80", Box: box})
	b := photo(2,
		pipeline.PrintedPicture{Bits: randomHash(r), Quality: 90},
		pipeline.PrintedPicture{Bits: randomHash(r), Quality: 90, View: "whole", Box: box},
		pipeline.PrintedPicture{Bits: view.Turned(pipeline.Clockwise90Mirrored), Quality: 20, View: "trimmed", Box: box},
		pipeline.PrintedPicture{Bits: view.Turned(pipeline.Clockwise270), Quality: 70, View: "tile00", Box: box})
	e := compare.Explain(a, b, compare.Defaults())
	if len(e.Hashes) != 4 {
		t.Fatalf("%d pairs of hashes", len(e.Hashes))
	}
	if h := e.Hashes[0]; h.Algorithm != "pdq" || h.Views != [2]string{} {
		t.Errorf("the whole pictures do not stand first: %+v", h)
	}
	want := compare.HashPair{Algorithm: "pdq0", Views: [2]string{"centre80", "tile00"}, Rotate: 270, Quality: [2]int{90, 70}, Counts: true}
	if d := cmp.Diff(want, e.Hashes[1]); d != "" {
		t.Error(d)
	}
	want = compare.HashPair{Algorithm: "pdq0", Views: [2]string{"centre80", "trimmed"}, Rotate: 90, Mirror: true, Quality: [2]int{90, 20}}
	if d := cmp.Diff(want, e.Hashes[3]); d != "" {
		t.Errorf("what does not count stands last: %s", d)
	}
}

func TestWhatSaysNothingSaysWhy(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 1))
	good, flat := photo(1, pipeline.PrintedPicture{Bits: randomHash(r), Quality: 90}), photo(2, pipeline.PrintedPicture{Quality: 3})
	dark := film(3, r, 8)
	for i := range dark.Footage[0].Frames {
		dark.Footage[0].Frames[i].Quality = 10
	}
	heard := film(4, r, 8)
	heard.Sound = []pipeline.AudioPrint{{Algorithm: "chromaprint2", Step: 0.125, Words: make(pipeline.SoundWords, 40)}}
	features := func(d ...pipeline.Digest) compare.Missing {
		return compare.Missing{Method: compare.ByFeatures, Why: compare.NotStated, Of: d}
	}
	for name, c := range map[string]struct {
		a, b pipeline.Prints
		want []compare.Missing
	}{
		"a flat picture":        {good, flat, []compare.Missing{{Method: compare.ByHash, Why: compare.LowQuality, Of: []pipeline.Digest{item(2)}}, features(item(1), item(2))}},
		"no hash":               {good, photo(2), []compare.Missing{{Method: compare.ByHash, Why: compare.NotStated, Of: []pipeline.Digest{item(2)}}, features(item(1), item(2))}},
		"dark and other videos": {dark, heard, []compare.Missing{{Method: compare.ByFrames, Why: compare.NoOffset}, {Method: compare.ByFrames, Why: compare.LowQuality, Of: []pipeline.Digest{item(3)}}, features(item(3), item(4)), {Method: compare.BySound, Why: compare.NotStated, Of: []pipeline.Digest{item(3)}}}},
		"no frames":             {film(3, r, 8), pipeline.Prints{Item: item(5), Kind: pipeline.Video}, []compare.Missing{{Method: compare.ByFrames, Why: compare.NotStated, Of: []pipeline.Digest{item(5)}}, features(item(3), item(5))}},
	} {
		if d := cmp.Diff(c.want, compare.Explain(c.a, c.b, compare.Defaults()).Missing); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestAPhotoIsPlacedInAVideo(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 1))
	v := film(1, r, 60)
	p := photo(2, pipeline.PrintedPicture{Bits: v.Footage[0].Frames[30].Bits.Turned(pipeline.Mirrored), Quality: 90})
	e := compare.Explain(p, v, compare.Defaults())
	if len(e.Hashes) == 0 || e.Hashes[0].Time == nil || *e.Hashes[0].Time != 7.5 || !e.Hashes[0].Mirror || e.Hashes[0].Distance != 0 {
		t.Errorf("nearest %+v", e.Hashes)
	}
}

func TestMomentsOfTwoVideosAreHeldAgainstEachOther(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 1))
	long := film(1, r, 1200)
	clip := film(2, r, 0)
	for i, f := range long.Footage[0].Frames[400:800] {
		clip.Footage[0].Frames = append(clip.Footage[0].Frames, pipeline.HashedFrame{Time: float64(i) / 4, Bits: f.Bits, Quality: 100})
	}
	check := func(e compare.Explanation, mirror bool) {
		t.Helper()
		m := e.Frames
		if m == nil || m.Mirror != mirror || len(m.ATimes) != 400 || len(m.BTimes) != 400 || len(m.Cells) != 400 || len(m.Cells[0]) != 400 {
			t.Fatalf("mirror %v: %+v", mirror, e.Missing)
		}
		near := 0
		for i, row := range m.Cells {
			for j, d := range row {
				if d < 40 {
					near++
					if math.Abs(m.ATimes[i]-m.BTimes[j]-100) > 0.76 {
						t.Fatalf("near at %v and %v s", m.ATimes[i], m.BTimes[j])
					}
				}
			}
		}
		if near < 390 {
			t.Errorf("mirror %v: %d near cells", mirror, near)
		}
	}
	e := compare.Explain(long, clip, compare.Defaults())
	check(e, false)
	if len(e.Matches) != 1 || cmp.Diff(e.Matches[0].Segments, e.Frames.Path) != "" || len(e.Frames.Path) == 0 {
		t.Errorf("path %v of %v", e.Frames.Path, e.Matches)
	}
	for i := range clip.Footage[0].Frames {
		clip.Footage[0].Frames[i].Bits = clip.Footage[0].Frames[i].Bits.Turned(pipeline.Mirrored)
	}
	check(compare.Explain(long, clip, compare.Defaults()), true)
}

// scattered are local features of a picture that have nothing in common.
func scattered(r *rand.Rand, n int) pipeline.Features {
	var out pipeline.Features
	for range n {
		out = append(out, pipeline.Feature{X: uint16(r.Uint32()), Y: uint16(r.Uint32()), Size: 100, Angle: uint8(r.Uint32()), Bits: randomHash(r)})
	}
	return out
}

func featured(p pipeline.Prints, fs ...pipeline.FeaturedFrame) pipeline.Prints {
	p.Features = []pipeline.LocalFeatures{{Algorithm: "orb-m1", Width: 1000, Height: 1000, Frames: fs}}
	return p
}

// shrunk are the features of a picture that shows another in its middle, at half the size.
func shrunk(fs pipeline.Features) (out pipeline.Features) {
	for _, f := range fs {
		f.X, f.Y, f.Size = f.X/2+16384, f.Y/2+16384, f.Size-16
		out = append(out, f)
	}
	return out
}

func TestALayoutSaysWhereOnePictureLiesInTheOther(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 1))
	fs := scattered(r, 80)
	a := featured(photo(1), pipeline.FeaturedFrame{Points: fs})
	b := featured(photo(2), pipeline.FeaturedFrame{Points: append(scattered(r, 40), shrunk(fs)...)})
	l := compare.Explain(a, b, compare.Defaults()).Layout
	if l == nil || len(l.Points) < 60 {
		t.Fatalf("%+v", l)
	}
	for _, p := range l.Points {
		if u, v, ok := l.By.At(p[0], p[1]); !ok || math.Hypot(u-p[2], v-p[3]) > 0.01 || math.Abs(p[2]-p[0]/2-0.25) > 0.001 {
			t.Errorf("%v goes to %v, %v", p, u, v)
		}
	}
	if d := cmp.Diff([]float64{1, 0.25}, []float64{l.SeenA, l.SeenB}, cmpopts.EquateApprox(0, 0.02)); d != "" {
		t.Error(d)
	}
	unlike := compare.Explain(a, featured(photo(3), pipeline.FeaturedFrame{Points: scattered(r, 80)}), compare.Defaults())
	if d := cmp.Diff([]compare.Missing{{Method: compare.ByFeatures, Why: compare.NoMap}}, unlike.Missing); unlike.Layout != nil || d != "" {
		t.Errorf("of unrelated pictures: %v %s", unlike.Layout, d)
	}
}

// Of a video the frame is taken that stands for the moment whose hash is nearest.
func TestALayoutTakesTheRightFrame(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 1))
	v := film(1, r, 80)
	fs := scattered(r, 80)
	p := featured(photo(2, pipeline.PrintedPicture{Bits: v.Footage[0].Frames[48].Bits, Quality: 90}), pipeline.FeaturedFrame{Points: fs})
	v = featured(v, pipeline.FeaturedFrame{Time: 2, Points: scattered(r, 80)}, pipeline.FeaturedFrame{Time: 12.25, Points: shrunk(fs)}, pipeline.FeaturedFrame{Time: 19, Points: scattered(r, 80)})
	if l := compare.Explain(p, v, compare.Defaults()).Layout; l == nil || l.BTime != 12.25 || l.ATime != 0 {
		t.Errorf("%+v", l)
	}
	// A frame a second away stands for another moment.
	v = featured(v, pipeline.FeaturedFrame{Time: 2, Points: scattered(r, 80)}, pipeline.FeaturedFrame{Time: 13.25, Points: shrunk(fs)})
	if l := compare.Explain(p, v, compare.Defaults()).Layout; l != nil && l.BTime == 13.25 {
		t.Errorf("the frame at %v s stands for 12 s", l.BTime)
	}
}
