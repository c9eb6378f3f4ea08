package compare_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
)

func TestSameMedia(t *testing.T) {
	t.Parallel()
	one, other, begins := pipeline.Digest{1}, pipeline.Digest{2}, pipeline.Digest{1, 0, 0, 0, 9}
	holds := func(n byte, kind pipeline.Kind, keys ...pipeline.Digest) pipeline.Prints {
		return pipeline.Prints{Item: item(n), Kind: kind, Coded: keys}
	}
	same := []pipeline.Match{{
		A: item(1), B: item(2), Basis: pipeline.SameMedia, Strength: pipeline.Confirmed, Method: "compare 6: equal digests of what is coded",
	}}
	for name, c := range map[string]struct {
		a, b pipeline.Prints
		want []pipeline.Match
	}{
		"the same picture":                      {holds(1, pipeline.Photo, one), holds(2, pipeline.Photo, one), same},
		"one of several streams":                {holds(1, pipeline.Video, one, other), holds(2, pipeline.Video, other), same},
		"others":                                {holds(1, pipeline.Photo, one), holds(2, pipeline.Photo, other), nil},
		"digests that begin alike":              {holds(1, pipeline.Photo, one), holds(2, pipeline.Photo, begins), nil},
		"a video and what is heard in it alone": {holds(1, pipeline.Video, one), holds(2, pipeline.Audio, one), nil},
		"nothing coded":                         {holds(1, pipeline.Photo), holds(2, pipeline.Photo), nil},
	} {
		for _, pair := range [][2]pipeline.Prints{{c.a, c.b}, {c.b, c.a}} {
			if d := cmp.Diff(c.want, compare.Pair(pair[0], pair[1], compare.Defaults())); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
	}
}
