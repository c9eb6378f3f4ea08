package examine

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

// watcher says "begin", each frame it sees, and "end"; its hooks make it fail.
type watcher struct {
	name  string
	kinds []pipeline.Kind
	begin func() error
	frame func(f pipeline.Frame) error
	end   func() error
	deaf  bool // wants no stream
}

func (w watcher) Spec() pipeline.Spec {
	s := pipeline.Spec{Name: w.name, Version: 1, Kinds: w.kinds, Yields: []pipeline.FactKind{pipeline.KindTag}}
	if s.Kinds == nil {
		s.Kinds = []pipeline.Kind{pipeline.Photo, pipeline.Video}
	}
	return s
}

func (w watcher) Watch(_ pipeline.Item, s pipeline.Footage, say pipeline.Say) (pipeline.Watch, error) {
	if w.begin != nil {
		if err := w.begin(); err != nil {
			return nil, err
		}
	}
	if w.deaf {
		return nil, nil
	}
	sayTag(say, fmt.Sprint("begin", s.Stream))
	return seat{w, say}, nil
}

type seat struct {
	watcher
	say pipeline.Say
}

func (s seat) Frame(_ context.Context, f pipeline.Frame) error {
	if s.frame != nil {
		if err := s.frame(f); err != nil {
			return err
		}
	}
	sayTag(s.say, fmt.Sprint("frame", f.Index))
	return nil
}

func (s seat) End(context.Context) error {
	if s.end != nil {
		return s.end()
	}
	sayTag(s.say, "end")
	return nil
}

// projector shows streams of so many frames each, then breaks off with err.
type projector struct {
	streams []int
	err     error
	after   func()
	ran     *int // counts projections
	shown   *int // counts frames
}

func (p projector) Project(_ context.Context, _ pipeline.Item, _ pipeline.Original, begin func(pipeline.Footage) error, frame func(pipeline.Frame) error) error {
	if p.ran != nil {
		*p.ran++
	}
	for i, n := range p.streams {
		if err := begin(pipeline.Footage{Stream: i}); err != nil {
			return fmt.Errorf("decode: %w", err)
		}
		for j := range n {
			if p.shown != nil {
				*p.shown++
			}
			if err := frame(pipeline.Frame{Index: j}); err != nil {
				return fmt.Errorf("decode: %w", err)
			}
		}
	}
	if p.after != nil {
		p.after()
	}
	return p.err
}

func TestReadersReadInTurnThenAllWatchTogether(t *testing.T) {
	t.Parallel()
	var s script
	ran := 0
	a := []pipeline.Analyzer{
		watcher{name: "w1"},
		reader{name: "r1", read: func(_ context.Context, say pipeline.Say) error { sayTag(say, "x"); return nil }},
		watcher{name: "w2"},
		watcher{name: "sound", kinds: []pipeline.Kind{pipeline.Audio}},
		reader{name: "r2", read: func(context.Context, pipeline.Say) error { return nil }},
	}
	if err := Run(t.Context(), a, projector{streams: []int{2}, ran: &ran}, photo, nil, &s); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"start r1", "say r1 /x", "end r1",
		"end sound",
		"start r2", "end r2",
		"start w1", "start w2",
		"say w1 /begin0", "say w2 /begin0",
		"say w1 /frame0", "say w2 /frame0",
		"say w1 /frame1", "say w2 /frame1",
		"say w1 /end", "end w1", "say w2 /end", "end w2",
	}
	if diff := cmp.Diff(want, s.lines); diff != "" {
		t.Error(diff)
	}
	if ran != 1 {
		t.Errorf("decoded %d times", ran)
	}
	wantOut := []pipeline.Outcome{
		{By: pipeline.Ref{Analyzer: "r1", Version: 1}, Status: pipeline.Done},
		{By: pipeline.Ref{Analyzer: "sound", Version: 1}, Status: pipeline.Skipped, Reason: "not for photo"},
		{By: pipeline.Ref{Analyzer: "r2", Version: 1}, Status: pipeline.Done},
		{By: pipeline.Ref{Analyzer: "w1", Version: 1}, Status: pipeline.Done},
		{By: pipeline.Ref{Analyzer: "w2", Version: 1}, Status: pipeline.Done},
	}
	if diff := cmp.Diff(wantOut, s.outcomes, sameRefs); diff != "" {
		t.Error(diff)
	}
}

func TestNobodyWatchingMeansNoDecoding(t *testing.T) {
	t.Parallel()
	ran := 0
	a := []pipeline.Analyzer{watcher{name: "w", kinds: []pipeline.Kind{pipeline.Audio}}}
	if err := Run(t.Context(), a, projector{ran: &ran}, photo, nil, new(script)); err != nil || ran != 0 {
		t.Errorf("decoded %d times, %v", ran, err)
	}
}

