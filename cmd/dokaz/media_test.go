//go:build libav

package main

import (
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dokaz/fixtures"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/report"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestSharedMedia runs everything in the shared media, hostile files included, and holds the result against
// the ground truth there: every file is an item with a valid report, no unrelated pair is confirmed, and
// at least 95 % of the plain near-duplicates are found.
func TestSharedMedia(t *testing.T) {
	media := fixtures.SharedMedia(t)
	dir := filepath.Join(t.TempDir(), "case")
	finish(t, "run", media, "--all", "--case", dir)
	c, err := catalog.Open(t.Context(), filepath.Join(dir, "catalog.db"), catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	everyFileIsReported(t, c, dir, media, "")
	ms, err := c.Matches(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	strengths := map[[2]pipeline.Digest]pipeline.Strength{}
	for _, m := range ms {
		k := [2]pipeline.Digest{m.A, m.B}
		if strengths[k] != pipeline.Confirmed {
			strengths[k] = m.Strength
		}
	}
	var score score
	for _, folder := range []string{"image-neardup", "video-neardup", "photos", "audio-neardup"} {
		score.file(t, filepath.Join(media, folder), strengths)
	}
	t.Logf("unrelated pairs %d, suggested %d, confirmed %d; plain near-duplicates %d of %d found, %d of them confirmed; clips and longer versions %d of %d",
		score.unrelated, score.falseSuggested, score.falseConfirmed, score.found, score.plain, score.confirmed, score.clipsFound, score.clips)
	if score.falseConfirmed > 0 || score.unrelated < 200 {
		t.Errorf("%d of %d unrelated pairs are confirmed", score.falseConfirmed, score.unrelated)
	}
	if score.plain < 100 || score.found*100 < score.plain*95 {
		t.Errorf("%d of %d plain near-duplicates found: less than 95 %%", score.found, score.plain)
	}
}

// TestDemo runs the demonstration as make demo does: every picture and film of the set ends as a valid report.
func TestDemo(t *testing.T) {
	set := fixtures.Dir(t, "demo")
	dir := filepath.Join(t.TempDir(), "case")
	finish(t, "demo", "--set", set, "--case", dir)
	c, err := catalog.Open(t.Context(), filepath.Join(dir, "catalog.db"), catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := everyFileIsReported(t, c, dir, set, ".csv"); n < 25 {
		t.Errorf("only %d files", n)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// everyFileIsReported checks that each file's bytes are an item with a report that fits the schema, but for names
// that begin with a dot or have the extension given, and counts the files.
func everyFileIsReported(t *testing.T, c *catalog.Catalog, dir, media, but string) (files int) {
	t.Helper()
	schema := reportSchema(t)
	err := filepath.WalkDir(media, func(p string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") || but != "" && filepath.Ext(p) == but {
			return err
		}
		files++
		d := digestOf(t, p)
		if _, err := c.Item(t.Context(), d); err != nil {
			t.Errorf("%s is no item: %v", p, err)
			return nil
		}
		validReport(t, schema, filepath.Join(dir, "reports", d.Hex()))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func reportSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(report.Schema())))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("report.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := compiler.Compile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validReport(t *testing.T, s *jsonschema.Schema, dir string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Error(err)
		return
	}
	var doc any
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Errorf("%s: %v", dir, err)
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("%s: %v", dir, err)
	}
	html, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil || !strings.Contains(string(html), "</html>") {
		t.Errorf("%s: report.html: %v", dir, err)
	}
}

func digestOf(t testing.TB, path string) pipeline.Digest {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return pipeline.DigestOf(b)
}

// score counts what became of the pairs of ground truth.
type score struct {
	unrelated, falseSuggested, falseConfirmed int
	plain, found, confirmed                   int
	clips, clipsFound                         int
}

func (s *score) file(t *testing.T, folder string, strengths map[[2]pipeline.Digest]pipeline.Strength) {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, "pairs.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		a, b := digestOf(t, filepath.Join(folder, row[0])), digestOf(t, filepath.Join(folder, row[1]))
		if a.Compare(b) > 0 {
			a, b = b, a
		}
		if a != b && !strings.Contains(folder, "audio") {
			s.pair(t, row, strengths[[2]pipeline.Digest{a, b}])
		}
	}
}

func (s *score) pair(t *testing.T, row []string, got pipeline.Strength) {
	t.Helper()
	relation, transform := row[2], row[3]
	switch relation {
	case "unrelated", "unrelated-lookalike", "same-place-different-photo":
		s.unrelated++
		switch got {
		case pipeline.Confirmed:
			s.falseConfirmed++
			t.Logf("CONFIRMED but %s: %s ~ %s", relation, row[0], row[1])
		case pipeline.Suggested:
			s.falseSuggested++
		}
	case "clip", "same-content-longer":
		s.clips++
		if got != "" {
			s.clipsFound++
		}
	case "near-duplicate":
		// Crops and letterboxes change what is in the picture; they come with partial_picture.
		if strings.Contains(transform, "crop") || strings.Contains(transform, "letterbox") {
			return
		}
		s.plain++
		if got != "" {
			s.found++
		} else {
			t.Logf("missed: %s ~ %s (%s)", row[0], row[1], transform)
		}
		if got == pipeline.Confirmed {
			s.confirmed++
		}
	}
}
