package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

// zipOf makes a zip archive. Names come in the order given.
func zipOf(t *testing.T, add func(*zip.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if err := add(z); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// holding makes a zip archive of one member after another.
func holding(t *testing.T, members ...any) []byte {
	t.Helper()
	return zipOf(t, func(z *zip.Writer) error {
		for i := 0; i < len(members); i += 2 {
			w, err := z.Create(members[i].(string))
			if err != nil {
				return err
			}
			if _, err := w.Write(members[i+1].([]byte)); err != nil {
				return err
			}
		}
		return nil
	})
}

// patch is a small photograph of its own.
func patch(t *testing.T, seed int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 96, 64))
	for i := range m.Pix {
		m.Pix[i] = uint8((i*seed/7 + (i/96)*(seed%13)*3) % 251)
	}
	m.SetGray(seed%96, 0, color.Gray{255})
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// put writes a file for a test.
func put(t *testing.T, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// shelf is what a case knows of its items: of each its receipts' paths and claims, and what the archive analyzer said.
func shelf(t *testing.T, dir string) (receipts map[pipeline.Digest][]pipeline.Receipt, said map[pipeline.Digest]string) {
	t.Helper()
	c, err := catalog.Open(t.Context(), filepath.Join(dir, "catalog.db"), catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	receipts, said = map[pipeline.Digest][]pipeline.Receipt{}, map[pipeline.Digest]string{}
	err = c.Each(t.Context(), func(l catalog.Line) error {
		d := l.Item.Digest
		var err error
		if receipts[d], err = c.Receipts(t.Context(), d); err != nil {
			return err
		}
		x, err := c.Examination(t.Context(), d)
		for _, o := range x.Outcomes {
			if o.By.Analyzer == "archive" {
				said[d] = strings.TrimSpace(string(o.Status) + " " + o.Reason)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return receipts, said
}

func TestArchivesBecomeItems(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in, kept := filepath.Join(dir, "in"), filepath.Join(dir, "case")
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	one, two, deep := patch(t, 101), patch(t, 202), patch(t, 303)
	note := []byte("who filmed it, and where")
	inner := holding(t, "deep.jpg", deep)
	outer := zipOf(t, func(z *zip.Writer) error {
		for _, m := range []struct {
			name string
			b    []byte
		}{{"../../one.jpg", one}, {"caf\xe9/two.jpg", two}, {"notes.txt", note}, {"inner.zip", inner}, {"again.jpg", one}} {
			w, err := z.Create(m.name)
			if err == nil {
				_, err = w.Write(m.b)
			}
			if err != nil {
				return err
			}
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: "secret.jpg", Flags: 1})
		if err == nil {
			_, err = io.WriteString(w, "not to be read")
		}
		return err
	})
	put(t, filepath.Join(in, "evidence.zip"), outer)
	put(t, filepath.Join(in, "letter.docx"), holding(t, "word/document.xml", []byte("<x/>")))
	for range 2 { // the second time changes nothing
		finish(t, "run", in, "--case", kept)
	}
	receipts, said := shelf(t, kept)
	from := pipeline.DigestOf(outer).String()
	member := func(name, depth, archive string) string { return fmt.Sprintf("%s in %s at %s", name, archive, depth) }
	got := map[string][]string{}
	for d, rs := range receipts {
		for _, r := range rs {
			what := "by itself as " + r.Path
			if a := r.Claims.Other[pipeline.ClaimArchive]; a != "" {
				what = member(r.Claims.Other[pipeline.ClaimArchiveMember]+" as "+r.Path, r.Claims.Other[pipeline.ClaimArchiveDepth], a)
			}
			got[d.Hex()] = append(got[d.Hex()], what)
		}
		slices.Sort(got[d.Hex()])
	}
	hex := func(b []byte) string { return pipeline.DigestOf(b).Hex() }
	want := map[string][]string{
		hex(outer): {"by itself as in/evidence.zip"},
		hex(one):   {member("../../one.jpg as one.jpg", "1", from), member("again.jpg as again.jpg", "1", from)},
		hex(two):   {member("caf\uFFFDE9/two.jpg as caf\uFFFDE9/two.jpg", "1", from)},
		hex(note):  {member("notes.txt as notes.txt", "1", from)},
		hex(inner): {member("inner.zip as inner.zip", "1", from)},
		hex(deep):  {member("deep.jpg as deep.jpg", "2", pipeline.DigestOf(inner).String())},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("receipts (-want +got):\n%s", diff)
	}
	for d, text := range map[pipeline.Digest]string{
		pipeline.DigestOf(outer): "partial encrypted members 1 of 6, not opened", pipeline.DigestOf(inner): "done", pipeline.DigestOf(note): "skipped unsupported: no archive",
		pipeline.DigestOf(one): "skipped not for photo",
	} {
		if said[d] != text {
			t.Errorf("%s: the archive analyzer said %q, want %q", d, said[d], text)
		}
	}
	leftBy(t, kept)
}

func TestArchivesBeyondLimitsAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in, kept := filepath.Join(dir, "in"), filepath.Join(dir, "case")
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	bomb := zipOf(t, func(z *zip.Writer) error {
		w, err := z.Create("zeros.jpg")
		if err == nil {
			_, err = io.CopyN(w, zeros{}, 80<<20)
		}
		return err
	})
	many := zipOf(t, func(z *zip.Writer) error {
		for i := range 100_001 {
			if _, err := z.CreateRaw(&zip.FileHeader{Name: fmt.Sprint(i)}); err != nil {
				return err
			}
		}
		return nil
	})
	nest, innermost := patch(t, 7), 0
	var nested [][]byte
	for ; innermost < 5; innermost++ {
		nest = holding(t, fmt.Sprintf("level-%d", innermost), nest)
		nested = append(nested, nest)
	}
	for name, b := range map[string][]byte{"bomb.zip": bomb, "many.zip": many, "nest.zip": nest} {
		put(t, filepath.Join(in, name), b)
	}
	finish(t, "run", in, "--case", kept)
	_, said := shelf(t, kept)
	for text, b := range map[string][]byte{
		"refused refused: archive members 100,001 over 100,000": many,
		"refused refused: archive depth 4 over 3":               nested[1],
		"done": nested[2],
	} {
		if got := said[pipeline.DigestOf(b)]; got != text {
			t.Errorf("said %q, want %q", got, text)
		}
	}
	if got := said[pipeline.DigestOf(bomb)]; !strings.HasPrefix(got, "partial refused: archive ratio ") || !strings.HasSuffix(got, " over 100") {
		t.Errorf("of the bomb was said %q", got)
	}
	if _, there := said[pipeline.DigestOf(nested[0])]; there {
		t.Error("the archive too deep was opened all the same")
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestKillsInsideArchivesChangeNothing kills runs that are opening archives, at random moments.
func TestKillsInsideArchivesChangeNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: kills processes for half a minute; run without -short")
	}
	dir := t.TempDir()
	in := filepath.Join(dir, "in")
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	for a := range 3 {
		var members []any
		for i := range 8 {
			members = append(members, fmt.Sprintf("%d.jpg", i), patch(t, 1000+a*8+i))
		}
		put(t, filepath.Join(in, fmt.Sprintf("%d.zip", a)), holding(t, members...))
	}
	calm, shaken := filepath.Join(dir, "calm"), filepath.Join(dir, "shaken")
	finish(t, "run", in, "--case", calm)
	killed(t, 6, 3*time.Second, 20200812, "run", in, "--case", shaken)
	if diff := cmp.Diff(leftBy(t, calm), leftBy(t, shaken)); diff != "" {
		t.Errorf("kills changed the result (-undisturbed +killed):\n%.4000s", diff)
	}
	a, _ := shelf(t, calm)
	b, _ := shelf(t, shaken)
	for d := range a {
		if len(a[d]) != len(b[d]) {
			t.Errorf("%s has %d receipts, undisturbed %d", d, len(b[d]), len(a[d]))
		}
	}
	if len(a) != 27 {
		t.Errorf("%d items", len(a))
	}
}
