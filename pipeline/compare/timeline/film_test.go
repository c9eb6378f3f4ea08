package timeline

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

func times(v []frame) []int64 {
	var out []int64
	for _, f := range v {
		out = append(out, f.at)
	}
	return out
}

func hashes(seconds ...float64) []pipeline.FrameHashes {
	f := pipeline.FrameHashes{Algorithm: "pdq"}
	for _, s := range seconds {
		f.Frames = append(f.Frames, pipeline.HashedFrame{Time: s, Quality: 60})
	}
	return []pipeline.FrameHashes{f}
}

func TestFramesAreSortedSpacedAndThinned(t *testing.T) {
	t.Parallel()
	got := Defaults().streams(hashes(1, 0.5, 0.51, 0.524, 0.525, 0.549, 86400, 86400.1, -0.04, 1, math.NaN(), math.Inf(1)))
	if d := cmp.Diff([]int64{-40, 500, 525, 1000, 86_400_000}, times(got[0].axis())); d != "" {
		t.Error(d)
	}
	var many []float64
	for i := range 2*maxFrames + 10 {
		many = append(many, float64(i)/4)
	}
	if n := len(Defaults().streams(hashes(many...))[0].axis()); n > maxFrames || n < maxFrames/2 {
		t.Errorf("%d frames", n)
	}
}

func TestViewsOfAStreamAreOneFilm(t *testing.T) {
	t.Parallel()
	boxed := func(stream int, view string, from float64) pipeline.FrameHashes {
		f := hashes(from, from+1)[0]
		f.Stream, f.View = stream, view
		return f
	}
	other := boxed(0, "", 0)
	other.Algorithm = "dhash"
	got := Defaults().streams([]pipeline.FrameHashes{boxed(2, "", 0), boxed(0, "trimmed", 10), boxed(0, "trimmed", 5), boxed(0, "", 0), other})
	if len(got) != 2 || len(got[0].views) != 2 || len(got[1].views) != 1 {
		t.Fatalf("%+v", got)
	}
	if d := cmp.Diff([]int64{5000, 6000, 10000, 11000}, times(got[0].views[1].frames)); d != "" {
		t.Error(d)
	}
}

func TestStillsAreFoldedWhereThereAreTooMany(t *testing.T) {
	t.Parallel()
	var v []frame
	for i := range 3 * 4000 {
		v = append(v, frame{at: int64(i) * 500, hash: pipeline.Hash256{uint64(i % 4), []uint64{0, 0xffffffff, ^uint64(0)}[i/4000]}})
	}
	a, b := fold(v, v)
	if len(a)*len(b) > budget || a[0].at != 0 || b[len(b)-1].at != v[len(v)-1].at {
		t.Errorf("%d and %d", len(a), len(b))
	}
	if a, b := fold(v[:4000], v[:4000]); len(a) != 4000 || len(b) != 4000 {
		t.Error("few frames are folded")
	}
}

func TestExplainChangesTracksOnlyWhereItPays(t *testing.T) {
	t.Parallel()
	s := Settings{Enter: 10}
	for name, c := range map[string]struct {
		said [][]int
		want []stretch
	}{
		"one":                    {[][]int{{-5, 6, 6, -5}}, []stretch{{0, 1, 2}}},
		"too little":             {[][]int{{-5, 5, 4, -5}}, nil},
		"a gap is bridged":       {[][]int{{9, 9, -4, 9, 9}}, []stretch{{0, 0, 4}}},
		"a long gap is not":      {[][]int{{9, 9, -9, -9, 9, 9}}, []stretch{{0, 0, 1}, {0, 4, 5}}},
		"the better of two":      {[][]int{{9, 9, 9}, {8, 8, 8}}, []stretch{{0, 0, 2}}},
		"one after the other":    {[][]int{{9, 9, 9, -9, -9, -9}, {-9, -9, -9, 9, 9, 9}}, []stretch{{0, 0, 2}, {1, 3, 5}}},
		"a flicker is no change": {[][]int{{9, 9, 5, 9, 9}, {-9, -9, 9, -9, -9}}, []stretch{{0, 0, 4}}},
		"no track":               {nil, nil},
	} {
		if d := cmp.Diff(c.want, s.explain(c.said), cmp.AllowUnexported(stretch{})); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestALineIsFittedToPoints(t *testing.T) {
	t.Parallel()
	through := func(rate, offset float64) (out []point) {
		for a := 0.0; a <= 20_000; a += 250 {
			out = append(out, point{a, a/rate + offset, 1})
		}
		return out
	}
	for name, c := range map[string]struct {
		points []point
		kept   bool
		want   line
	}{
		"equal speed":         {through(1, -3000), false, line{1, -3000}},
		"faster":              {through(1.25, 700), false, line{1.25, 700}},
		"hardly faster":       {through(1.004, 0), false, line{1, -39.84}},
		"the speed kept":      {through(1.25, 0), true, line{1, -2000}},
		"too short for speed": {through(1.25, 0)[:3], false, line{1, -50}},
		"impossible":          {through(5, 0), false, line{1, -8000}},
		"none":                {nil, false, line{1, 0}},
	} {
		got := line{1, 0}.fitted(c.points, c.kept)
		if math.Abs(got.rate-c.want.rate) > 1e-4 || math.Abs(got.offset-c.want.offset) > 1 {
			t.Errorf("%s: %+v, not %+v", name, got, c.want)
		}
	}
}
