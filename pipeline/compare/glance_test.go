package compare_test

import (
	"context"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/index"
)

// A film of which every tenth frame was looked at is near the films that show the same, as it is or mirrored, and the pictures out of it, and near nothing else.
func TestAGlanceNamesWhatFewFramesLieNear(t *testing.T) {
	t.Parallel()
	s := newStudio(8)
	film := s.film(80)
	few := video(1, s.coded(film, 6))
	kept := few.Footage[0].Frames[:0:0]
	for i := 0; i < len(film); i += 10 {
		kept = append(kept, few.Footage[0].Frames[i])
	}
	few.Footage[0].Frames = append(kept, pipeline.HashedFrame{Time: math.NaN(), Bits: film[0], Quality: 90}, pipeline.HashedFrame{Time: 99, Quality: 3})

	clip := video(2, film[38:62]) // holds the samples at 20, 25 and 30 s
	mirror := video(3)
	for _, f := range video(0, film).Footage[0].Frames {
		f.Bits = f.Bits.Turned(pipeline.Mirrored)
		mirror.Footage[0].Frames = append(mirror.Footage[0].Frames, f)
	}
	still := photo(4, pipeline.PrintedPicture{Bits: s.changed(film[30], 3), Quality: 80})
	stranger, picture := video(5, s.film(80)), photo(6, pipeline.PrintedPicture{Bits: s.frame(), Quality: 80})

	all := shelf{}
	station := compare.New(index.New(), all, compare.Defaults())
	for _, p := range []pipeline.Prints{few, clip, mirror, still, stranger, picture} {
		all[p.Item] = p
		if err := station.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	got, err := station.Glance(context.Background(), few)
	if err != nil {
		t.Fatal(err)
	}
	type glimpse struct {
		other pipeline.Digest
		near  int
		film  bool
	}
	var short []glimpse
	for _, g := range got {
		if g.Of != 8 {
			t.Errorf("%s: of %d frames, not 8", g.Other, g.Of)
		}
		if g.There != nil && g.Other == clip.Item && g.At-*g.There != 19 {
			t.Errorf("the clip begins at 19 s, and %v is said to be like its %v", g.At, *g.There)
		}
		short = append(short, glimpse{g.Other, g.Near, g.There != nil})
	}
	want := []glimpse{{mirror.Item, 8, true}, {clip.Item, 3, true}, {still.Item, 1, false}}
	if d := cmp.Diff(want, short, cmp.AllowUnexported(glimpse{})); d != "" {
		t.Error(d)
	}
}
