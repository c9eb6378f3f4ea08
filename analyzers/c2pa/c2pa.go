package c2pa

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// Analyzer reads Content Credentials.
type Analyzer struct {
	trust  Trust
	limits pipeline.Limits
}

// New returns the analyzer with a list of who is trusted, and the default limits.
func New(t Trust) *Analyzer { return Within(t, pipeline.Limits{}) }

// Within is New with these limits.
func Within(t Trust, l pipeline.Limits) *Analyzer { return &Analyzer{t, l.OrDefaults()} }

// Spec declares it. The trust list is a parameter: another list is another measurement.
func (a *Analyzer) Spec() pipeline.Spec {
	return pipeline.Spec{
		Name:       "c2pa",
		Version:    4,
		Parameters: fmt.Sprintf("C2PA 1.4 and 2.1; trust list: %s; at most %d manifests, %d MiB, %d superboxes within one another", a.trust, maxManifests, maxStore>>20, a.limits.Nesting),
		Kinds:      []pipeline.Kind{pipeline.Photo, pipeline.Video, pipeline.Audio},
		Yields:     []pipeline.FactKind{pipeline.KindCredential, pipeline.KindHistory, pipeline.KindDeclaration},
	}
}

// Read says one Credential for each manifest, the active one first, and behind each the actions it states as History and the kinds of
// source it declares as Declaration, whatever checking came to. A file without any gives no facts and no error.
func (a *Analyzer) Read(ctx context.Context, _ pipeline.Item, o pipeline.Original, say pipeline.Say) error {
	file := parts.Open(ctx, o, o.Size())
	defer file.Done()
	stores, err := find(file, o.Size())
	errs := []error{err}
	for _, s := range stores {
		errs = append(errs, a.read(file, o.Size(), s, len(stores), say))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return errors.Join(errs...)
}

// read checks one store.
func (a *Analyzer) read(file io.ReaderAt, size int64, s store, stores int, say pipeline.Say) error {
	w := place(s)
	count := 0
	root, err := parse(s.bytes, 0, reach{&count, a.limits.Nesting})
	if err = errors.Join(s.problems, err); err != nil {
		err = fmt.Errorf("%s: %w", s.path, err)
	}
	if root.kind != "c2pa" {
		if err == nil {
			return nil // JUMBF of somebody else
		}
		return err
	}
	var manifests []*superbox
	for _, in := range root.inner {
		switch in.kind {
		case "c2ma", "c2um", "c2cm":
			manifests = append(manifests, in)
		}
	}
	if len(manifests) > maxManifests {
		return errors.Join(err, fmt.Errorf("%w: %d manifests, the limit is %d", pipeline.ErrRefused, len(manifests), maxManifests))
	}
	for i := len(manifests) - 1; i >= 0; i-- { // the last is the active one (C2PA 1.4 §11.1.4.2)
		x := examination{file: file, size: size, store: s, root: root, trust: a.trust, seen: map[*superbox]bool{manifests[i]: true}}
		v := x.manifest(manifests[i], i == len(manifests)-1)
		if err != nil {
			v.note(codeStoreBroken, s.path, "%v", err)
			v.conclude()
		}
		if stores > 1 {
			v.note(codeStoreBroken, s.path, "the file holds %d stores; readers may show another", stores)
			v.conclude()
		}
		at := w
		at.Path = s.path + "/" + root.label + "/" + v.Manifest
		say(at, v.Credential)
		state(at, v, say)
	}
	return err
}

// sourceTypes is the vocabulary of kinds of source (IPTC NewsCodes, digitalsourcetype).
const sourceTypes = "http://cv.iptc.org/newscodes/digitalsourcetype/"

// state says what a manifest states as facts that other formats state too.
func state(at pipeline.Where, v verdict, say pipeline.Say) {
	for i, a := range v.Actions {
		source := fmt.Sprintf("c2pa.actions[%d]", i)
		say(at, pipeline.History{Action: a.Action, When: a.When, Software: a.Agent, Instance: v.Instance, Source: source})
		term, ok := strings.CutPrefix(a.SourceType, sourceTypes)
		if !ok {
			continue
		}
		subject := "capture"
		switch {
		case strings.Contains(strings.ToLower(term), "algorithmic"):
			subject = "ai"
		case strings.Contains(strings.ToLower(term), "composite"), strings.Contains(strings.ToLower(term), "edits"):
			subject = "edit"
		}
		say(at, pipeline.Declaration{Subject: subject, What: term, Value: a.SourceType, Vocabulary: "IPTC DigitalSourceType", Source: source + ".digitalSourceType"})
	}
}

// place is where a store's pieces lie: from the first to the last.
func place(s store) pipeline.Where {
	first, last := s.stretch[0], s.stretch[len(s.stretch)-1]
	return pipeline.At(first.At, last.At+last.Length-first.At)
}
