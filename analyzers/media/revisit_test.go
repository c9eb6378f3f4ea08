//go:build libav

package media

import (
	"errors"
	"testing"
	"time"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

// A film revisited shows the frames wanted, each with the time it has in the whole film, and no others.
func TestFilmIsRevisited(t *testing.T) {
	t.Parallel()
	data := greys(10, 40).Bytes()
	for name, c := range map[string]struct {
		wanted pipeline.Revisit
		want   []time.Duration
	}{
		"one stretch":       {pipeline.Revisit{Stretches: [][2]float64{{1.05, 1.4}}}, tenths(11, 12, 13, 14)},
		"two":               {pipeline.Revisit{Stretches: [][2]float64{{0, 0.1}, {3.8, 9}}}, tenths(0, 1, 38, 39)},
		"some of a stretch": {pipeline.Revisit{Stretches: [][2]float64{{1, 2}}, Apart: 0.3}, tenths(10, 13, 16, 19)},
		"beyond its end":    {pipeline.Revisit{Stretches: [][2]float64{{7, 9}}}, nil},
		"nothing":           {pipeline.Revisit{}, nil},
	} {
		s, err := project(NewWith(Limits{Revisit: &c.wanted}), pipeline.Video, "avi", data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var got []time.Duration
		for _, f := range s.frames {
			got = append(got, f.Time)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func tenths(n ...int) (out []time.Duration) {
	for _, k := range n {
		out = append(out, time.Duration(k)*100*time.Millisecond)
	}
	return out
}

// What lies far into a film that cannot be entered in the middle is not looked for.
func TestFilmsAreNotReadFarToBeRevisited(t *testing.T) {
	t.Parallel()
	wanted := pipeline.Revisit{Stretches: [][2]float64{{farIn.Seconds(), farIn.Seconds() + 1}}}
	s, err := project(NewWith(Limits{Revisit: &wanted}), pipeline.Video, "avi", greys(1, 3).Bytes())
	if !errors.Is(err, pipeline.ErrRefused) || len(s.frames) > 0 {
		t.Errorf("%v, %d frames", err, len(s.frames))
	}
}
