package rules

import (
	"math"
	"slices"
	"strings"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/report/words"

	"github.com/google/go-cmp/cmp"
)

// casesOf gives the cases of a code, which stand by theme.
func casesOf(code pipeline.Code) map[string]testCase {
	if c, ok := cases[code]; ok {
		return c
	}
	if c, ok := proofCases[code]; ok {
		return c
	}
	return provenanceCases[code]
}

func TestRules(t *testing.T) {
	t.Parallel()
	for _, r := range All() {
		found := false
		for name, c := range casesOf(r.Code) {
			got := r.Judge(c.in)
			if diff := cmp.Diff(c.want, judged(got)); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", r.Code, name, diff)
			}
			found = found || len(got) > 0
			for _, f := range got {
				if f.Code != r.Code {
					t.Errorf("%s, %s: finding of code %s", r.Code, name, f.Code)
				}
				if len(f.Cites) == 0 || f.Cites[0].What == "" {
					t.Errorf("%s, %s: cites nothing", r.Code, name)
				}
			}
		}
		if !found {
			t.Errorf("no case finds %s", r.Code)
		}
	}
}

// Rules and words know each other only by codes and names: here they are held together.
func TestWordsFitTheRules(t *testing.T) {
	t.Parallel()
	for _, lang := range words.Languages() {
		book, err := words.In(lang)
		if err != nil {
			t.Fatal(err)
		}
		codes := map[pipeline.Code]bool{}
		for _, r := range All() {
			codes[r.Code] = true
			text, ok := book.Finding(r.Code)
			if !ok {
				t.Errorf("%s: no text for %s", lang, r.Code)
				continue
			}
			lines := slices.Concat([]words.Line{text.Title, text.Says, text.Limits, text.Change}, text.May, text.Benign)
			for _, c := range casesOf(r.Code) {
				for _, f := range r.Judge(c.in) {
					for _, l := range lines {
						checkPlaces(t, book, f, l)
					}
				}
			}
		}
		for _, c := range book.Codes() {
			if !codes[c] {
				t.Errorf("%s: text for %s, which is no rule", lang, c)
			}
		}
	}
}

// checkPlaces holds that a finding supplies every place of a line, and words where a list is asked for.
func checkPlaces(t *testing.T, book *words.Book, f pipeline.Finding, l words.Line) {
	t.Helper()
	for _, place := range l.Places() {
		name, list, listed := strings.Cut(place, "@")
		value, ok := f.Values[name]
		if !ok || value == "" {
			t.Errorf("%s: %s does not supply {%s}", book.Lang(), f.Code, place)
		}
		if _, known := book.Word(list, value); listed && !known {
			t.Errorf("%s: %s supplies %q for {%s}, which the list lacks", book.Lang(), f.Code, value, place)
		}
	}
}

func TestCodesStandOnce(t *testing.T) {
	t.Parallel()
	seen := map[pipeline.Code]bool{}
	for _, r := range All() {
		if seen[r.Code] {
			t.Errorf("%s stands twice", r.Code)
		}
		seen[r.Code] = true
	}
	for code := range cases {
		if !seen[code] {
			t.Errorf("%s is no rule", code)
		}
	}
}

