package rules

import (
	"math"
	"strconv"
	"strings"

	"dokaz/pipeline"
)

// placeClaim is one claimed place with everywhere it was stated.
type placeClaim struct {
	claim
	point
	read bool // the text gives a point
}

// placeClaims returns the distinct claimed places: coordinates where any were given, else the words.
func placeClaims(d pipeline.Dossier) []placeClaim {
	var out []placeClaim
	coordinates := func(r pipeline.Receipt) string {
		if r.Claims.Latitude == "" && r.Claims.Longitude == "" {
			return ""
		}
		return r.Claims.Latitude + " / " + r.Claims.Longitude
	}
	for _, c := range claims(d, "claim:lat/lon", coordinates) {
		lat, lon, _ := strings.Cut(c.text, " / ")
		p := placeClaim{claim: c}
		var okLat, okLon bool
		p.lat, okLat = parseDegrees(lat, 'N', 'S', 90)
		p.lon, okLon = parseDegrees(lon, 'E', 'W', 180)
		p.read = okLat && okLon
		out = append(out, p)
	}
	words := func(r pipeline.Receipt) string {
		if coordinates(r) != "" {
			return ""
		}
		return r.Claims.ClaimedPlace
	}
	for _, c := range claims(d, "claim:claimed_place", words) {
		out = append(out, placeClaim{claim: c})
	}
	return out
}

// claimedPlaceUnread tells of claimed places that no rule can compare: words, or coordinates not understood.
func claimedPlaceUnread(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	for _, c := range placeClaims(d) {
		if c.read {
			continue
		}
		out = append(out, pipeline.Finding{
			Code: "place.claim_unread", Weight: pipeline.Note,
			Values: map[string]string{"claimed": quote(c.text)}, Cites: c.cites,
		})
	}
	return out
}

// parseDegrees reads one coordinate as people write it: 53.9, 53,9, -53.9, 53.9°N, S 53.9, 53°54'15"N,
// 53 54 15. positive and negative are the letters of the hemispheres, limit the largest value in degrees.
func parseDegrees(s string, positive, negative byte, limit float64) (float64, bool) {
	if len(s) > 64 {
		return 0, false
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
			return 0, false // two signs
		}
		s, sign = rest, -1
	} else {
		s = strings.TrimPrefix(s, "+")
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" °º'’′\"”″:", r) })
	if len(parts) == 0 || len(parts) > 3 {
		return 0, false
	}
	value, unit := 0.0, 1.0
	for i, p := range parts {
		n, err := strconv.ParseFloat(strings.Replace(p, ",", ".", 1), 64)
		whole := n == math.Trunc(n)
		if err != nil || strings.Trim(p, "0123456789.,") != "" || (i > 0 && n >= 60) || (i < len(parts)-1 && !whole) {
			return 0, false
		}
		value += n / unit
		unit *= 60
	}
	if value > limit {
		return 0, false
	}
	return sign * value, true
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
