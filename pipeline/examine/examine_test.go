package examine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var photo = pipeline.Item{Kind: pipeline.Photo}

// reader is an analyzer of bytes whose reading is a function.
type reader struct {
	name   string
	kinds  []pipeline.Kind
	yields []pipeline.FactKind
	read   func(ctx context.Context, say pipeline.Say) error
}

func (r reader) Spec() pipeline.Spec {
	s := pipeline.Spec{Name: r.name, Version: 1, Kinds: r.kinds, Yields: r.yields}
	if s.Kinds == nil {
		s.Kinds = []pipeline.Kind{pipeline.Photo}
	}
	if s.Yields == nil {
		s.Yields = []pipeline.FactKind{pipeline.KindTag, pipeline.KindPosition, pipeline.KindDerivative}
	}
	return s
}

func (r reader) Read(ctx context.Context, _ pipeline.Item, _ pipeline.Original, say pipeline.Say) error {
	return r.read(ctx, say)
}

func tag(v string) pipeline.Tag { return pipeline.Tag{Reader: "test", Name: v} }

func sayTag(say pipeline.Say, v string) { say(pipeline.In("/"+v), tag(v)) }

// script is a sink that writes down what it is told.
type script struct {
	lines    []string
	outcomes []pipeline.Outcome
	said     []pipeline.Fact
	refuse   error // what Say answers
}

func (s *script) Start(r pipeline.Ref) { s.lines = append(s.lines, "start "+r.Analyzer) }

func (s *script) Say(r pipeline.Ref, w pipeline.Where, f pipeline.Fact) error {
	if s.refuse != nil {
		return s.refuse
	}
	line := "say " + r.Analyzer + " " + w.Path
	s.lines = append(s.lines, line)
	s.said = append(s.said, f)
	return nil
}

func (s *script) End(o pipeline.Outcome) error {
	s.lines = append(s.lines, "end "+o.By.Analyzer)
	s.outcomes = append(s.outcomes, o)
	return nil
}

// verdicts is the outcomes as "name status: reason".
func (s *script) verdicts() []string {
	var out []string
	for _, o := range s.outcomes {
		line := o.By.Analyzer + " " + string(o.Status)
		if o.Reason != "" {
			line += ": " + o.Reason
		}
		out = append(out, line)
	}
	return out
}

