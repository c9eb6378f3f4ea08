package container

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"dokaz/pipeline"
)

// errNotISO6709 says that a text is not a point of ISO 6709.
var errNotISO6709 = errors.New("not a position of ISO 6709:2022 annex H")

// parseISO6709 reads a point as ISO 6709:2022 annex H writes it: latitude and longitude as degrees, degrees and
// minutes, or degrees, minutes and seconds with a decimal fraction of the last, an altitude in metres where one
// stands, a reference system, and the solidus that ends it, which many recorders leave out. Coordinates
// off the globe are no position; 0,0 is returned and is not Valid.
func parseISO6709(raw string) (pipeline.Position, error) {
	text := strings.TrimSuffix(raw, "/")
	if len(text) > 64 {
		return pipeline.Position{}, errNotISO6709
	}
	var p pipeline.Position
	if at := strings.Index(text, "CRS"); at >= 0 {
		p.Datum = text[at+len("CRS"):]
		text = text[:at]
		if p.Datum == "" || strings.ContainsAny(p.Datum, "/+ ") {
			return pipeline.Position{}, errNotISO6709
		}
		if p.Datum == "WGS_84" {
			p.Datum = "" // what no datum means
		}
	}
	latitude, text := signed(text)
	longitude, text := signed(text)
	altitude, text := signed(text)
	var ok bool
	if p.Latitude, ok = degrees(latitude, 2, 90); !ok {
		return pipeline.Position{}, errNotISO6709
	}
	if p.Longitude, ok = degrees(longitude, 3, 180); !ok || text != "" {
		return pipeline.Position{}, errNotISO6709
	}
	if altitude != "" {
		metres, err := strconv.ParseFloat(altitude, 64)
		if err != nil || math.IsInf(metres, 0) || strings.HasSuffix(altitude, ".") {
			return pipeline.Position{}, errNotISO6709
		}
		p.Altitude = &metres
	}
	return p, nil
}

// signed takes a sign and the digits and the one point behind it from the front of text.
func signed(text string) (number, rest string) {
	if text == "" || (text[0] != '+' && text[0] != '-') {
		return "", text
	}
	n, points := 1, 0
	for n < len(text) && (text[n] >= '0' && text[n] <= '9' || text[n] == '.' && points == 0) {
		if text[n] == '.' {
			points++
		}
		n++
	}
	return text[:n], text[n:]
}

// degrees reads a signed angle whose degrees have so many digits, followed by two for minutes and two for seconds
// where they stand, and holds it against its greatest value.
func degrees(number string, digits int, most float64) (float64, bool) {
	if number == "" {
		return 0, false
	}
	whole, fraction, point := strings.Cut(number[1:], ".")
	if point && fraction == "" {
		return 0, false
	}
	split := []int{digits}
	switch len(whole) - digits {
	case 2:
		split = append(split, 2)
	case 4:
		split = append(split, 2, 2)
	case 0:
	default:
		return 0, false
	}
	value, unit := 0.0, 1.0
	for i, n := range split {
		part := whole[:n]
		whole = whole[n:]
		if i == len(split)-1 && point {
			part += "." + fraction
		}
		v, err := strconv.ParseFloat(part, 64)
		if err != nil || (i > 0 && v >= 60) {
			return 0, false
		}
		value += v / unit
		unit *= 60
	}
	if value > most {
		return 0, false
	}
	if number[0] == '-' {
		value = 0 - value
	}
	return value, true
}
