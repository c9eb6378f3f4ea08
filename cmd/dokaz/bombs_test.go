//go:build libav

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dokaz/cmd/internal/wire"
	"dokaz/fixtures"
	"dokaz/fixtures/stock"
	"dokaz/fixtures/stock/hostile"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/receive"
	"dokaz/workers/sandbox"
)

// The bars of a bomb: what its child may take. The walls would allow more.
const (
	bombMemory = 256 << 20 // bytes resident
	bombCPU    = 10 * time.Second
)

// bombSet is the set bombs.
func bombSet(t *testing.T) (out []hostile.Bomb) {
	t.Helper()
	dir := fixtures.Dir(t, "bombs")
	entries, err := stock.ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name))
		if err != nil {
			t.Fatal(err)
		}
		b, ok := hostile.BombOf(e.Name, e.What, data)
		if !ok || b.Limit == "" {
			t.Fatalf("%s: %q names no limit", e.Name, e.What)
		}
		out = append(out, b)
	}
	return out
}

// TestBombsEndAtTheirLimits lets each bomb go off in a child: some outcome is refused or partial and names the limit with its value, the
// child does not die of it, and stays small.
func TestBombsEndAtTheirLimits(t *testing.T) {
	t.Parallel()
	bombs := bombSet(t)
	if len(bombs) < 30 {
		t.Fatalf("%d bombs", len(bombs))
	}
	var l pipeline.Limits
	child, err := sandbox.New(sandbox.Options{Limits: sandbox.Limits{CPU: time.Minute, Wall: 2 * time.Minute}, Files: l})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := child.Close(); err != nil {
			t.Error(err)
		}
	}()
	var refs []pipeline.Ref
	for _, s := range wire.Specs(l) {
		refs = append(refs, s.Ref())
	}
	for _, b := range bombs {
		if b.Name == "nest.zip" {
			continue // its limit is the parent's: TestNestedArchivesEndAtTheirLimit
		}
		r, took := explode(t, child, refs, b)
		said := ""
		for _, o := range r.Examination.Outcomes {
			if o.Status != pipeline.Done && o.Status != pipeline.Skipped {
				said += "\n" + o.By.Analyzer + " " + string(o.Status) + ": " + o.Reason
			}
		}
		named := slices.ContainsFunc(r.Examination.Outcomes, func(o pipeline.Outcome) bool {
			return (o.Status == pipeline.Refused || o.Status == pipeline.Partial) && strings.Contains(o.Reason, b.Limit)
		})
		switch {
		case !named:
			t.Errorf("%s (%s): nothing is refused or partial for %q:%s", b.Name, b.What, b.Limit, said)
		case len(r.Deaths) > 0:
			t.Errorf("%s: its child died: %v", b.Name, r.Deaths)
		case r.Use.Resident > bombMemory || r.Use.CPU > bombCPU:
			t.Errorf("%s: %d MiB resident, %v of processor time", b.Name, r.Use.Resident>>20, r.Use.CPU)
		}
		t.Logf("%-22s %8d bytes %4d MiB %6d ms CPU %6d ms%s", b.Name, len(b.Data), r.Use.Resident>>20, r.Use.CPU.Milliseconds(), took.Milliseconds(), said)
	}
}

// explode examines one bomb, or opens it where it is an archive.
func explode(t *testing.T, child *sandbox.Child, refs []pipeline.Ref, b hostile.Bomb) (sandbox.Result, time.Duration) {
	t.Helper()
	it := pipeline.Item{Digest: pipeline.DigestOf(b.Data), Size: int64(len(b.Data))}
	it.Kind, it.Format, _ = receive.Identify(b.Name, b.Data[:min(len(b.Data), pipeline.SniffLength)])
	began := time.Now()
	examine := func() (sandbox.Result, error) {
		o := held{bytes.NewReader(b.Data)}
		if !pipeline.IsArchive(it.Format) {
			return child.Examine(t.Context(), it, o, refs)
		}
		most := pipeline.DefaultLimits().Archive
		i := slices.IndexFunc(refs, func(r pipeline.Ref) bool { return r.Analyzer == "archive" })
		return child.Unpack(t.Context(), it, o, refs[i], sandbox.Bounds{Members: int(most.Members), Bytes: most.Bytes},
			func(_ context.Context, _ pipeline.Member, r io.Reader) error {
				_, err := io.Copy(io.Discard, r)
				return err
			})
	}
	r, err := examine()
	if err != nil && !errors.Is(err, pipeline.ErrRefused) {
		t.Fatalf("%s: %v", b.Name, err)
	}
	return r, time.Since(began)
}

// held is an original in memory.
type held struct{ *bytes.Reader }

func (held) Close() error { return nil }

// TestNestedArchivesEndAtTheirLimit takes a nest of archives in: those below the limit are items, and their report says why they were not
// opened.
func TestNestedArchivesEndAtTheirLimit(t *testing.T) {
	t.Parallel()
	bombs := bombSet(t)
	i := slices.IndexFunc(bombs, func(b hostile.Bomb) bool { return b.Name == "nest.zip" })
	in, dir := t.TempDir(), filepath.Join(t.TempDir(), "case")
	if err := os.WriteFile(filepath.Join(in, bombs[i].Name), bombs[i].Data, 0o600); err != nil {
		t.Fatal(err)
	}
	finish(t, "run", in, "--case", dir)
	c, err := catalog.Open(t.Context(), filepath.Join(dir, "catalog.db"), catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	items, refused := 0, 0
	err = c.Each(t.Context(), func(l catalog.Line) error {
		items++
		for _, o := range outcomes(t, filepath.Join(dir, "reports", l.Item.Digest.Hex())) {
			if o.Status == pipeline.Refused && strings.Contains(o.Reason, bombs[i].Limit) {
				refused++
			}
		}
		return nil
	})
	if err != nil || items != 4 || refused != 1 {
		t.Errorf("%d items, %d of them refused for %q, %v", items, refused, bombs[i].Limit, err)
	}
}
