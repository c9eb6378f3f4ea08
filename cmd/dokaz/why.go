package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/compare/draw"
)

// picture is a drawing that was written to a file.
type picture struct {
	File    string          `json:"file"`
	Shows   string          `json:"shows"`
	A       pipeline.Digest `json:"a"`
	B       pipeline.Digest `json:"b"`
	Regions []pipeline.Box  `json:"regions,omitempty"` // in fractions of b
}

// shows says what each drawing shows.
var shows = map[string]string{
	"correspondences": "places of A that were found again in B, with a line between some; yellow: where the other's edges lie",
	"overlay":         "A laid on B: grey where they agree, red what only A shows, cyan what only B shows",
	"difference":      "A as B shows it, B, and what differs: orange brighter in B, blue darker; boxes: the largest regions",
	"frames":          "every moment of A, across, against every moment of B, down: the brighter the nearer; red lines: footage in common",
	"sound":           "share of the fingerprints' bits that differ along A's time; unrelated sound lies at 0.5, stretches in common have a lighter ground",
}

// drawTo writes the drawings of a pair into a folder, which is made where absent. It writes over nothing.
func drawTo(ctx context.Context, h *wire.House, dir, prefix string, e compare.Explanation, a, b wire.Seen) ([]picture, error) {
	out := []picture{}
	all, err := h.Draw(ctx, e, a, b)
	if err != nil || len(all) == 0 {
		return out, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return out, err
	}
	for _, d := range all {
		b, err := draw.PNG(d.Image)
		if err != nil {
			return out, err
		}
		name := filepath.Join(dir, prefix+d.Shows+".png")
		if err := writeNew(name, b); err != nil {
			return out, err
		}
		out = append(out, picture{name, d.Shows, d.A, d.B, d.Regions})
	}
	return out, nil
}

// writeNew writes a file that must not be there yet, unless it holds the same bytes.
func writeNew(name string, b []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		if old, err := os.ReadFile(name); err == nil && string(old) == string(b) {
			return nil
		}
		return usage(fmt.Errorf("%s is there already and is not written over: name another folder with --out", name))
	}
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Close())
}

// printWhy says in lines why two items correspond, or what was looked at.
func printWhy(t *terminal, e compare.Explanation, names map[pipeline.Digest]string) {
	a, b := plain(names[e.A]), plain(names[e.B])
	if e.Layout != nil || e.Frames != nil || e.Sound != nil || len(e.Hashes) > 0 {
		t.printf("  A is %s %s, B is %s %s\n", e.A.Hex()[:12], a, e.B.Hex()[:12], b)
	}
	for _, h := range e.Hashes[:min(len(e.Hashes), 3)] {
		t.printf("  %s\n", hashLine(h))
	}
	if l := e.Layout; l != nil && len(l.Points) > 0 {
		t.printf("  places found again by one map of the plane: %d; of A %.0f of 100 lie in B, of B %.0f of 100 show A%s\n",
			len(l.Points), 100*l.SeenA, 100*l.SeenB, form(l.Rotate, l.Mirror))
	}
	if m := e.Frames; m != nil {
		t.printf("  moments held against each other: %d of A by %d of B, near pairs: %d%s\n", len(m.ATimes), len(m.BTimes), m.Near, form(0, m.Mirror))
	}
	if s := e.Sound; s != nil {
		least := 1.0
		for _, r := range s.Rates {
			least = min(least, r.Rate)
		}
		t.printf("  sound: B is %.1f s later than A; least share of bits that differ at any moment: %.2f (unrelated: 0.5)\n", s.Offset, least)
	}
	for _, m := range e.Missing {
		t.printf("  %s\n", missingLine(m, e))
	}
}

// printKept says which of two copies kept more, and when each came here.
func printKept(t *terminal, k *wire.Kept) {
	if k == nil {
		return
	}
	t.printf("  what each kept: signs that speak for A's standing nearer to the recording: %d; for B's: %d\n", k.ForA, k.ForB)
	for i, name := range []string{"A", "B"} {
		if f := k.First[i]; !f.At.IsZero() {
			t.printf("  %s was first received here at %s as %s, which does not say when it was made\n", name, f.At.UTC().Format(time.RFC3339), plain(f.Name))
		}
	}
}

func hashLine(h compare.HashPair) string {
	view := func(v string) string {
		if v == "" {
			return "the whole"
		}
		return "view " + v
	}
	where := view(h.Views[1]) + " of B"
	if h.Time != nil {
		where = fmt.Sprintf("B at %.1f s", *h.Time)
	}
	out := fmt.Sprintf("%s: %d of 256 bits differ between %s of A and %s%s", h.Algorithm, h.Distance, view(h.Views[0]), where, form(h.Rotate, h.Mirror))
	if !h.Counts {
		out += fmt.Sprintf(" (does not count: quality %d and %d)", h.Quality[0], h.Quality[1])
	}
	return out
}

// form says how A was turned.
func form(rotate int, mirror bool) string {
	var parts []string
	if rotate != 0 {
		parts = append(parts, fmt.Sprintf("turned %d° clockwise", rotate))
	}
	if mirror {
		parts = append(parts, "mirrored")
	}
	if len(parts) == 0 {
		return ""
	}
	return ", A " + strings.Join(parts, " and ")
}

// missingLine says what could not be held against each other.
func missingLine(m compare.Missing, e compare.Explanation) string {
	what := map[compare.Method]string{
		compare.ByHash: "picture hashes", compare.ByFeatures: "local features", compare.ByFrames: "frames in time", compare.BySound: "sound",
	}[m.Method]
	of := ""
	for _, d := range m.Of {
		if of != "" {
			of += " and "
		}
		of += map[bool]string{true: "A", false: "B"}[d == e.A]
	}
	switch m.Why {
	case compare.NotStated:
		return fmt.Sprintf("%s: none of %s, so they say nothing", what, of)
	case compare.LowQuality:
		return fmt.Sprintf("%s: %s has too little structure: not hashable by this method, which shows nothing", what, of)
	case compare.NoMap:
		return what + ": no map of the plane carries enough of A's onto B's"
	case compare.NoOffset:
		return what + ": no alignment in time was found"
	}
	return what + ": " + string(m.Why)
}

// printPictures names the files written.
func printPictures(t *terminal, all []picture) {
	for _, p := range all {
		t.printf("  %s: %s\n", p.File, shows[p.Shows])
		for _, r := range p.Regions {
			t.printf("    differs at %.2f, %.2f by %.2f × %.2f of B\n", r[0], r[1], r[2], r[3])
		}
	}
}
