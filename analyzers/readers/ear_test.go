package readers

import (
	"context"
	"testing"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

// speaker says one field each time it reads.
type speaker struct {
	value string
	times *int
	end   func()
}

func (speaker) Spec() pipeline.Spec {
	return pipeline.Spec{Name: "speaker", Kinds: []pipeline.Kind{pipeline.Photo}}
}

func (s speaker) Read(_ context.Context, _ pipeline.Item, _ pipeline.Original, say pipeline.Say) error {
	*s.times++
	say(pipeline.In("a"), pipeline.Tag{Reader: "own", Name: "N", Value: s.value})
	say(pipeline.In("b"), pipeline.Tag{Reader: "another", Name: "N", Value: s.value})
	say(pipeline.In("c"), pipeline.Raster{Source: "header"})
	if s.end != nil {
		s.end()
	}
	return nil
}

func TestAnEarKeepsTheItemItHeardLast(t *testing.T) {
	t.Parallel()
	read, again := 0, 0
	e := Listen(speaker{value: "heard", times: &read}, "own", speaker{value: "read again", times: &again})
	one, two := pipeline.Item{Digest: pipeline.Digest{1}, Kind: pipeline.Photo}, pipeline.Item{Digest: pipeline.Digest{2}, Kind: pipeline.Photo}
	told := func(it pipeline.Item) (out []string) {
		e.tell(t.Context(), it, nil, func(w pipeline.Where, f pipeline.Fact) { out = append(out, w.Path+" "+f.(pipeline.Tag).Value) })
		return out
	}
	hear := func(ctx context.Context, it pipeline.Item) {
		said := 0
		if err := e.Read(ctx, it, nil, func(pipeline.Where, pipeline.Fact) { said++ }); err != nil || said != 3 {
			t.Errorf("%d facts, %v", said, err)
		}
	}
	hear(t.Context(), one)
	got := map[string][]string{"the item": told(one), "another item": told(two)}
	hear(t.Context(), two)
	got["the item before"] = told(one)
	hear(t.Context(), pipeline.Item{Kind: pipeline.Photo})
	got["no digest"] = told(pipeline.Item{Kind: pipeline.Photo})
	got["not its kind"] = told(pipeline.Item{Digest: pipeline.Digest{2}, Kind: pipeline.Audio})
	want := map[string][]string{
		"the item": {"a heard"}, "another item": {"a read again"}, "the item before": {"a read again"}, "no digest": {"a read again"}, "not its kind": nil,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if read != 3 || again != 3 {
		t.Errorf("read %d times, again %d times", read, again)
	}
}

func TestAnEarForgetsWhatWasNotSaidToItsEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	read, again := 0, 0
	e := Listen(speaker{value: "half", times: &read, end: cancel}, "own", speaker{value: "whole", times: &again})
	it := pipeline.Item{Digest: pipeline.Digest{1}, Kind: pipeline.Photo}
	_ = e.Read(ctx, it, nil, func(pipeline.Where, pipeline.Fact) {})
	e.tell(t.Context(), it, nil, func(_ pipeline.Where, f pipeline.Fact) {
		if v := f.(pipeline.Tag).Value; v != "whole" {
			t.Errorf("told %q", v)
		}
	})
	if again != 1 {
		t.Errorf("read again %d times", again)
	}
}
