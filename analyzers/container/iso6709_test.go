package container

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dokaz/pipeline"
)

func metres(v float64) *float64 { return &v }

// The first seven are the examples of ISO 6709:2022 annex H; the next are as recorders write them.
func TestParseISO6709(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]pipeline.Position{
		"+40-075CRSWGS_84/":                  {Latitude: 40, Longitude: -75},
		"+40.20361-075.00417CRSWGS_84/":      {Latitude: 40.20361, Longitude: -75.00417},
		"+4012-07500CRSWGS_84/":              {Latitude: 40.2, Longitude: -75},
		"+4012.22-07500.25CRSWGS_84/":        {Latitude: 40 + 12.22/60, Longitude: -(75 + .25/60)},
		"+401213-0750015CRSWGS_84/":          {Latitude: 40 + 12./60 + 13./3600, Longitude: -(75 + 15./3600)},
		"+401213.1-0750015.1+2.79CRSWGS_84/": {Latitude: 40 + 12./60 + 13.1/3600, Longitude: -(75 + 15.1/3600), Altitude: metres(2.79)},
		"+40.20361-075.00417CRSEPSG:4979/":   {Latitude: 40.20361, Longitude: -75.00417, Datum: "EPSG:4979"},
		"+37.7749-122.4194+030.000/":         {Latitude: 37.7749, Longitude: -122.4194, Altitude: metres(30)},
		"+48.8577+002.295/":                  {Latitude: 48.8577, Longitude: 2.295},
		"-33.8688+151.2093":                  {Latitude: -33.8688, Longitude: 151.2093},
		"+90.0000-180.0000-0012.5/":          {Latitude: 90, Longitude: -180, Altitude: metres(-12.5)},
		"+00.0000+000.0000/":                 {},
	} {
		got, err := parseISO6709(raw)
		if d := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); err != nil || d != "" {
			t.Errorf("%q: %v (-want +got):\n%s", raw, err, d)
		}
		if unset := raw == "+00.0000+000.0000/"; got.Valid() == unset {
			t.Errorf("%q: valid is %v", raw, got.Valid())
		}
	}
}

func TestParseISO6709Refuses(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"", "/", "+", "+40", "+40/", "40-075/", "+40-75/", "+4-075/", "+400-075/", "+90.0001+000.0/", "+00.0+180.0001/", "+4060-07500/",
		"+40.-075.0/", "+40.1.2-075/", "+40-075//", "+40-075CRS/", "+40-075 /", " +40-075/", "+40-075+/", "+40-075+1./", "+nan-075/", "+40-075x/",
		"+0x1p4-075/", "+1e1-075/", "+40-075+1e400/", "++40-075/", "+40-07500000000/", "+40-075" + string(make([]byte, 100)),
	} {
		if got, err := parseISO6709(raw); err == nil {
			t.Errorf("%q gives %+v", raw, got)
		}
	}
}

func FuzzParseISO6709(f *testing.F) {
	f.Add("+401213.1-0750015.1+2.79CRSWGS_84/")
	f.Add("+37.7749-122.4194+030.000/")
	f.Add("-00.0000+000.0000/")
	f.Fuzz(func(t *testing.T, raw string) {
		p, err := parseISO6709(raw)
		if err != nil {
			return
		}
		if math.Abs(p.Latitude) > 90 || math.Abs(p.Longitude) > 180 || math.IsNaN(p.Latitude) || math.IsNaN(p.Longitude) {
			t.Fatalf("%q is off the globe: %+v", raw, p)
		}
		if p.Altitude != nil && (math.IsNaN(*p.Altitude) || math.IsInf(*p.Altitude, 0)) {
			t.Fatalf("%q has altitude %v", raw, *p.Altitude)
		}
	})
}
