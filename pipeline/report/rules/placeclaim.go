package rules

import (
	"strings"

	"dokaz/pipeline"
	"dokaz/pipeline/report/globe"
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
		p.lat, _, okLat = globe.Latitude(lat)
		p.lon, _, okLon = globe.Longitude(lon)
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