func TestWatcherOutcomes(t *testing.T) {
	t.Parallel()
	fail := errors.New("odd picture")
	at1 := func(f pipeline.Frame) error {
		if f.Index == 1 {
			return fail
		}
		return nil
	}
	for name, c := range map[string]struct {
		first watcher // watches beside a second one that never fails
		p     projector
		want  []string
		lines []string // of the first, without start and end
	}{
		"one that errs stops, the other goes on": {
			first: watcher{frame: at1}, p: projector{streams: []int{3}},
			want:  []string{"w partial: odd picture", "good done"},
			lines: []string{"/begin0", "/frame0", "/end"},
		},
		"one that panics stops and is not called again": {
			first: watcher{frame: func(f pipeline.Frame) error { panic("at a frame") }}, p: projector{streams: []int{3}},
			want:  []string{"w failed: panic: at a frame", "good done"},
			lines: []string{"/begin0"},
		},
		"one that cannot begin": {
			first: watcher{begin: func() error { return fail }}, p: projector{streams: []int{1}},
			want: []string{"w failed: odd picture", "good done"},
		},
		"one that has no means": {
			first: watcher{begin: func() error { return pipeline.ErrUnsupported }}, p: projector{streams: []int{1}},
			want: []string{"w skipped: unsupported", "good done"},
		},
		"one that fails at the end": {
			first: watcher{end: func() error { return fail }}, p: projector{streams: []int{1}},
			want:  []string{"w partial: odd picture", "good done"},
			lines: []string{"/begin0", "/frame0"},
		},
		"one that panics at the end": {
			first: watcher{end: func() error { panic("late") }}, p: projector{streams: []int{1}},
			want:  []string{"w failed: panic: late", "good done"},
			lines: []string{"/begin0", "/frame0"},
		},
		"one that does not want the stream": {
			first: watcher{deaf: true}, p: projector{streams: []int{1}},
			want: []string{"w done", "good done"},
		},
		"decoding breaks off": {
			p:     projector{streams: []int{1}, err: errors.New("invalid data at packet 7")},
			want:  []string{"w partial: invalid data at packet 7", "good partial: invalid data at packet 7"},
			lines: []string{"/begin0", "/frame0", "/end"},
		},
		"decoding breaks off and the end fails too: decoding is the reason": {
			first: watcher{end: func() error { return fail }},
			p:     projector{streams: []int{1}, err: errors.New("invalid data at packet 7")},
			want:  []string{"w partial: invalid data at packet 7", "good partial: invalid data at packet 7"},
			lines: []string{"/begin0", "/frame0"},
		},
		"decoding panics": {
			p:     projector{streams: []int{1}, after: func() { panic("in the decoder") }},
			want:  []string{"w partial: decoding ended with panic: in the decoder", "good partial: decoding ended with panic: in the decoder"},
			lines: []string{"/begin0", "/frame0", "/end"},
		},
		"decoding fails at once": {
			p:    projector{err: errors.New("no header")},
			want: []string{"w failed: no header", "good failed: no header"},
		},
		"no decoder": {
			p:    projector{err: fmt.Errorf("%w: no decoder in this build", pipeline.ErrUnsupported)},
			want: []string{"w skipped: unsupported: no decoder in this build", "good skipped: unsupported: no decoder in this build"},
		},
		"too large to decode": {
			p:    projector{err: fmt.Errorf("%w: 900 megapixels, the limit is 268", pipeline.ErrRefused)},
			want: []string{"w refused: refused: 900 megapixels, the limit is 268", "good refused: refused: 900 megapixels, the limit is 268"},
		},
		"no pictures": {
			want: []string{"w skipped: unsupported: no pictures in this item", "good skipped: unsupported: no pictures in this item"},
		},
		"two streams, one after the other": {
			p:     projector{streams: []int{1, 1}},
			want:  []string{"w done", "good done"},
			lines: []string{"/begin0", "/frame0", "/end", "/begin1", "/frame0", "/end"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s script
			c.first.name = "w"
			a := []pipeline.Analyzer{c.first, watcher{name: "good"}}
			if err := Run(t.Context(), a, c.p, photo, nil, &s); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, s.verdicts()); diff != "" {
				t.Error(diff)
			}
			var lines []string
			for _, l := range s.lines {
				var path string
				if n, _ := fmt.Sscanf(l, "say w %s", &path); n == 1 {
					lines = append(lines, path)
				}
			}
			if diff := cmp.Diff(c.lines, lines); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodingEndsWhenTheLastWatcherIsGone(t *testing.T) {
	t.Parallel()
	shown := 0
	stop := func(pipeline.Frame) error { return errors.New("enough") }
	a := []pipeline.Analyzer{watcher{name: "a", frame: stop}, watcher{name: "b", frame: stop}}
	var s script
	if err := Run(t.Context(), a, projector{streams: []int{100}, shown: &shown}, photo, nil, &s); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a partial: enough", "b partial: enough"}, s.verdicts()); diff != "" || shown != 1 {
		t.Errorf("%d frames decoded; %s", shown, diff)
	}
}

func TestATalkativeWatcherIsEndedAtTheLimit(t *testing.T) {
	t.Parallel()
	shown := 0
	a := []pipeline.Analyzer{watcher{name: "w"}}
	var s script
	if err := Run(t.Context(), a, projector{streams: []int{2 * MaxMeasurements}, shown: &shown}, photo, nil, &s); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"w partial: refused: limit of 20000 measurements reached"}, s.verdicts()); diff != "" || shown > MaxMeasurements {
		t.Errorf("%d frames decoded; %s", shown, diff)
	}
}

// both is wrongly a reader and a watcher.
type both struct {
	reader
	watcher
}

func (b both) Spec() pipeline.Spec { return b.reader.Spec() }

// neither measures nothing.
type neither struct{}

func (neither) Spec() pipeline.Spec { return reader{name: "neither"}.Spec() }

func TestAnAnalyzerIsEitherAReaderOrAWatcher(t *testing.T) {
	t.Parallel()
	a := []pipeline.Analyzer{both{reader: reader{name: "both"}}, neither{}}
	var s script
	if err := Run(t.Context(), a, nil, photo, nil, &s); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"both failed: an analyzer is either a reader or a watcher",
		"neither failed: an analyzer is either a reader or a watcher",
	}
	if diff := cmp.Diff(want, s.verdicts()); diff != "" {
		t.Error(diff)
	}
}
