package compare_test

import (
	"math"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
)

// dimmed is an item whose hashes say little: of low quality, and turned in some bits.
func dimmed(p pipeline.Prints, turned uint64) pipeline.Prints {
	for i := range p.Pictures {
		p.Pictures[i].Quality = 45
		p.Pictures[i].Bits[0] ^= turned
	}
	for i, f := range p.Footage {
		frames := append([]pipeline.HashedFrame{}, f.Frames...)
		for k := range frames {
			frames[k].Quality = 45
		}
		p.Footage[i].Frames = frames
	}
	return p
}

// few leaves a photo so many features.
func few(p pipeline.Prints, n int) pipeline.Prints {
	f := p.Features[0].Frames[0]
	f.Points, f.Count = f.Points[:n], n
	p.Features = []pipeline.LocalFeatures{{Algorithm: p.Features[0].Algorithm, Width: side, Height: side, Frames: []pipeline.FeaturedFrame{f}}}
	p.Words = pipeline.WordsOf(p.Features)
	return p
}

// crop is a photo of four fifths of the scene of passing at a quarter of a second, with so many features.
func crop(at, features int) pipeline.Prints {
	by := scaled(1.25, 0, 0.55, 0.5)
	back, _ := by.Inverse()
	return few(newScene(77, 160).take(2, taken{by: by, over: func(x, y, luma float64) float64 {
		if u, v, ok := back.At(x, y); ok && math.Hypot(u-0.1-0.02*float64(at), v-0.5) < 0.04 {
			return 255
		}
		return luma
	}}), features)
}

// sameHash gives a photo the hash of the film's frames.
func sameHash(p, film pipeline.Prints) pipeline.Prints {
	p.Pictures[0].Bits = film.Footage[0].Frames[0].Bits
	return p
}

// What fingerprints say too little of is stated where frames of the film bear it out at one moment, as a suggestion, and not where they do not.
func TestALookBearsOutWhatFingerprintsPresume(t *testing.T) {
	t.Parallel()
	const at = 16 // quarters of a second
	set := compare.Defaults()
	film := dimmed(passing(1, 0, 40, false), 0)
	dim := dimmed(few(sameHash(passing(2, at, at+1, true), film), 0), math.MaxUint64)
	part := dimmed(sameHash(crop(at, 6), film), math.MaxUint64) // a candidate by its hash
	stranger := dimmed(few(sameHash(newScene(5, 160).take(2, taken{by: straight}), film), 0), math.MaxUint64)
	once, twice := newReel(false), newReel(true)
	for name, c := range map[string]struct {
		still pipeline.Prints
		reel  *reel
		want  bool
	}{
		"a dim picture near dim frames":               {dim, once, true},
		"a part with few features":                    {part, once, true},
		"what comes twice":                            {part, twice, false},
		"a dim picture of something else":             {stranger, once, false},
		"a film that does not decode":                 {dim, &reel{err: pipeline.ErrUnsupported}, false},
		"a film that is gone":                         {dim, &reel{err: pipeline.ErrNotFound}, false},
		"a part with so few features that none agree": {dimmed(sameHash(crop(at, 3), film), math.MaxUint64), once, false},
		"what is no candidate":                        {crop(at, 8), once, false},
	} {
		ms := compare.Pair(film, c.still, set)
		if len(ms) > 0 {
			t.Errorf("%s: fingerprints find it: %+v", name, ms)
			continue
		}
		got, err := set.Revisited(t.Context(), ms, film, c.still, c.reel)
		if err != nil || (len(got) == 1) != c.want {
			t.Errorf("%s: %+v, %v", name, got, err)
			continue
		}
		if !c.want {
			continue
		}
		m := got[0]
		if m.Basis != pipeline.PictureInVideo || m.Strength != pipeline.Suggested || m.A != c.still.Item || len(m.Segments) != 1 || m.Segments[0].BStart != at/4.0 || m.Segments[0].Ambiguous {
			t.Errorf("%s: %+v", name, m)
		}
		if set.Revisitable(nil, c.still, film) != set.Revisitable(nil, film, c.still) || !set.Revisitable(nil, film, c.still) {
			t.Errorf("%s: nobody would look", name)
		}
	}
	if set.Revisitable(nil, film, film) || set.Revisitable(nil, dim, part) {
		t.Error("films are looked at for films, or photos for photos")
	}
}

// A film that stands still for a while shows a picture all that time.
func TestAPictureThatStandsIsShownAllThatTime(t *testing.T) {
	t.Parallel()
	film, set := passing(1, 0, 40, false), compare.Defaults()
	still := passing(2, 16, 17, true)
	r := newReel(false)
	for i := range r.frames { // from 3.6 to 4.6 s nothing moves
		if i > 36 && i <= 46 {
			r.frames[i].Miniature = r.frames[40].Miniature
		}
	}
	m := pipeline.Match{A: still.Item, B: film.Item, Basis: pipeline.PictureInVideo, Strength: pipeline.Confirmed, Distance: 2,
		Segments: []pipeline.Segment{{BStart: 4, BEnd: 4, Speed: 1, Frames: 1, Distance: 2, Strength: pipeline.Confirmed}}}
	got, err := set.Revisited(t.Context(), []pipeline.Match{m}, film, still, r)
	if err != nil || len(got) != 1 || len(got[0].Segments) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	if g := got[0].Segments[0]; g.BStart != 3.7 || g.BEnd != 4.6 || g.Strength != pipeline.Confirmed {
		t.Errorf("%+v, %+v", g, got[0].Moment)
	}
}