func TestReaderOutcomes(t *testing.T) {
	t.Parallel()
	var nothing *int
	for name, c := range map[string]struct {
		read  func(ctx context.Context, say pipeline.Say) error
		kinds []pipeline.Kind
		want  string
		said  int
	}{
		"comes to its end": {
			read: func(_ context.Context, say pipeline.Say) error { sayTag(say, "a"); return nil },
			want: "r done", said: 1,
		},
		"says nothing": {read: func(context.Context, pipeline.Say) error { return nil }, want: "r done"},
		"not for this kind": {
			kinds: []pipeline.Kind{pipeline.Video, pipeline.Audio},
			read:  func(context.Context, pipeline.Say) error { panic("must not be called") },
			want:  "r skipped: not for photo",
		},
		"no means in this build": {
			read: func(context.Context, pipeline.Say) error {
				return fmt.Errorf("heic: %w: no decoder in this build", pipeline.ErrUnsupported)
			},
			want: "r skipped: heic: unsupported: no decoder in this build",
		},
		"refused by a limit": {
			read: func(context.Context, pipeline.Say) error {
				return fmt.Errorf("%w: 900 megapixels, the limit is 268", pipeline.ErrRefused)
			},
			want: "r refused: refused: 900 megapixels, the limit is 268",
		},
		"refused after it said something": {
			read: func(_ context.Context, say pipeline.Say) error {
				sayTag(say, "a")
				return fmt.Errorf("%w: depth 33, the limit is 32", pipeline.ErrRefused)
			},
			want: "r partial: refused: depth 33, the limit is 32", said: 1,
		},
		"fails": {
			read: func(context.Context, pipeline.Say) error { return errors.New("jpeg at byte 12: marker missing") },
			want: "r failed: jpeg at byte 12: marker missing",
		},
		"fails after it said something": {
			read: func(_ context.Context, say pipeline.Say) error { sayTag(say, "a"); return errors.New("cut off") },
			want: "r partial: cut off", said: 1,
		},
		"panics with a text": {
			read: func(_ context.Context, say pipeline.Say) error { sayTag(say, "a"); panic("oh") },
			want: "r failed: panic: oh", said: 1,
		},
		"panics in the runtime": {
			read: func(context.Context, pipeline.Say) error { *nothing = 1; return nil },
			want: "r failed: panic: runtime error: invalid memory address or nil pointer dereference",
		},
		"panics with a pointer, whose address is not told": {
			read: func(context.Context, pipeline.Say) error { panic(&struct{ a int }{}) },
			want: "r failed: panic: a value of type *struct { a int }",
		},
		"states what it does not declare": {
			read: func(_ context.Context, say pipeline.Say) error {
				say(pipeline.Where{}, pipeline.Device{Make: "x"})
				return nil
			},
			want: "r failed: stated device, which it does not declare",
		},
		"states what it does not declare beside what it does": {
			read: func(_ context.Context, say pipeline.Say) error {
				sayTag(say, "a")
				say(pipeline.Where{}, pipeline.Device{Make: "x"})
				say(pipeline.Where{}, pipeline.Device{Make: "y"})
				return nil
			},
			want: "r partial: stated device, which it does not declare; 1 more facts dropped", said: 1,
		},
		"says a number that is none": {
			read: func(_ context.Context, say pipeline.Say) error {
				say(pipeline.Where{}, pipeline.Position{Latitude: math.NaN()})
				return nil
			},
			want: "r partial: dropped a position with a number that is not finite",
		},
		"says an infinite number behind a pointer": {
			read: func(_ context.Context, say pipeline.Say) error {
				inf := math.Inf(1)
				sayTag(say, "a")
				say(pipeline.Where{}, pipeline.Position{Altitude: &inf})
				return nil
			},
			want: "r partial: dropped a position with a number that is not finite", said: 1,
		},
		"says where at no finite time": {
			read: func(_ context.Context, say pipeline.Say) error {
				nan := math.NaN()
				say(pipeline.Where{Time: &nan}, tag("a"))
				return nil
			},
			want: "r partial: dropped a tag whose place is not finite",
		},
		"says nil": {
			read: func(_ context.Context, say pipeline.Say) error { say(pipeline.Where{}, nil); return nil },
			want: "r failed: said a fact that is not a value",
		},
		"says a pointer": {
			read: func(_ context.Context, say pipeline.Say) error { say(pipeline.Where{}, &pipeline.Tag{}); return nil },
			want: "r failed: said a fact that is not a value",
		},
		"makes a derivative with the digest of other bytes": {
			read: func(_ context.Context, say pipeline.Say) error {
				say(pipeline.Where{}, pipeline.Derivative{Role: "thumbnail", Bytes: []byte("x"), Digest: pipeline.DigestOf([]byte("y"))})
				return nil
			},
			want: "r partial: dropped a thumbnail that does not have the digest it states",
		},
		"makes a derivative without bytes": {
			read: func(_ context.Context, say pipeline.Say) error {
				say(pipeline.Where{}, pipeline.Derivative{Role: "thumbnail", Digest: pipeline.DigestOf(nil)})
				return nil
			},
			want: "r partial: dropped a thumbnail without bytes",
		},
		"makes too large a derivative": {
			read: func(_ context.Context, say pipeline.Say) error {
				b := make([]byte, MaxDerivativeBytes+1)
				say(pipeline.Where{}, pipeline.Derivative{Role: "thumbnail", Bytes: b, Digest: pipeline.DigestOf(b)})
				return nil
			},
			want: "r partial: dropped a thumbnail of 4194305 bytes, the limit is 4194304",
		},
		"makes too many derivatives": {
			read: func(_ context.Context, say pipeline.Say) error {
				for i := range MaxDerivatives + 2 {
					b := []byte{byte(i)}
					say(pipeline.Where{}, pipeline.Derivative{Role: "keyframe", Bytes: b, Digest: pipeline.DigestOf(b)})
				}
				return nil
			},
			want: "r partial: refused: limit of 64 derivatives reached", said: MaxDerivatives,
		},
		"says too often, and is told so by its context": {
			read: func(ctx context.Context, say pipeline.Say) error {
				for i := 0; ctx.Err() == nil; i++ {
					sayTag(say, "a")
				}
				return ctx.Err()
			},
			want: "r partial: refused: limit of 20000 measurements reached", said: MaxMeasurements,
		},
		"says too much": {
			read: func(_ context.Context, say pipeline.Say) error {
				for range 40 {
					say(pipeline.Where{}, pipeline.Tag{Value: strings.Repeat("x", 1<<20)})
				}
				return nil
			},
			want: "r partial: refused: limit of 32 MiB of facts reached", said: 31,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s script
			a := []pipeline.Analyzer{reader{name: "r", kinds: c.kinds, read: c.read}}
			if err := Run(t.Context(), a, nil, photo, nil, &s); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{c.want}, s.verdicts()); diff != "" {
				t.Error(diff)
			}
			if len(s.said) != c.said {
				t.Errorf("said %d facts, want %d", len(s.said), c.said)
			}
		})
	}
}

func TestWhatIsSaidAfterTheEndIsNotHeard(t *testing.T) {
	t.Parallel()
	var late pipeline.Say
	a := []pipeline.Analyzer{
		reader{name: "early", read: func(_ context.Context, say pipeline.Say) error { late = say; return nil }},
		reader{name: "next", read: func(_ context.Context, say pipeline.Say) error {
			sayTag(late, "late")
			sayTag(say, "mine")
			return nil
		}},
	}
	var s script
	if err := Run(t.Context(), a, nil, photo, nil, &s); err != nil {
		t.Fatal(err)
	}
	want := []string{"start early", "end early", "start next", "say next /mine", "end next"}
	if diff := cmp.Diff(want, s.lines); diff != "" {
		t.Error(diff)
	}
}

