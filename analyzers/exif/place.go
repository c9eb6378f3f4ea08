package exif

import (
	"fmt"
	"math"
	"strings"

	"dokaz/pipeline"
)

// The fields of a position (CIPA DC-008 §4.6.6).
const (
	gpsLatitudeRef  = 1
	gpsLatitude     = 2
	gpsLongitudeRef = 3
	gpsLongitude    = 4
	gpsAltitudeRef  = 5
	gpsAltitude     = 6
	gpsMapDatum     = 18
)

// notePosition marks coordinates that name no point: the rules and the reader of the report see why no
// position was stated. Zero denominators are noted already.
func notePosition(fields []field) {
	for i := range fields {
		f := &fields[i]
		if f.Group != "GPS" || f.ID != gpsLatitude && f.ID != gpsLongitude || f.note != "" {
			continue
		}
		if _, why := coordinate(*f, fields); why != "" {
			f.note = why
		}
	}
}

// coordinate is a latitude or longitude in signed degrees, or why there is none.
func coordinate(f field, fields []field) (deg float64, why string) {
	limit, plus, minus, ref := 90.0, "N", "S", uint16(gpsLatitudeRef)
	if f.ID == gpsLongitude {
		limit, plus, minus, ref = 180, "E", "W", gpsLongitudeRef
	}
	if _, ok := f.Number(0); !ok && f.Count > 0 {
		return 0, "not a number"
	}
	n := f.Components()
	if n < 1 || n > 3 || int64(n) < int64(f.Count) {
		return 0, fmt.Sprintf("%d components", f.Count)
	}
	for i, unit := range []float64{1, 60, 3600}[:n] {
		v, _ := f.Number(i)
		switch {
		case math.IsNaN(v):
			return 0, noteZero
		case v < 0 || i > 0 && v > 60:
			return 0, "out of range"
		}
		deg += v / unit
	}
	if !(deg <= limit) { // also of floating-point fields that hold no number
		return 0, "out of range"
	}
	switch r, _ := lookup(fields, "GPS", ref); strings.TrimSpace(r.phrase()) {
	case plus:
		return deg, ""
	case minus:
		return -deg, ""
	}
	return 0, "no reference " + plus + " or " + minus
}

// position says the place, if both coordinates are there with their references and name a point.
func (x *examination) position(b block, fields []field) {
	lat, ok := lookup(fields, "GPS", gpsLatitude)
	lon, ok2 := lookup(fields, "GPS", gpsLongitude)
	if !ok || !ok2 {
		return
	}
	north, why := coordinate(lat, fields)
	east, why2 := coordinate(lon, fields)
	if why != "" || why2 != "" {
		return
	}
	p := pipeline.Position{
		Source: "GPS", Latitude: north, Longitude: east,
		Datum: textOf(fields, "GPS", gpsMapDatum),
		Raw: strings.Join([]string{
			lat.text, textOf(fields, "GPS", gpsLatitudeRef), lon.text, textOf(fields, "GPS", gpsLongitudeRef),
		}, " "),
	}
	if alt, ok := lookup(fields, "GPS", gpsAltitude); ok {
		if m, ok := alt.Number(0); ok && !math.IsNaN(m) && !math.IsInf(m, 0) {
			if ref, ok := lookup(fields, "GPS", gpsAltitudeRef); ok {
				if r, ok := ref.Int(0); ok && (r == 1 || r == 3) { // below the ellipsoid, below sea level
					m = -m
				}
			}
			p.Altitude = &m
		}
	}
	x.say(placeOf(b, lat), p)
}
