//go:build libav

package wire

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"dokaz/fixtures"
	"dokaz/pipeline"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/receive"

	"github.com/google/go-cmp/cmp"
)

// chair is a film of a camera that moves.
const chair = "video-neardup/tmk/chair-orig-22-sd-bar.mp4"

// openCase is an empty case with some workers.
func openCase(t *testing.T, workers string) *House {
	t.Helper()
	c, _, err := LoadConfig(map[string]string{"case": filepath.Join(t.TempDir(), "case"), "workers": workers, "quiet": "10ms"})
	if err != nil {
		t.Fatal(err)
	}
	h, err := Open(t.Context(), c, Toil, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// take takes files in one after another, each examined before the next where oneByOne.
func take(t *testing.T, h *House, oneByOne bool, files ...[]byte) (out []pipeline.Digest) {
	t.Helper()
	station, err := h.Receiving(true)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, b := range files {
		got, err := station.Take(t.Context(), receive.Stream("file", bytes.NewReader(b)))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, got.Item.Digest)
		h.Pool.Kick()
		if oneByOne {
			if err := h.SettleExamined(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(h.SettleExamined(t.Context()), h.Rest(t.Context())); err != nil {
		t.Fatal(err)
	}
	return out
}

// aFilm is a film, and a case that it was taken into.
func aFilm(t *testing.T) (film []byte, h *House, kept pipeline.Digest) {
	t.Helper()
	film, err := os.ReadFile(filepath.Join(fixtures.SharedMedia(t), filepath.FromSlash(chair)))
	if err != nil {
		t.Fatal(err)
	}
	h = openCase(t, "1")
	return film, h, take(t, h, true, film)[0]
}

// stillAt is a picture of the first frame of a film from a second on, and that frame's time.
func stillAt(t *testing.T, h *House, film pipeline.Digest, from float64) (at float64, still []byte) {
	t.Helper()
	frames, err := h.films().Revisit(t.Context(), film, pipeline.Revisit{Stretches: [][2]float64{{from, from + 0.05}}})
	if err != nil || len(frames) == 0 {
		t.Fatalf("%d frames, %v", len(frames), err)
	}
	m := frames[0].Miniature
	var out bytes.Buffer
	if err := png.Encode(&out, &image.Gray{Pix: m.Luma, Stride: m.Width, Rect: image.Rect(0, 0, m.Width, m.Height)}); err != nil {
		t.Fatal(err)
	}
	return frames[0].Time, out.Bytes()
}

// A still is told its moment whichever of the two comes first, and when both come at once.
func TestAStillIsToldItsMomentAtEitherArrival(t *testing.T) {
	t.Parallel()
	film, h, kept := aFilm(t)
	at, still := stillAt(t, h, kept, 3)
	var first []pipeline.Match
	for name, c := range map[string]struct {
		workers  string
		oneByOne bool
		files    [][]byte
	}{
		"the film first": {"1", true, [][]byte{film, still}}, "the still first": {"1", true, [][]byte{still, film}}, "both at once": {"2", false, [][]byte{still, film}},
	} {
		h := openCase(t, c.workers)
		take(t, h, c.oneByOne, c.files...)
		ms, err := h.Catalog.Matches(t.Context())
		if err != nil || len(ms) != 1 || ms[0].Moment == nil {
			t.Fatalf("%s: %+v, %v", name, ms, err)
		}
		if o := ms[0].Moment; !o.Told || !o.Distinct || math.Abs(o.Time-at) > 0.001 || ms[0].Segments[0].BStart != o.Time {
			t.Errorf("%s: %+v, not %v s", name, *o, at)
		}
		if first == nil {
			first = ms
		}
		if d := cmp.Diff(first, ms); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		relatedLate(t, h, ms)
	}
}

// More looks than fit into one step are taken in further ones: each gets on by what its time suffices for, none is taken twice, and what comes of it is the
// same. With less time left than a look may take, a step takes one.
func TestMoreLooksThanFitIntoAStep(t *testing.T) {
	t.Parallel()
	_, h, kept := aFilm(t)
	for _, at := range []float64{3, 6, 9} {
		_, still := stillAt(t, h, kept, at)
		take(t, h, true, still)
	}
	want, err := h.Catalog.Matches(t.Context())
	if err != nil || len(want) < 3 {
		t.Fatalf("%+v, %v", want, err)
	}
	looks := 0
	for _, m := range want {
		if m.Moment != nil && m.Moment.Not == "" {
			looks++
		}
	}
	station, cl := examining{h}, asked(t, h, pipeline.StepExamine, kept)
	hurried, cancel := context.WithTimeout(t.Context(), h.Config.Child.Wall/2)
	defer cancel()
	for i := 1; ; i++ {
		err := station.Perform(hurried, cl)
		if err == nil {
			if i != looks {
				t.Errorf("%d steps for %d looks", i, looks)
			}
			break
		}
		if !errors.Is(err, pipeline.ErrUnfinished) || i > looks {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	got, err := h.Catalog.Matches(t.Context())
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("%v, %s", err, d)
	}
	if again := h.halfway.take(cl); again != nil {
		t.Error("what is finished is still halfway")
	}
}

// relatedLate has one of two items become visible while the other is in flight: that ends the transaction once, and then says what was said.
func relatedLate(t *testing.T, h *House, want []pipeline.Match) {
	t.Helper()
	var both [2]pipeline.Prints
	for i, d := range []pipeline.Digest{want[0].A, want[0].B} {
		var err error
		if both[i], err = h.Catalog.Prints(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	for i, own := range both {
		l := lateness{House: h, own: own, films: h.films(), known: compare.Looks{}}
		newer := both[1-i : 2-i]
		if ms, err := l.relate(newer); !errors.Is(err, errUnrelated) || ms != nil {
			t.Errorf("%v before the film was looked at: %v", ms, err)
		}
		if err := l.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := l.relate(newer)
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%v, %s", err, d)
		}
	}
}

// What cannot be shown once more says why, and never as a fault of ours.
func TestFilmsThatCannotBeShownAgain(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(filepath.Join(fixtures.SharedMedia(t), "containers/exoplayer-mp4/sample.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	hollow := bytes.Clone(whole)
	for i := len(hollow) / 20; i < len(hollow); i++ {
		hollow[i] = 0
	}
	h := openCase(t, "1")
	kept := take(t, h, false, whole, hollow)
	wanted := pipeline.Revisit{Stretches: [][2]float64{{0.2, 0.5}}}
	frames, err := h.films().Revisit(t.Context(), kept[0], wanted)
	if err != nil || len(frames) < 5 || frames[0].Time < 0.2 || frames[len(frames)-1].Time > 0.5 {
		t.Errorf("%d frames, %v", len(frames), err)
	}
	if frames, err := h.films().Revisit(t.Context(), kept[1], wanted); !errors.Is(err, pipeline.ErrUnsupported) {
		t.Errorf("a hollow film: %d frames, %v", len(frames), err)
	}
	if _, err := h.films().Revisit(t.Context(), pipeline.DigestOf([]byte("nothing")), wanted); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("a film that was never here: %v", err)
	}
}
