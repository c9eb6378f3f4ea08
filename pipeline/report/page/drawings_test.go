package page

import (
	"regexp"
	"strings"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/report/words"
)

// section is the part of a page with an id.
func section(t *testing.T, page, id string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, `<section id="`+id+`"`)
	if !found {
		t.Fatalf("no section %s", id)
	}
	out, _, _ := strings.Cut(rest, "</section>")
	return out
}

// TestDrawingsSayWhatTheTablesSay: every number drawn stands in the table, contradictions lead to their findings, and claims look different
// from what a file states.
func TestDrawingsSayWhatTheTablesSay(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	page := rendered(t, r, doc, onePixel)
	times, places := section(t, page, "times"), section(t, page, "places")
	lanes := regexp.MustCompile(`<tspan class="no">(\d+)</tspan>`).FindAllStringSubmatch(times, -1)
	if len(lanes) != 9 {
		t.Errorf("%d times drawn, want 9 of 11: two are no times", len(lanes))
	}
	for _, l := range lanes {
		if !strings.Contains(times, `<b class="mark">`+l[1]+"</b>") {
			t.Errorf("time %s is drawn and not in the table", l[1])
		}
	}
	for _, want := range []string{"claimed open", "stripes", "said received", `class="break"`, `class="clash w-contradicts"`, "<desc", "tabindex"} {
		if !strings.Contains(times, want) {
			t.Errorf("the time line has no %s", want)
		}
	}
	for _, a := range regexp.MustCompile(`<a href="#(f\d+)" aria-label="[^"]+">`).FindAllStringSubmatch(times, -1) {
		if !strings.Contains(page, `id="`+a[1]+`"`) {
			t.Errorf("a contradiction leads to %s, which is nowhere", a[1])
		}
	}
	for _, want := range []string{`<path class="spot claimed"`, `<circle class="spot"`, "Belarus", "100 km", "54° N", "<desc", "Natural Earth", "claim 2"} {
		if !strings.Contains(places, want) {
			t.Errorf("the maps have no %s", want)
		}
	}
	if len(page) > 400_000 {
		t.Errorf("a page of %d bytes", len(page))
	}
}

// TestMapsTellWhatIsUncertain: claims to tenths of a degree get a circle, places that are none are not drawn.
func TestMapsTellWhatIsUncertain(t *testing.T) {
	t.Parallel()
	claimed := func(lat, lon string) pipeline.Report {
		return pipeline.Report{Core: pipeline.Core{Receipts: []pipeline.CoreReceipt{{Claims: pipeline.Claims{Latitude: lat, Longitude: lon}}}}}
	}
	for name, c := range map[string]struct {
		lat, lon      string
		drawn, circle bool
	}{
		"fine": {"53.9173", "27.5406", true, false}, "coarse": {"53.9", "27.5", true, true}, "words": {"near the", "river", false, false}, "unset": {"0", "0", false, false}, "half": {"53.9", "", false, false},
	} {
		got := section(t, rendered(t, claimed(c.lat, c.lon), pipeline.Digest{}, nil), "places")
		if strings.Contains(got, "spot claimed") != c.drawn || strings.Contains(got, "slack") != c.circle || strings.Contains(got, "not read as a point") == c.drawn {
			t.Errorf("%s: drawn %v, want %v; circle %v, want %v", name, strings.Contains(got, "spot claimed"), c.drawn, strings.Contains(got, "slack"), c.circle)
		}
	}
}

// TestCountriesAreNamedInEveryLanguage: Belarus is 112 in UN M49.
func TestCountriesAreNamedInEveryLanguage(t *testing.T) {
	t.Parallel()
	want := map[string]string{"en": "Belarus", "be": "Беларусь", "ru": "Беларусь", "uk": "Білорусь"}
	for _, lang := range words.Languages() {
		if got := countryIn(lang, 112); got != want[lang] {
			t.Errorf("in %s %q, want %q", lang, got, want[lang])
		}
	}
}

// TestTheDeviceTellsItsError reads GPSHPositioningError (Exif 2.31) as rational and as decimal.
func TestTheDeviceTellsItsError(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]float64{"1234/100": 12.34, "65": 65, "1/0": 0, "x": 0, "-3": 0, "": 0} {
		tags := []said[pipeline.Tag]{{fact: pipeline.Tag{Group: "GPS", ID: "31", Value: value}}}
		if got := radiusOf(tags, said[pipeline.Position]{fact: pipeline.Position{Source: "GPS"}}); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}
