package wire

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/receive"

	"github.com/google/go-cmp/cmp"
)

// twoCopies is a case of a picture and a stamped copy of it, examined, matched and reported.
func twoCopies(t *testing.T) (*House, pipeline.Match) {
	t.Helper()
	c, _, err := LoadConfig(map[string]string{"case": filepath.Join(t.TempDir(), "case"), "workers": "1", "quiet": "10ms"})
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
	station, err := h.Receiving(false)
	if err != nil {
		t.Fatal(err)
	}
	for name, stamp := range map[string]image.Rectangle{"plain.png": {}, "stamped.png": image.Rect(180, 60, 220, 100)} {
		var b bytes.Buffer
		if err := png.Encode(&b, scene(stamp)); err != nil {
			t.Fatal(err)
		}
		if _, err := station.Take(t.Context(), receive.Stream(name, &b)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(h.Work(t.Context()), h.Settle(t.Context()), h.Rest(t.Context())); err != nil {
		t.Fatal(err)
	}
	ms, err := h.Catalog.Matches(t.Context())
	if err != nil || len(ms) != 1 {
		t.Fatalf("%v, %v", ms, err)
	}
	return h, ms[0]
}

// scene is a picture of overlapping discs with a white stamp on it.
func scene(stamp image.Rectangle) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 320, 240))
	r := rand.New(rand.NewPCG(4, 2))
	for range 120 {
		x, y, radius := r.IntN(320), r.IntN(240), 4+r.IntN(30)
		c := color.RGBA{uint8(r.Uint32()), uint8(r.Uint32()), uint8(r.Uint32()), 255}
		for v := -radius; v <= radius; v++ {
			for u := -radius; u <= radius; u++ {
				if u*u+v*v <= radius*radius {
					img.SetRGBA(x+u, y+v, c)
				}
			}
		}
	}
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
	for y := stamp.Min.Y; y < stamp.Max.Y; y++ {
		for x := stamp.Min.X; x < stamp.Max.X; x++ {
			img.SetRGBA(x, y, color.RGBA{255, 255, 255, 255})
		}
	}
	return img
}

func TestADrawingIsMadeOnceAndAlike(t *testing.T) {
	t.Parallel()
	h, m := twoCopies(t)
	page, err := os.ReadFile(h.Case.Path("reports", m.A.Hex(), "report.html"))
	if err != nil || strings.Count(string(page), `<details class="drawn">`) != 1 {
		t.Errorf("the page has no drawing (%v)", err)
	}
	key, err := h.drawingKey(m)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := h.Catalog.Drawn(t.Context(), key)
	if err != nil || kept.Shows != "sheet" || kept.MediaType != "image/jpeg" {
		t.Fatalf("%+v, %v", kept, err)
	}
	first, err := h.drawn(t.Context(), m, true)
	if err != nil || pipeline.DigestOf(first.Bytes) != kept.Digest || first.A != m.A {
		t.Fatalf("%v", err)
	}
	lost := h.Case.Path("derived", kept.Digest.Hex()[:2], kept.Digest.Hex())
	if err := os.Remove(lost); err != nil {
		t.Fatal(err)
	}
	again, err := h.drawn(t.Context(), m, true)
	if d := cmp.Diff(first, again); d != "" || err != nil {
		t.Errorf("drawn again it differs (%v)", err)
	}
	if _, err := os.Stat(lost); err != nil {
		t.Errorf("drawn again it is not kept: %v", err)
	}
	// Whoever only looks writes nothing.
	m.Method += "x"
	if d, err := h.drawn(t.Context(), m, false); d == nil || err != nil {
		t.Errorf("%v, %v", d, err)
	}
	other, err := h.drawingKey(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Catalog.Drawn(t.Context(), other); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("looking kept a drawing: %v", err)
	}
}

func TestWhatWasStampedOnACopyIsFound(t *testing.T) {
	t.Parallel()
	h, m := twoCopies(t)
	a, err := h.Remember(t.Context(), m.A)
	if err != nil {
		t.Fatal(err)
	}
	b, err := h.Remember(t.Context(), m.B)
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]Seen{{a, b}, {b, a}} {
		all, err := h.Draw(t.Context(), h.Explain(pair[0], pair[1], []pipeline.Match{m}), pair[0], pair[1])
		if err != nil {
			t.Fatal(err)
		}
		var shows []string
		for _, d := range all {
			shows = append(shows, d.Shows)
			if d.Shows != "difference" {
				continue
			}
			if len(d.Regions) != 1 || d.A != m.A || d.B != m.B {
				t.Fatalf("regions %v", d.Regions)
			}
			r := d.Regions[0]
			if x, y := 320*(r[0]+r[2]/2), 240*(r[1]+r[3]/2); x < 190 || x > 210 || y < 70 || y > 90 {
				t.Errorf("found about %v, %v", x, y)
			}
		}
		if d := cmp.Diff([]string{"correspondences", "overlay", "difference"}, shows); d != "" {
			t.Error(d)
		}
	}
	k, ok, err := h.Kept(t.Context(), a, b, []pipeline.Match{m})
	if err != nil || !ok || k.First[0].At.IsZero() || k.First[1].Name == "" {
		t.Errorf("%+v, %v, %v", k, ok, err)
	}
}
