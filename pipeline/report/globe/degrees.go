package globe

import (
	"math"
	"strconv"
	"strings"
)

// Latitude reads a latitude as people write it, see degrees.
func Latitude(s string) (v, step float64, ok bool) { return degrees(s, 'N', 'S', 90) }

// Longitude reads a longitude as people write it, see degrees.
func Longitude(s string) (v, step float64, ok bool) { return degrees(s, 'E', 'W', 180) }

// degrees reads one coordinate: 53.9, 53,9, -53.9, 53.9°N, S 53.9, 53°54'15"N, 53 54 15. positive and negative are the letters of the
// hemispheres, limit the largest value in degrees. step is what one more in the last digit given would add, in degrees.
func degrees(s string, positive, negative byte, limit float64) (v, step float64, ok bool) {
	if len(s) > 64 {
		return 0, 0, false
	}
	s = strings.ToUpper(strings.TrimSpace(strings.ReplaceAll(s, "\u2212", "-")))
	sign, lettered := 1.0, false
	for letter, value := range map[byte]float64{positive: 1, negative: -1} {
		if cut, ok := cutLetter(s, letter); ok {
			s, sign, lettered = cut, value, true
			break
		}
	}
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		if lettered {
			return 0, 0, false // two signs
		}
		s, sign = rest, -1
	} else {
		s = strings.TrimPrefix(s, "+")
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" °º'’′\"”″:", r) })
	if len(parts) == 0 || len(parts) > 3 {
		return 0, 0, false
	}
	value, unit := 0.0, 1.0
	for i, p := range parts {
		p = strings.Replace(p, ",", ".", 1)
		n, err := strconv.ParseFloat(p, 64)
		whole := n == math.Trunc(n)
		if err != nil || strings.Trim(p, "0123456789.") != "" || (i > 0 && n >= 60) || (i < len(parts)-1 && !whole) {
			return 0, 0, false
		}
		value += n / unit
		_, decimals, _ := strings.Cut(p, ".")
		step = math.Pow10(-len(decimals)) / unit
		unit *= 60
	}
	if value > limit {
		return 0, 0, false
	}
	return sign * value, step, true
}

// cutLetter takes a hemisphere's letter from either end.
func cutLetter(s string, letter byte) (string, bool) {
	if n := len(s); n > 1 && s[n-1] == letter {
		return strings.TrimSpace(s[:n-1]), true
	}
	if len(s) > 1 && s[0] == letter {
		return strings.TrimSpace(s[1:]), true
	}
	return s, false
}

// Slack is how far a point can lie from where it was meant, metres, when both coordinates were rounded to steps of so many degrees: half the
// diagonal of the field that rounds to it.
func Slack(lat, latStep, lonStep float64) float64 {
	return math.Hypot(latStep/2, lonStep/2*math.Cos(lat*math.Pi/180)) * perDegree
}

// perDegree is the length of a degree of latitude, metres, on the sphere of mean radius R1 of the WGS 84 ellipsoid.
const perDegree = 6_371_008.8 * math.Pi / 180
