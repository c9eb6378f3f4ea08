package globe

import (
	"bufio"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestCountriesHoldTheirTowns looks towns up among the outlines, and places that are at sea.
func TestCountriesHoldTheirTowns(t *testing.T) {
	t.Parallel()
	e, err := world()
	if err != nil {
		t.Fatal(err)
	}
	in := func(rings []line, d dot) bool {
		found := false
		for _, l := range rings {
			flat := make([]XY, len(l.dots))
			for i, p := range l.dots {
				flat[i] = XY{p.lon, p.lat}
			}
			if holds(flat, XY{d.lon, d.lat}) {
				found = !found
			}
		}
		return found
	}
	own := map[string]int{"kyiv": 804, "vilnius": 440, "riga": 428, "warsaw": 616, "moscow": 643, "chisinau": 498}
	for _, town := range towns {
		want := own[town.key]
		if want == 0 {
			want = 112 // Belarus in UN M49
		}
		if !in(e.land, dot{town.lon, town.lat}) {
			t.Errorf("%s is at sea", town.key)
		}
		for _, c := range e.countries {
			if in(c.rings, dot{town.lon, town.lat}) != (c.number == want) {
				t.Errorf("%s and country %d, want %d", town.key, c.number, want)
			}
		}
	}
	for name, d := range map[string]dot{"Gulf of Guinea": {0, 0}, "Baltic": {19.5, 57}, "Black Sea": {34, 43.5}, "Pacific": {-150, 30}} {
		if in(e.land, d) {
			t.Errorf("the %s is land", name)
		}
	}
}

// TestNoOutlineLeapsRoundTheGlobe: islands of Fiji lie on the line of date, and only the ring round the South Pole goes all the way.
func TestNoOutlineLeapsRoundTheGlobe(t *testing.T) {
	t.Parallel()
	e, err := world()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range e.land {
		for i := 1; i < len(l.dots); i++ {
			if a, b := l.dots[i-1], l.dots[i]; math.Abs(a.lon-b.lon) > 180 && a.lat > -80 {
				t.Fatalf("an outline leaps from %v to %v", a, b)
			}
		}
	}
	_, brazil, err := Maps([]Place{{-16.5, -48, 0}})
	if err != nil || len(brazil.Land) != 1 {
		t.Errorf("the middle of Brazil has %d outlines, want one: %v", len(brazil.Land), err)
	}
}

// TestTownsLieWhereTheZonesSay sets the towns against zone.tab of the IANA Time Zone Database, which gives places to a minute of arc.
func TestTownsLieWhereTheZonesSay(t *testing.T) {
	t.Parallel()
	f, err := os.Open("/usr/share/zoneinfo/zone.tab")
	if err != nil {
		t.Skip("SKIPPED: no zone.tab here: ", err)
	}
	defer f.Close()
	angle := func(s string) float64 { // ±DDMM or ±DDDMM
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return float64(n/100) + float64(n%100)/60
	}
	found := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		columns := strings.Split(lines.Text(), "\t")
		if len(columns) < 3 {
			continue
		}
		_, name, _ := strings.Cut(columns[2], "/")
		for _, town := range towns {
			if strings.ToLower(name) == town.key && len(columns[1]) == len("+DDMM+DDDMM") {
				found++
				if lat, lon := angle(columns[1][:5]), angle(columns[1][5:]); math.Abs(lat-town.lat) > .08 || math.Abs(lon-town.lon) > .08 {
					t.Errorf("%s at %v, %v, by the zones at %v, %v", town.key, town.lat, town.lon, lat, lon)
				}
			}
		}
	}
	if found < 6 {
		t.Errorf("only %d towns found among the zones", found)
	}
}

// TestCrimeaIsNotCutOff: no border is drawn across the isthmus of Perekop (A/RES/68/262), and the one with Russia is.
func TestCrimeaIsNotCutOff(t *testing.T) {
	t.Parallel()
	e, err := world()
	if err != nil {
		t.Fatal(err)
	}
	crosses := func(b box) bool {
		for _, l := range e.borders {
			if l.meets(b) && len(cutLine(l.dots, b)) > 0 {
				return true
			}
		}
		return false
	}
	if crosses(box{33, 45.6, 35.2, 46.3}) {
		t.Error("a border parts Crimea from the mainland")
	}
	if !crosses(box{35, 50, 37, 51}) {
		t.Error("no border north of Kharkiv: the test says nothing")
	}
}

