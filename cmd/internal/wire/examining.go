package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/compare"
	"dokaz/workers/sandbox"
)

// examining carries an item through examine and compare.
type examining struct{ *House }

func (s examining) Perform(ctx context.Context, cl pipeline.Claim) error {
	it, err := s.Catalog.Item(ctx, cl.Item)
	if err != nil {
		return err
	}
	h := s.halfway.take(cl)
	if h == nil {
		h = &halfway{wanted: cl.Wanted, looks: compare.Looks{}}
		if h.examined, err = s.examine(ctx, it); err != nil {
			return err
		}
	}
	before := len(h.looks)
	err = s.commit(ctx, cl, h.examined, h.looks)
	if errors.Is(err, pipeline.ErrUnfinished) {
		if len(h.looks) == before {
			return fmt.Errorf("examine: one look at a film takes longer than the step may: %w", context.DeadlineExceeded)
		}
		s.halfway.put(cl.Item, h)
	}
	return err
}

// examine runs the child on the sealed copy. A sealed copy that is gone or changed is an integrity failure,
// which the item's report has to say: no analyzer could do its work.
func (s examining) examine(ctx context.Context, it pipeline.Item) (catalog.Examined, error) {
	known, err := s.Catalog.Examination(ctx, it.Digest)
	if err != nil {
		return catalog.Examined{}, err
	}
	with, err := s.sidecars(ctx, it.Digest)
	if err != nil {
		return catalog.Examined{}, err
	}
	kept, todo := remembered(known, s.refs())
	if !toldOf(kept, with) {
		kept, todo = s.provenAnew(kept, todo)
	}
	if len(todo) == 0 {
		return catalog.Examined{Examination: kept, Detail: "every analyzer had done its work before"}, nil
	}
	o, err := s.Vault.OpenVerified(ctx, it.Digest)
	if errors.Is(err, pipeline.ErrCorrupt) || errors.Is(err, pipeline.ErrNotFound) {
		why := "integrity failure: the sealed copy no longer has the digest it was received with"
		if errors.Is(err, pipeline.ErrNotFound) {
			why = "integrity failure: the sealed copy is gone"
		}
		return catalog.Examined{Examination: unexamined(s.refs(), why), Detail: why, Corrupt: true}, nil
	}
	if err != nil {
		return catalog.Examined{}, err
	}
	var unpacked sandbox.Result
	if i := slices.Index(todo, s.archiveRef()); i >= 0 && pipeline.IsArchive(it.Format) {
		todo = slices.Delete(slices.Clone(todo), i, i+1)
		if unpacked, err = s.unpack(ctx, it, o); err != nil {
			return catalog.Examined{}, errors.Join(err, o.Close())
		}
	}
	if slices.Contains(todo, s.settings.Proving()) {
		if err := s.fetch(ctx, with); err != nil {
			return catalog.Examined{}, errors.Join(err, o.Close())
		}
	}
	told := s.settings
	told.Sidecars = with
	got, err := s.ask(ctx, s.Child, it, o, todo, told)
	if err = errors.Join(err, o.Close()); err != nil {
		return catalog.Examined{}, err
	}
	for _, d := range got.Derivatives {
		if _, err := s.Derived.Put(ctx, bytes.NewReader(d)); err != nil {
			return catalog.Examined{}, err
		}
	}
	return catalog.Examined{
		Examination: together(s.refs(), kept, got.Examination, unpacked.Examination),
		Quarantined: got.Quarantined || unpacked.Quarantined,
		Detail:      isolation(got.Layers),
	}, nil
}

// remembered parts an earlier examination into what stays, of analyzers that were done under the same Ref, and the Refs
// that are to be examined: an (item, Ref) that is done is not done again.
func remembered(known pipeline.Examination, refs []pipeline.Ref) (kept pipeline.Examination, todo []pipeline.Ref) {
	done := map[pipeline.Ref]bool{}
	for _, o := range known.Outcomes {
		if slices.Contains(refs, o.By) && (o.Status == pipeline.Done || o.Status == pipeline.Skipped) {
			done[o.By] = true
			kept.Outcomes = append(kept.Outcomes, o)
		}
	}
	for _, m := range known.Measurements {
		if done[m.By] {
			kept.Measurements = append(kept.Measurements, m)
		}
	}
	for _, r := range refs {
		if !done[r] {
			todo = append(todo, r)
		}
	}
	return kept, todo
}

// together joins what stays with what was examined anew, in the order of refs.
func together(refs []pipeline.Ref, parts ...pipeline.Examination) pipeline.Examination {
	var out pipeline.Examination
	for _, r := range refs {
		for _, p := range parts {
			for _, o := range p.Outcomes {
				if o.By == r {
					out.Outcomes = append(out.Outcomes, o)
				}
			}
			for _, m := range p.Measurements {
				if m.By == r {
					out.Measurements = append(out.Measurements, m)
				}
			}
		}
	}
	return out
}

// commit relates what was examined and makes it visible. looks is what looks at films told before; more is noted there.
func (s examining) commit(ctx context.Context, cl pipeline.Claim, x catalog.Examined, looks compare.Looks) error {
	it, err := s.Catalog.Item(ctx, cl.Item)
	if err != nil {
		return err
	}
	x.Prints = pipeline.PrintsOf(it, x.Examination.Measurements)
	x.Seen, x.Joins = s.Compare.Seen(), compare.Joins
	films := s.films()
	films.inStep = true
	if x.Matches, err = s.Compare.Against(ctx, x.Prints, films, looks); err != nil {
		return err
	}
	late := lateness{House: s.House, own: x.Prints, films: films, known: looks}
	visible, err := s.Catalog.CommitExamined(ctx, cl, x, late.relate)
	for errors.Is(err, errUnrelated) {
		if err = late.catchUp(ctx); err == nil {
			visible, err = s.Catalog.CommitExamined(ctx, cl, x, late.relate)
		}
	}
	if err != nil {
		return err
	}
	if err := s.Compare.Add(visible...); err != nil {
		return err
	}
	s.Pool.Kick()
	s.events(Event{Type: "examined", Item: cl.Item, Trouble: trouble(x.Examination)})
	return nil
}

// giveUp records that our own faults kept the item from being examined, so that it still gets its report.
func (s examining) giveUp(ctx context.Context, cl pipeline.Claim, cause error) error {
	why := "the analysis could not be carried out: " + cause.Error()
	return s.commit(ctx, cl, catalog.Examined{Examination: unexamined(s.refs(), why), Detail: why}, compare.Looks{})
}

// unexamined is the examination of an item that no analyzer saw.
func unexamined(refs []pipeline.Ref, why string) pipeline.Examination {
	var out pipeline.Examination
	for _, ref := range refs {
		out.Outcomes = append(out.Outcomes, pipeline.Outcome{By: ref, Status: pipeline.Failed, Reason: why})
	}
	return out
}

func trouble(e pipeline.Examination) []pipeline.Outcome {
	var out []pipeline.Outcome
	for _, o := range e.Outcomes {
		switch o.Status {
		case pipeline.Failed, pipeline.Refused, pipeline.Partial:
			out = append(out, o)
		}
	}
	return out
}

// isolation puts the layers that are on into a custody entry's words.
func isolation(layers []pipeline.Layer) string {
	out := "isolation:"
	for _, l := range layers {
		if l.State == "on" {
			out += " " + l.Name
		}
	}
	return out
}