// A finding must come out the same whenever and by whomever an item was received: rules that look at those
// would make two runs unequal.
func TestRulesCiteWhereThingsStand(t *testing.T) {
	t.Parallel()
	d := claiming(states(taken("original", "2020-08-10T21:30:00", pipeline.ZoneUnstated)), "a", claimedAt("2020-08-10 21:30"))
	key, err := d.Receipts[0].Key()
	if err != nil {
		t.Fatal(err)
	}
	want := []pipeline.Cite{
		{Where: pipeline.In("receipt/" + key.Hex()), What: "claim:claimed_time", Value: "2020-08-10 21:30"},
		{Analyzer: "exif", Where: pipeline.At(12, 20), What: "original", Value: "2020-08-10T21:30:00"},
	}
	if diff := cmp.Diff(want, claimedTimeAgrees(d)[0].Cites); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestManyReceiptsAreCitedWithinBounds(t *testing.T) {
	t.Parallel()
	d := states()
	for range 500 {
		d = claiming(d, "IMG-20191006-WA0002.jpg", claimedAt("2020"))
	}
	for _, r := range All() {
		for _, f := range r.Judge(d) {
			if len(f.Cites) > maxCites {
				t.Errorf("%s cites %d places", f.Code, len(f.Cites))
			}
		}
	}
}

// Distances from outside: the mean radius gives a degree of latitude 111.195 km and a quarter of the globe
// 10,007.557 km; Nashville to Los Angeles is 2,887.2599 km on a sphere of 6,372.8 km (Rosetta Code,
// "Haversine formula"), here scaled to our radius.
func TestDistances(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b point
		km   float64
	}{
		{point{0, 0}, point{1, 0}, 111.195},
		{point{0, 0}, point{0, 90}, 10007.557},
		{point{90, 0}, point{-90, 77}, 20015.115},
		{point{36.12, -86.67}, point{33.94, -118.40}, 2887.2599 * 6371.0088 / 6372.8},
		{point{53.9, 27.5}, point{53.9, 27.5}, 0},
	} {
		if got := c.a.metres(c.b) / 1000; math.Abs(got-c.km) > 0.001 {
			t.Errorf("%v to %v: %.4f km, want %.4f", c.a, c.b, got, c.km)
		}
		if c.a.metres(c.b) != c.b.metres(c.a) {
			t.Errorf("%v to %v is not as far as back", c.a, c.b)
		}
	}
}

// Rules meet whatever a hostile file states and must stay whole: no panic, no finding without a citation,
// nothing unbounded.
func FuzzRules(f *testing.F) {
	f.Add("2020:08:10 21:30:12", "2020-08-10T21:30:12", "IMG-20191006-WA0002.jpg", 53.9, 27.5, 180)
	f.Add("0000", "", "a\x00\u202e.png", math.MaxFloat64, -1e-300, -99999)
	f.Fuzz(func(t *testing.T, raw, local, name string, lat, lon float64, offset int) {
		var facts []pipeline.Fact
		for _, meaning := range []string{"original", "digitized", "modified", "gps", "container_created"} {
			for _, zone := range []pipeline.ZoneRule{pipeline.ZoneUTC, pipeline.ZoneStated, pipeline.ZoneUnstated, pipeline.ZoneNominal} {
				facts = append(facts, pipeline.CaptureTime{Meaning: meaning, Source: raw, Raw: raw, Local: local, Zone: zone, Offset: &offset})
			}
		}
		d := claiming(states(append(facts,
			pipeline.Position{Latitude: lat, Longitude: lon, Raw: raw}, pipeline.Tag{Group: "GPS", ID: "1", Value: raw}, pipeline.Tag{Group: "IPTC", ID: "2:40", Value: raw},
			pipeline.EncoderTrace{Value: raw}, pipeline.Extent{What: raw, Note: name}, pipeline.Disagreement{Name: raw, Readings: []pipeline.Reading{{Value: raw}}},
		)...), name, pipeline.Claims{ClaimedTime: local, Latitude: raw, Longitude: local, ClaimedPlace: name})
		for _, basis := range []pipeline.Basis{pipeline.NearPicture, pipeline.SharedFootage, pipeline.PictureInVideo, pipeline.SharedAudio} {
			box := pipeline.Box{lat, lon, lat, lon}
			d = beside(d, pipeline.Match{Basis: basis, Transform: pipeline.Transform{Mirror: true, Crop: &box, Within: &box}, Segments: []pipeline.Segment{{BStart: lon, Speed: lat}}}, name, facts...)
		}
		d = parted(beside(beside(d, nearly, name+raw, facts...), nearly, raw, facts...), pipeline.Different)
		for _, r := range All() {
			for _, found := range r.Judge(d) {
				if len(found.Cites) == 0 {
					t.Fatalf("%s cites nothing", found.Code)
				}
				for _, v := range found.Values {
					if len([]rune(v)) > maxQuote+40 {
						t.Fatalf("%s holds a value of %d characters", found.Code, len([]rune(v)))
					}
				}
			}
		}
	})
}
