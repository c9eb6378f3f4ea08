package wire

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"dokaz/analyzers"
	"dokaz/pipeline"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/receive"
)

// Seen is a file or an item as the analyzers see it.
type Seen struct {
	Item        pipeline.Item
	Known       bool // the case holds these bytes
	Examination pipeline.Examination
	Prints      pipeline.Prints

	derivatives map[pipeline.Digest][]byte // of a file that is not taken in
}

// Look examines a file without taking it in: its bytes are copied to an unnamed file first, so that what
// is examined is what was hashed.
func (h *House) Look(ctx context.Context, path string) (Seen, error) {
	src, err := os.Open(path)
	if err != nil {
		return Seen{}, err
	}
	s, err := h.lookAt(ctx, filepath.Base(path), src, h.refs(), h.settings)
	return s, errors.Join(err, src.Close())
}

// Glance is Look at the keyframes of a film alone, and at nothing else of it: some ten times cheaper. What is no film is looked at as always.
func (h *House) Glance(ctx context.Context, path string) (Seen, error) {
	src, err := os.Open(path)
	if err != nil {
		return Seen{}, err
	}
	told := h.settings
	told.Quick = true
	s, err := h.lookAt(ctx, filepath.Base(path), src, h.refs(), told)
	return s, errors.Join(err, src.Close())
}

// Inspect is Look by those analyzers alone that read bytes: nothing is decoded, and there is nothing to compare.
func (h *House) Inspect(ctx context.Context, path string) (Seen, error) {
	src, err := os.Open(path)
	if err != nil {
		return Seen{}, err
	}
	var readers []pipeline.Ref
	for _, a := range analyzers.With(h.Config.Limits, h.settings) {
		if r, ok := a.(pipeline.Reader); ok {
			readers = append(readers, r.Spec().Ref())
		}
	}
	s, err := h.lookAt(ctx, filepath.Base(path), src, readers, h.settings)
	return s, errors.Join(err, src.Close())
}

// lookAt is Look for bytes that come from anywhere, under a name that is a claim like any other.
func (h *House) lookAt(ctx context.Context, name string, src io.Reader, by []pipeline.Ref, told analyzers.Settings) (Seen, error) {
	var s Seen
	child, err := h.Examiner()
	if err != nil {
		return s, err
	}
	o, err := h.unnamed(name, src, &s.Item)
	if err != nil {
		return s, err
	}
	if told.Quick && s.Item.Kind == pipeline.Video {
		names := h.yielding([]pipeline.FactKind{pipeline.KindFrameHashes})
		by = slices.DeleteFunc(slices.Clone(by), func(r pipeline.Ref) bool { return !slices.Contains(names, r.Analyzer) })
	}
	got, err := h.ask(ctx, child, s.Item, o, by, told)
	if err = errors.Join(err, o.Close()); err != nil {
		return s, err
	}
	s.Examination = got.Examination
	s.Prints = pipeline.PrintsOf(s.Item, got.Examination.Measurements)
	s.derivatives = got.Derivatives
	if _, err := h.Catalog.Item(ctx, s.Item.Digest); err == nil {
		s.Known = true
	} else if !errors.Is(err, pipeline.ErrNotFound) {
		return s, err
	}
	return s, nil
}

// unnamed copies bytes to a file that has no name and is gone when it is closed.
func (h *House) unnamed(name string, src io.Reader, it *pipeline.Item) (*unnamedFile, error) {
	f, err := os.CreateTemp(h.Case.Path("derived", "tmp"), "look-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	s256, s512 := sha256.New(), sha512.New()
	n, err := io.Copy(io.MultiWriter(f, s256, s512), src)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("copying %q: %w", name, err), f.Close())
	}
	head := make([]byte, min(n, pipeline.SniffLength))
	if _, err := f.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(err, f.Close())
	}
	it.Size = n
	s256.Sum(it.Digest[:0])
	s512.Sum(it.SHA512[:0])
	it.Kind, it.Format, _ = receive.Identify(name, head)
	return &unnamedFile{f, n}, nil
}

// unnamedFile is a pipeline.Original that no shelf keeps.
type unnamedFile struct {
	f    *os.File
	size int64
}

func (u *unnamedFile) ReadAt(b []byte, at int64) (int, error) { return u.f.ReadAt(b, at) }
func (u *unnamedFile) Close() error                           { return u.f.Close() }
func (u *unnamedFile) Size() int64                            { return u.size }
func (u *unnamedFile) File() *os.File                         { return u.f }

// Pair compares two of what was seen.
func (h *House) Pair(a, b Seen) []pipeline.Match {
	if a.Item.Digest == b.Item.Digest {
		return []pipeline.Match{{A: a.Item.Digest, B: b.Item.Digest, Basis: pipeline.SameBytes, Strength: pipeline.Confirmed, Method: "sha256"}}
	}
	return compare.Pair(a.Prints, b.Prints, h.Compare.Settings())
}

// OpenOrScratch opens the case, or an empty one in a temporary folder where there is none. done closes it
// and removes what was temporary.
func OpenOrScratch(ctx context.Context, c Config) (*House, func() error, error) {
	h, err := Open(ctx, c, Read, nil)
	if err == nil {
		return h, h.Close, nil
	}
	if !errors.Is(err, ErrNoCase) {
		return nil, nil, err
	}
	dir, err := os.MkdirTemp("", "dokaz-compare-*")
	if err != nil {
		return nil, nil, err
	}
	c.Case, c.Redis = dir, ""
	if h, err = Open(ctx, c, Toil, nil); err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	return h, func() error { return errors.Join(h.Close(), os.RemoveAll(dir)) }, nil
}
