package receive

import (
	"bytes"
	"context"
	"crypto/sha512"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"dokaz/pipeline"
)

// shelf is a vault in memory that refuses on command, after it has read some.
type shelf struct {
	mu   sync.Mutex
	kept map[pipeline.Digest][]byte
	err  error
}

func (s *shelf) Put(ctx context.Context, r io.Reader) (pipeline.Sums, error) {
	if s.err != nil {
		_, err := io.ReadFull(r, make([]byte, 10))
		return pipeline.Sums{}, errors.Join(s.err, err)
	}
	b, err := io.ReadAll(r)
	if err = errors.Join(err, ctx.Err()); err != nil {
		return pipeline.Sums{}, err
	}
	g := pipeline.DigestOf(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	_, known := s.kept[g]
	if s.kept == nil {
		s.kept = map[pipeline.Digest][]byte{}
	}
	s.kept[g] = b
	return pipeline.Sums{SHA256: g, SHA512: sha512.Sum512(b), Size: int64(len(b)), New: !known, Head: b[:min(len(b), pipeline.SniffLength)]}, nil
}

// book is a catalog in memory that refuses on command.
type book struct {
	mu       sync.Mutex
	known    map[pipeline.Digest]bool // items and receipts' keys
	items    []pipeline.Item
	receipts []pipeline.Receipt
	err      error
}

func (b *book) Receive(_ context.Context, it pipeline.Item, r pipeline.Receipt) (pipeline.Received, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key, err := r.Key()
	if err = errors.Join(err, b.err); err != nil {
		return pipeline.Received{}, err
	}
	if b.known == nil {
		b.known = map[pipeline.Digest]bool{}
	}
	out := pipeline.Received{NewItem: !b.known[it.Digest], NewReceipt: !b.known[key]}
	b.known[it.Digest], b.known[key] = true, true
	if out.NewItem {
		b.items = append(b.items, it)
	}
	if out.NewReceipt {
		b.receipts = append(b.receipts, r)
	}
	return out, nil
}

// noon is when everything is received.
var noon = time.Date(2026, 11, 23, 13, 0, 0, 0, time.FixedZone("CET", 3600))

func station() (*Station, *shelf, *book) {
	v, b := &shelf{}, &book{}
	return &Station{Vault: v, Records: b, By: "tester", Now: func() time.Time { return noon }}, v, b
}

// jpeg is enough of a JPEG for its signature.
const jpeg = "\xff\xd8\xff\xe0\x00\x10JFIF\x00"

// mp4 is enough of an MP4 for its signature.
const mp4 = "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42"

// plant writes files below a new folder named photos and returns the folder. A name that ends in a
// slash makes a folder.
func plant(t *testing.T, files map[string]string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "photos")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		full := root + "/" + name
		err := os.MkdirAll(filepath.Dir(full), 0o755)
		if err == nil && name[len(name)-1] != '/' {
			err = os.WriteFile(full, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// seen is a candidate as tests compare it: "path" or "path: reason".
func seen(c Candidate) string {
	if c.LeftOut == nil {
		return c.Path
	}
	return c.Path + ": " + string(c.LeftOut.Why)
}

// all gathers what a search finds.
func all(t *testing.T, found iter.Seq2[Candidate, error]) (names []string, candidates []Candidate) {
	t.Helper()
	for c, err := range found {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, seen(c))
		candidates = append(candidates, c)
	}
	return names, candidates
}

// take takes one candidate and fails the test where that is an error.
func take(t *testing.T, s *Station, c Candidate) Result {
	t.Helper()
	r, err := s.Take(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// one takes the only candidate below root.
func one(t *testing.T, s *Station, root string) Result {
	t.Helper()
	_, cs := all(t, Walk(t.Context(), []string{root}, Options{}))
	if len(cs) != 1 {
		t.Fatalf("%d candidates", len(cs))
	}
	return take(t, s, cs[0])
}

// text is a reader of s.
func text(s string) io.Reader { return bytes.NewReader([]byte(s)) }
