//go:build libav

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dokaz/cmd/internal/evaluate"
	"dokaz/fixtures"
	"dokaz/fixtures/stock/battery"
)

// TestBatteryIsEvaluated makes the whole battery of transforms of two small drawn photographs and one film and evaluates it:
// the road on which thresholds are measured holds, and the mildest transforms are found.
func TestBatteryIsEvaluated(t *testing.T) {
	t.Parallel()
	sources := t.TempDir()
	for _, name := range []string{"hill.jpg", "bridge.jpg", "river.mp4"} {
		data, err := os.ReadFile(fixtures.Path(t, "test", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(sources, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "battery")
	made, err := battery.Make(t.Context(), battery.Order{Sources: sources, Out: out, Side: 240})
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := Main(context.Background(), []string{"eval", filepath.Join(out, battery.ManifestFile), "--cross-source", "--json"}, strings.NewReader(""), &stdout, &stderr); code != 0 {
		t.Fatalf("exit %d: %s%s", code, &stdout, &stderr)
	}
	var got struct{ Result evaluate.Report }
	if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	r := got.Result
	if r.Files != made.Files || len(r.Sources) != 3 || len(r.Missing) > 0 {
		t.Errorf("%d of %d files, %d sources, missing %v", r.Files, made.Files, len(r.Sources), r.Missing)
	}
	mild := 0
	for _, g := range r.Transforms {
		switch g.Name {
		case "jpeg50", "jpeg75", "resize50", "gamma1.6":
			mild++
			if g.Found.Hits != 2 || g.Found.Of != 2 {
				t.Errorf("%s: %s found", g.Name, g.Found)
			}
		}
	}
	if mild != 4 {
		t.Errorf("%d of 4 mild transforms counted", mild)
	}
	if len(r.Cross) == 0 || r.Cross[0].Pairs < 3000 || r.Cross[0].Confirmed != 0 {
		t.Errorf("other sources: %+v", r.Cross)
	}
	if len(r.Segments) == 0 || len(r.Stills) == 0 || r.Segments[0].True < 20 || r.Stills[0].Found.Of != 12 {
		t.Errorf("times: %+v %+v", r.Segments, r.Stills)
	}
}