func TestMapsHoldTheirPlaces(t *testing.T) {
	t.Parallel()
	minsk, grodno, gomel := Place{53.9, 27.56, 0}, Place{53.68, 23.83, 0}, Place{52.44, 30.98, 6000}
	for name, places := range map[string][]Place{
		"one": {minsk}, "three": {minsk, grodno, gomel}, "across the line of date": {{52, 179.5, 0}, {52.5, -179.5, 0}}, "north": {{89.9, 0, 0}}, "south": {{-90, 12, 0}},
		"antipodes": {{50, -90, 0}, {-50, 90, 0}}, "wide circle": {{53.9, 27.5, 4e5}}, "edge": {{0, 180, 0}, {0, -180, 0}},
	} {
		wide, near, err := Maps(places)
		if err != nil {
			t.Fatal(err)
		}
		if (near == nil) != (name == "antipodes") {
			t.Errorf("%s: closer map %v", name, near)
		}
		for _, m := range []*Map{wide, near} {
			if m == nil {
				continue
			}
			for _, s := range m.Spots {
				if !(s.At.X >= -.01 && s.At.X <= m.Width+.01 && s.At.Y >= -.01 && s.At.Y <= m.Height+.01) {
					t.Errorf("%s: place %d lies at %v", name, s.Place, s.At)
				}
			}
			for _, ring := range append(m.Land, m.Borders...) {
				for _, p := range ring {
					if !(p.X >= -.01 && p.X <= m.Width+.01 && p.Y >= -.01 && p.Y <= m.Height+.01) {
						t.Fatalf("%s: an outline leaves the map at %v", name, p)
					}
				}
			}
			if len(m.Spots) != len(places) || len(m.Grid) < 3 || m.Bar.Length < width/12 || m.Bar.Length > width/4+1 {
				t.Errorf("%s: %d spots, %d lines of the grid, a bar of %v", name, len(m.Spots), len(m.Grid), m.Bar)
			}
		}
	}
}

// TestScaleIsTrue measures a known distance on the map: Minsk to Homiel are 280 km on the sphere.
func TestScaleIsTrue(t *testing.T) {
	t.Parallel()
	_, near, err := Maps([]Place{{53.9, 27.56, 0}, {52.44, 30.98, 0}})
	if err != nil {
		t.Fatal(err)
	}
	a, b := near.Spots[0].At, near.Spots[1].At
	km := math.Hypot(a.X-b.X, a.Y-b.Y) * near.Bar.Metres / near.Bar.Length / 1000
	if math.Abs(km-280) > 3 {
		t.Errorf("Minsk and Homiel are %.1f km apart on the map, want 280", km)
	}
	if len(near.Land) == 0 || len(near.Borders) == 0 || len(near.Names) == 0 || len(near.Towns) == 0 {
		t.Errorf("an empty map: %d of land, %d borders, %d names, %d towns", len(near.Land), len(near.Borders), len(near.Names), len(near.Towns))
	}
}

func FuzzMaps(f *testing.F) {
	f.Add(53.9, 27.56, 0., -33.9, 151.2, 100.)
	f.Fuzz(func(t *testing.T, lat, lon, radius, lat2, lon2, radius2 float64) {
		for _, v := range []float64{lat, lat2, lon / 2, lon2 / 2} {
			if !(math.Abs(v) <= 90) {
				t.Skip("not on the globe")
			}
		}
		if !(radius >= 0 && radius < 2e7 && radius2 >= 0 && radius2 < 2e7) {
			t.Skip("no radius")
		}
		if _, _, err := Maps([]Place{{lat, lon, radius}, {lat2, lon2, radius2}}); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkMaps(b *testing.B) {
	for b.Loop() {
		if _, _, err := Maps([]Place{{53.9, 27.56, 0}}); err != nil {
			b.Fatal(err)
		}
	}
}
