package evaluate

import (
	"errors"
	"math"
	"strings"
	"testing"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// id is the item of a file named by one letter.
func id(name string) pipeline.Digest { return pipeline.DigestOf([]byte(name)) }

// photos observes files as photos.
func photos(names ...string) Observed {
	o := Observed{Files: map[string]File{}}
	for _, n := range names {
		o.Files[n] = File{Item: id(n), Kind: pipeline.Photo}
	}
	return o
}

// matched adds a match with the lesser digest first.
func (o *Observed) matched(a, b string, basis pipeline.Basis, s pipeline.Strength) *pipeline.Match {
	k := ordered(id(a), id(b))
	o.Matches = append(o.Matches, pipeline.Match{A: k[0], B: k[1], Basis: basis, Strength: s})
	return &o.Matches[len(o.Matches)-1]
}

func mustRead(t *testing.T, csv string) Truth {
	t.Helper()
	truth, err := Read(strings.NewReader(csv))
	if err != nil {
		t.Fatal(err)
	}
	return truth
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestReadManifest(t *testing.T) {
	t.Parallel()
	got := mustRead(t, "\ufeffa,b,note,relation,transform,a_start,a_end,b_start,b_end,speed,source,steady\n"+
		"x.mp4,y.mp4,hello,clip,recut,0,2,5,7,,s1,yes\n"+
		"x.mp4,y.mp4,,clip,recut,2,4,1,2,2,s1,yes\n"+
		"x.mp4,p.jpg,,still,still,1.5,1.5,,,,s1,\n"+
		"z.jpg,,,,,,,,,,s2,\n")
	want := []Pair{
		{A: "x.mp4", B: "y.mp4", Relation: Clip, Transform: "recut", Source: "s1", Steady: true, Stretches: []Stretch{
			{Interval{0, 2, true}, Interval{5, 7, true}, 1}, {Interval{2, 4, true}, Interval{1, 2, true}, 2}}},
		{A: "x.mp4", B: "p.jpg", Relation: Still, Transform: "still", Source: "s1", Stretches: []Stretch{{Interval{1.5, 1.5, true}, Interval{}, 1}}},
	}
	if diff := cmp.Diff(want, got.Pairs); diff != "" {
		t.Errorf("pairs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"x.mp4", "y.mp4", "p.jpg", "z.jpg"}, got.Files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	const head = "a,b,relation,transform,a_start,a_end,speed\n"
	for name, csv := range map[string]string{
		"nothing":          "",
		"no relation":      "a,b,transform\n",
		"a column twice":   "a,b,relation,transform,a\n",
		"unknown relation": head + "x,y,cousin,,,,\n",
		"an absolute path": head + "/x,y,crop,,,,\n",
		"no a":             head + ",y,crop,,,,\n",
		"itself":           head + "x,x,crop,,,,\n",
		"half a stretch":   head + "x,y,clip,,1,,\n",
		"backwards":        head + "x,y,clip,,2,1,\n",
		"no number":        head + "x,y,clip,,1,NaN,\n",
		"speed 0":          head + "x,y,clip,,1,2,0\n",
		"ragged":           head + "x,y,clip\n",
	} {
		if _, err := Read(strings.NewReader(csv)); !errors.Is(err, pipeline.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a,b,relation,transform\nx,y,crop,t\n")
	f.Add("a,b,relation,transform,a_start,a_end,source\nx,y,still,t,1,1,s\nz,,,,,,s\n")
	f.Fuzz(func(t *testing.T, csv string) {
		truth, err := Read(strings.NewReader(csv))
		if err != nil {
			return
		}
		o := photos(truth.Files...)
		r := Score(truth, o, true)
		if r.Positives.Found.Of > len(truth.Pairs) {
			t.Errorf("%d positives of %d pairs", r.Positives.Found.Of, len(truth.Pairs))
		}
	})
}

// Wilson's interval for 8 of 10 and for 0 of 20, as R's prop.test(correct = FALSE) gives them.
func TestWilson(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		hits, of  int
		low, high float64
	}{{8, 10, 0.4901625, 0.9433178}, {0, 20, 0, 0.1611252}, {20, 20, 0.8388748, 1}, {117, 120, 0.9291, 0.9915}} {
		r := NewRate(c.hits, c.of)
		near(t, r.String()+" low", r.Low, c.low, 5e-5)
		near(t, r.String()+" high", r.High, c.high, 5e-5)
	}
	if r := NewRate(0, 0); r.Value != 0 || r.High != 1 || r.String() != "–" {
		t.Errorf("nothing of nothing: %+v", r)
	}
}

// Clopper and Pearson's one-sided bounds: 1 − 0.05^(1/n) for none; 3 of 50 as R's binom.test(alternative = "less") gives it.
func TestUpperBound(t *testing.T) {
	t.Parallel()
	near(t, "0 of 1,000,000", upperBound(0, 1_000_000), -math.Expm1(math.Log(0.05)/1e6), 1e-12)
	near(t, "0 of 20", upperBound(0, 20), 0.1391083, 1e-6)
	near(t, "3 of 50", upperBound(3, 50), 0.1478327, 1e-5)
	near(t, "all", upperBound(5, 5), 1, 0)
}

func TestPositivesAreCountedByRelationTransformAndSource(t *testing.T) {
	t.Parallel()
	truth := mustRead(t, "a,b,relation,transform,source\n"+
		"o,c1,near-duplicate,jpeg,s\n"+ // confirmed on the expected basis
		"o,c2,near-duplicate,jpeg,s\n"+ // missed
		"o,c3,crop,crop10,s\n"+ // suggested as a near picture: found, not on the expected basis
		"o,c4,crop,crop10,s\n"+ // said to be another shot: missed
		"p,c5,near-duplicate,jpeg,q\n") // both bases: confirmed counts
	o := photos("o", "p", "c1", "c2", "c3", "c4", "c5")
	o.matched("o", "c1", pipeline.NearPicture, pipeline.Confirmed)
	o.matched("o", "c3", pipeline.NearPicture, pipeline.Suggested)
	o.matched("o", "c4", pipeline.PartialPicture, pipeline.Confirmed).OtherShot = true
	o.matched("p", "c5", pipeline.NearPicture, pipeline.Suggested)
	o.matched("p", "c5", pipeline.PartialPicture, pipeline.Confirmed)
	r := Score(truth, o, false)
	counts := func(gs []Group) map[string][3]int {
		out := map[string][3]int{}
		for _, g := range gs {
			out[g.Name] = [3]int{g.Found.Hits, g.Confirmed.Hits, g.Found.Of}
		}
		return out
	}
	for name, want := range map[string][3]int{"jpeg": {2, 2, 3}, "crop10": {1, 0, 2}} {
		if got := counts(r.Transforms)[name]; got != want {
			t.Errorf("%s: found, confirmed, of = %v, want %v", name, got, want)
		}
	}
	for name, want := range map[string][3]int{"s": {2, 1, 4}, "q": {1, 1, 1}} {
		if got := counts(r.Sources)[name]; got != want {
			t.Errorf("source %s: %v, want %v", name, got, want)
		}
	}
	if r.Positives.Found.Hits != 3 || r.Positives.Found.Of != 5 || len(r.Misses) != 2 {
		t.Errorf("all: %+v, misses %v", r.Positives, r.Misses)
	}
	var near, part Basis
	for _, b := range r.Bases {
		switch b.Basis {
		case pipeline.NearPicture:
			near = b
		case pipeline.PartialPicture:
			part = b
		}
	}
	if near.Found.Hits != 2 || near.OnIt.Hits != 1 || near.Found.Of != 3 {
		t.Errorf("near_picture: %+v", near)
	}
	if part.Found.Hits != 1 || part.OnIt.Hits != 0 || part.Found.Of != 2 || part.Precision.Hits != 1 || part.Precision.Of != 2 {
		t.Errorf("partial_picture: %+v; the other shot is wrong, the other right", part)
	}
}

func TestNegativesAndOtherSources(t *testing.T) {
	t.Parallel()
	truth := mustRead(t, "a,b,relation,transform,source\n"+
		"a1,a2,near-duplicate,x,A\n"+
		"b1,b2,near-duplicate,x,B\n"+
		"c1,,,,C\n"+
		"a1,m,crop,collage,A\n"+
		"b1,m,crop,collage,B\n"+ // m shows A and B
		"a1,u,unrelated,,\n"+
		"a1,v,same-scene,burst,\n")
	o := photos("a1", "a2", "b1", "b2", "c1", "m", "u", "v")
	o.matched("a1", "b2", pipeline.NearPicture, pipeline.Suggested)
	o.matched("a2", "c1", pipeline.NearPicture, pipeline.Confirmed)
	o.matched("a1", "u", pipeline.NearPicture, pipeline.Confirmed)
	o.matched("a1", "v", pipeline.NearPicture, pipeline.Suggested).OtherShot = true
	o.matched("a2", "m", pipeline.PartialPicture, pipeline.Confirmed) // they share A: no row, no stranger
	r := Score(truth, o, true)
	// Items of known scenes: {A} 2, {B} 2, {C} 1, {A,B} 1. Strangers: A×B 4, A×C 2, B×C 2, C×{A,B} 1.
	if len(r.Cross) != 2 || r.Cross[0].Pairs != 9 || r.Cross[0].Confirmed != 1 || r.Cross[0].Suggested != 1 {
		t.Errorf("other sources: %+v", r.Cross)
	}
	want := []Negative{{Relation: SameScene, Pairs: 1, OtherShot: 1, Upper: 0.95}, {Relation: Unrelated, Pairs: 1, Confirmed: 1, Upper: 1}}
	for i := range want {
		near(t, "bound", r.Negatives[i].Upper, want[i].Upper, 1e-9)
		r.Negatives[i].Upper = want[i].Upper
	}
	if diff := cmp.Diff(want, r.Negatives); diff != "" {
		t.Errorf("negatives (-want +got):\n%s", diff)
	}
	if len(r.False) != 3 {
		t.Errorf("false matches: %+v", r.False)
	}
	for _, b := range r.Bases {
		if b.Basis == pipeline.NearPicture && (b.Precision.Hits != 1 || b.Precision.Of != 4) {
			t.Errorf("near_picture is right %d of %d times, want 1 of 4", b.Precision.Hits, b.Precision.Of)
		}
		if b.Basis == pipeline.PartialPicture && b.Unknown != 1 {
			t.Errorf("partial_picture: %+v", b)
		}
	}
}

func TestPeersAreCountedOnTheSamePairs(t *testing.T) {
	t.Parallel()
	truth := mustRead(t, "a,b,relation,transform,source\na,b,near-duplicate,x,A\na,c,near-duplicate,x,A\nz,,,,Z\n")
	o := photos("a", "b", "c", "z")
	hash := func(name string, pdq pipeline.Hash256, phash uint64) {
		f := o.Files[name]
		f.PDQ, f.PHash = &pdq, &phash
		o.Files[name] = f
	}
	hash("a", pipeline.Hash256{}, 0)
	hash("b", pipeline.Hash256{1<<31 - 1}, 1<<11-1) // 31 and 11 bits apart
	hash("z", pipeline.Hash256{0, 1<<32 - 1}, 1<<10-1)
	r := Score(truth, o, true)
	g := r.Transforms[0]
	if g.PDQ.Hits != 1 || g.PDQ.Of != 1 || g.PHash.Hits != 0 || g.PHash.Of != 1 || g.Found.Of != 2 {
		t.Errorf("peers: %+v", g)
	}
	c := r.Cross[1]
	if c.Kinds != "photo–photo" || *c.PDQ != 0 || *c.PHash != 2 || c.Pairs != 3 { // z~a 10 bits, z~b 1 bit
		t.Errorf("peers on other sources: %+v, PDQ %d, pHash %d", c, *c.PDQ, *c.PHash)
	}
}

func TestMissingAndTroubledAreTold(t *testing.T) {
	t.Parallel()
	truth := mustRead(t, "a,b,relation,transform\na,b,near-duplicate,x\na,c,near-duplicate,x\n")
	o := photos("a", "b", "c")
	o.Files["b"] = File{Missing: "gone"}
	o.Files["c"] = File{Item: id("c"), Kind: pipeline.Photo, Trouble: "pixelhash failed: no picture"}
	r := Score(truth, o, false)
	if len(r.Missing) != 1 || len(r.Troubled) != 1 || r.Unjudged != 1 || r.Positives.Found.Of != 1 || r.Positives.Found.Hits != 0 {
		t.Errorf("%+v", r)
	}
	if !strings.Contains(r.Misses[0].Got, "no picture") {
		t.Errorf("the miss does not say why: %+v", r.Misses)
	}
	var out strings.Builder
	r.Write(&out, 5, func(s string) string { return s })
	for _, want := range []string{"b: gone", "c: pixelhash failed", "0.0 % [0.0–79.3] of 1"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, &out)
		}
	}
}

func TestEqualBytesAreFound(t *testing.T) {
	t.Parallel()
	truth := mustRead(t, "a,b,relation,transform\na,b,exact-bytes,renamed\n")
	o := photos("a", "b")
	o.Files["b"] = o.Files["a"]
	if r := Score(truth, o, false); r.Positives.Confirmed.Hits != 1 {
		t.Errorf("%+v", r.Positives)
	}
}

// video observes two videos x and y.
func video(segments ...pipeline.Segment) Observed {
	o := photos("x", "y")
	for n, f := range o.Files {
		f.Kind = pipeline.Video
		o.Files[n] = f
	}
	m := o.matched("x", "y", pipeline.SharedFootage, pipeline.Confirmed)
	m.Segments = segments
	if m.A != id("x") {
		for i, s := range m.Segments {
			m.Segments[i] = pipeline.Segment{AStart: s.BStart, AEnd: s.BEnd, BStart: s.AStart, BEnd: s.AEnd, Ambiguous: s.Ambiguous}
		}
	}
	return o
}

func TestSegments(t *testing.T) {
	t.Parallel()
	truth := mustRead(t, "a,b,relation,transform,a_start,a_end,b_start,b_end\nx,y,clip,recut,0,4,10,14\nx,y,clip,recut,6,10,0,4\n")
	for _, c := range []struct {
		name          string
		stated        []pipeline.Segment
		right, extra  int
		f1, mid, last float64
	}{
		{"both, one 0.2 s short", []pipeline.Segment{{AStart: 0, AEnd: 3.8, BStart: 10, BEnd: 13.8}, {AStart: 6, AEnd: 10, BStart: 0, BEnd: 4}}, 2, 0, 1, 0, 0.2},
		{"one", []pipeline.Segment{{AStart: 0, AEnd: 4, BStart: 10, BEnd: 14}}, 1, 0, 2.0 / 3, 0, 0},
		{"one in two halves: the second is extra", []pipeline.Segment{{AStart: 0, AEnd: 2, BStart: 10, BEnd: 12}, {AStart: 2, AEnd: 4, BStart: 12, BEnd: 14}}, 1, 1, 0.5, 0, 2},
		{"right in a, elsewhere in b", []pipeline.Segment{{AStart: 0, AEnd: 4, BStart: 20, BEnd: 24}}, 0, 1, 0, 0, 0},
		{"less than half", []pipeline.Segment{{AStart: 0, AEnd: 1.9, BStart: 10, BEnd: 11.9}}, 0, 1, 0, 0, 0},
		{"undetermined, but right", []pipeline.Segment{{AStart: 1, AEnd: 4, BStart: 11, BEnd: 14, Ambiguous: true}}, 1, 0, 2.0 / 3, 0, 0},
		{"undetermined elsewhere is not extra", []pipeline.Segment{{AStart: 1, AEnd: 4, BStart: 30, BEnd: 34, Ambiguous: true}}, 0, 0, 0, 0, 0},
	} {
		r := Score(truth, video(c.stated...), false)
		s := r.Segments[0]
		if s.True != 2 || s.Right != c.right || s.Extra != c.extra {
			t.Errorf("%s: %+v", c.name, s)
		}
		near(t, c.name+": F1", s.F1, c.f1, 1e-9)
		near(t, c.name+": median", s.Median, c.mid, 1e-9)
		near(t, c.name+": 95 %", s.P95, c.last, 1e-9)
	}
}

func TestASteadyCameraIsCountedApart(t *testing.T) {
	t.Parallel()
	truth := mustRead(t, "a,b,relation,transform,a_start,a_end,b_start,b_end,steady\nx,y,clip,cut,0,4,0,4,yes\n")
	r := Score(truth, video(pipeline.Segment{AEnd: 4, BEnd: 4}), false)
	if r.Segments[1].True != 0 || r.Segments[2].Right != 1 || r.Segments[3].True != 0 || r.Segments[4].Name != "cut (steady camera)" {
		t.Errorf("%+v", r.Segments)
	}
}

func TestStills(t *testing.T) {
	t.Parallel()
	truth := mustRead(t, "a,b,relation,transform,a_start,a_end\nv,p,still,still,5,5\nv,q,still,still,5,5\nv,r,still,still,5,5\nv,s,still,still,5,5\n")
	o := photos("v", "p", "q", "r", "s")
	f := o.Files["v"]
	f.Kind = pipeline.Video
	o.Files["v"] = f
	found := func(picture string, segments ...pipeline.Segment) {
		o.Matches = append(o.Matches, pipeline.Match{A: id(picture), B: id("v"), Basis: pipeline.PictureInVideo, Strength: pipeline.Confirmed, Segments: segments})
	}
	found("p", pipeline.Segment{BStart: 9, BEnd: 9, Distance: 8}, pipeline.Segment{BStart: 5.4, BEnd: 5.4, Distance: 3}) // the nearest counts
	found("q", pipeline.Segment{BStart: 5.6, BEnd: 5.6})
	found("r", pipeline.Segment{BStart: 0, BEnd: 60, Ambiguous: true})
	r := Score(truth, o, false)
	s := r.Stills[0]
	if s.Found.Hits != 3 || s.Found.Of != 4 || s.Located.Hits != 2 || s.Located.Of != 4 || s.Ambiguous != 1 {
		t.Errorf("%+v", s)
	}
	near(t, "median error", s.Median, 0.4, 1e-9)
	near(t, "95 % error", s.P95, 0.6, 1e-9)
}

func TestNumbersInNamesAreOrderedAsNumbers(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{"crop5", "crop10", "crop10-mirror", "jpeg75", "jpeg100"}, sortedKeys(map[string]int{
		"jpeg100": 0, "crop10": 0, "crop5": 0, "jpeg75": 0, "crop10-mirror": 0})); diff != "" {
		t.Error(diff)
	}
}

// The order in which matches come changes nothing, and no count exceeds what there is.
func TestScoreDependsOnNoOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"a", "b", "c", "d", "e"}
		csv := "a,b,relation,transform,source\n"
		for range rapid.IntRange(1, 8).Draw(t, "rows") {
			a, b := rapid.SampledFrom(names).Draw(t, "a"), rapid.SampledFrom(names).Draw(t, "b")
			if a != b {
				csv += a + "," + b + "," + string(rapid.SampledFrom(Relations()).Draw(t, "relation")) + ",t," + rapid.SampledFrom([]string{"", "S", "T"}).Draw(t, "source") + "\n"
			}
		}
		truth, err := Read(strings.NewReader(csv))
		if err != nil {
			t.Fatal(err)
		}
		o := photos(names...)
		seen := map[pairOf]bool{}
		for range rapid.IntRange(0, 6).Draw(t, "matches") {
			a, b := rapid.SampledFrom(names).Draw(t, "ma"), rapid.SampledFrom(names).Draw(t, "mb")
			if a == b || seen[ordered(id(a), id(b))] {
				continue
			}
			seen[ordered(id(a), id(b))] = true
			o.matched(a, b, rapid.SampledFrom(allBases).Draw(t, "basis"), rapid.SampledFrom([]pipeline.Strength{pipeline.Suggested, pipeline.Confirmed}).Draw(t, "strength"))
		}
		one := Score(truth, o, true)
		o.Matches = rapid.Permutation(o.Matches).Draw(t, "order")
		if diff := cmp.Diff(one, Score(truth, o, true)); diff != "" {
			t.Fatalf("another order, another result:\n%s", diff)
		}
		if one.Positives.Confirmed.Hits > one.Positives.Found.Hits || one.Positives.Found.Hits > one.Positives.Found.Of {
			t.Fatalf("%+v", one.Positives)
		}
	})
}

// Sound under other pictures: shared footage is wrong there, shared sound right; elsewhere sound says nothing.
func TestSharedSoundIsNoSharedFootage(t *testing.T) {
	t.Parallel()
	o := video()
	o.Matches = nil
	o.matched("x", "y", pipeline.SharedFootage, pipeline.Confirmed)
	o.matched("x", "y", pipeline.SharedAudio, pipeline.Confirmed)
	counts := func(relation string) (footage, sound Basis) {
		for _, b := range Score(mustRead(t, "a,b,relation,transform\nx,y,"+relation+",t\n"), o, false).Bases {
			switch b.Basis {
			case pipeline.SharedFootage:
				footage = b
			case pipeline.SharedAudio:
				sound = b
			}
		}
		return footage, sound
	}
	if f, s := counts("same-audio"); f.Precision.Of != 1 || f.Precision.Hits != 0 || s.Precision.Hits != 1 || s.Found.Hits != 1 {
		t.Errorf("same-audio: footage %+v, sound %+v", f, s)
	}
	if f, s := counts("clip"); f.Precision.Hits != 1 || s.Unknown != 1 {
		t.Errorf("clip: footage %+v, sound %+v", f, s)
	}
}