func TestASinkThatRefusesEndsTheAnalyzerOnly(t *testing.T) {
	t.Parallel()
	s := script{refuse: fmt.Errorf("%w: limit of 64 MiB in one reply", pipeline.ErrRefused)}
	say := func(_ context.Context, say pipeline.Say) error { sayTag(say, "a"); return nil }
	a := []pipeline.Analyzer{reader{name: "a", read: say}, reader{name: "b", read: say}}
	if err := Run(t.Context(), a, nil, photo, nil, &s); err != nil {
		t.Fatal(err)
	}
	want := []string{"a refused: refused: limit of 64 MiB in one reply", "b refused: refused: limit of 64 MiB in one reply"}
	if diff := cmp.Diff(want, s.verdicts()); diff != "" {
		t.Error(diff)
	}
}

func TestARefusedAnalyzerIsNotHeardAgain(t *testing.T) {
	t.Parallel()
	s := script{refuse: fmt.Errorf("%w: limit of 64 MiB in one reply", pipeline.ErrRefused)}
	a := []pipeline.Analyzer{reader{name: "a", read: func(_ context.Context, say pipeline.Say) error {
		sayTag(say, "large")
		s.refuse = nil // a smaller fact would fit
		sayTag(say, "small")
		return nil
	}}}
	if err := Run(t.Context(), a, nil, photo, nil, &s); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"start a", "end a"}, s.lines); diff != "" {
		t.Error(diff)
	}
}

func TestABrokenSinkEndsTheExamination(t *testing.T) {
	t.Parallel()
	broken := errors.New("pipe closed")
	s := script{refuse: broken}
	a := []pipeline.Analyzer{
		reader{name: "a", read: func(ctx context.Context, say pipeline.Say) error { sayTag(say, "a"); <-ctx.Done(); return ctx.Err() }},
		reader{name: "b", read: func(context.Context, pipeline.Say) error { panic("must not be called") }},
	}
	if err := Run(t.Context(), a, nil, photo, nil, &s); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestTwoAnalyzersOfOneRefAreRefused(t *testing.T) {
	t.Parallel()
	a := []pipeline.Analyzer{reader{name: "a"}, reader{name: "a"}}
	err := Run(t.Context(), a, nil, photo, nil, new(script))
	if err == nil || err.Error() != "examine: two analyzers are a version 1" {
		t.Errorf("got %v", err)
	}
}

func TestATimeLimitIsTheOutcomeOfWhoIsLeft(t *testing.T) {
	t.Parallel()
	limit := fmt.Errorf("%w: time limit 100 s", pipeline.ErrRefused)
	ctx, cancel := context.WithCancelCause(t.Context())
	a := []pipeline.Analyzer{
		reader{name: "slow", read: func(ctx context.Context, say pipeline.Say) error {
			sayTag(say, "a")
			cancel(limit)
			return fmt.Errorf("reading: %w", ctx.Err())
		}},
		reader{name: "never", read: func(context.Context, pipeline.Say) error { panic("must not be called") }},
		watcher{name: "seen"},
	}
	var s script
	if err := Run(ctx, a, projector{}, photo, nil, &s); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"slow partial: refused: time limit 100 s",
		"never refused: refused: time limit 100 s",
		"seen refused: refused: time limit 100 s",
	}
	if diff := cmp.Diff(want, s.verdicts()); diff != "" {
		t.Error(diff)
	}
}

func TestReasonsAreBoundedUTF8(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"long":          strings.Repeat("x", 10_000),
		"long in runes": strings.Repeat("щ", 5_000),
		"not UTF-8":     strings.Repeat("\xff\xfe", 400),
		"one too long":  strings.Repeat("x", 501),
	} {
		got := bounded(text)
		if len(got) > MaxReason || len(got) < MaxReason-4 && name != "not UTF-8" || !utf8.ValidString(got) {
			t.Errorf("%s: %d bytes, valid %v: %q", name, len(got), utf8.ValidString(got), got)
		}
	}
	if got := bounded(strings.Repeat("x", 500)); len(got) != 500 || strings.Contains(got, "…") {
		t.Errorf("500 bytes were cut to %d", len(got))
	}
}

func FuzzReason(f *testing.F) {
	f.Add("a\xffb")
	f.Add(strings.Repeat("щ", 251))
	f.Fuzz(func(t *testing.T, s string) {
		if got := bounded(s); len(got) > MaxReason || !utf8.ValidString(got) {
			t.Errorf("%d bytes of %q", len(got), got)
		}
	})
}

var sameRefs = cmpopts.IgnoreFields(pipeline.Outcome{}, "Took")
