package rules

import (
	"fmt"
	"math"

	"dokaz/pipeline"
)

// earthRadius is the mean radius R1 of the WGS 84 ellipsoid in metres. Distances on this sphere are off by
// at most 0.56 per cent of themselves, far below the tolerances.
const earthRadius = 6_371_008.8

// point is a place in degrees, north and east positive.
type point struct{ lat, lon float64 }

// metres returns the great-circle distance by the haversine formula, which stays exact for small distances.
func (p point) metres(q point) float64 {
	const rad = math.Pi / 180
	sinLat := math.Sin((q.lat - p.lat) * rad / 2)
	sinLon := math.Sin((q.lon - p.lon) * rad / 2)
	h := sinLat*sinLat + math.Cos(p.lat*rad)*math.Cos(q.lat*rad)*sinLon*sinLon
	return 2 * earthRadius * math.Asin(math.Sqrt(min(h, 1)))
}

func (p point) String() string { return fmt.Sprintf("%.6f, %.6f", p.lat, p.lon) }

// unset reports the place 0,0 in the Gulf of Guinea, where nothing is and where positions that were never
// filled in point.
func (p point) unset() bool { return math.Abs(p.lat) < 1e-6 && math.Abs(p.lon) < 1e-6 }

// distanceText writes metres below a kilometre, kilometres above.
func distanceText(m float64) string {
	switch {
	case m < 1000:
		return fmt.Sprintf("%.0f m", m)
	case m < 100_000:
		return fmt.Sprintf("%.1f km", m/1000)
	}
	return fmt.Sprintf("%.0f km", m/1000)
}

// stated is one place that a file states, with everywhere it stands.
type stated struct {
	point
	raw   string
	cites []pipeline.Cite
}

// positions returns the distinct points on the globe that the file states, in the order said. Digits beyond
// a millionth of a degree (a tenth of a metre) make no distinction.
func positions(d pipeline.Dossier) []stated {
	var out []stated
	at := map[string]int{}
	for _, s := range all[pipeline.Position](d) {
		p := point{s.fact.Latitude, s.fact.Longitude}
		if !s.fact.Valid() || p.unset() {
			continue
		}
		i, known := at[p.String()]
		if !known {
			i = len(out)
			at[p.String()] = i
			out = append(out, stated{point: p, raw: s.fact.Raw})
		}
		out[i].cites = append(out[i].cites, s.cite(s.fact.Source, s.fact.Raw))
	}
	return out
}

func claimedPlaceAgrees(d pipeline.Dossier) []pipeline.Finding {
	return judgeClaimedPlace(d, "place.claim_agrees", pipeline.Supports, func(m float64) bool { return m <= PlaceAgrees })
}

func claimedPlaceNear(d pipeline.Dossier) []pipeline.Finding {
	return judgeClaimedPlace(d, "place.claim_near", pipeline.Note, func(m float64) bool { return m > PlaceAgrees && m <= PlaceDiffers })
}

func claimedPlaceDiffers(d pipeline.Dossier) []pipeline.Finding {
	return judgeClaimedPlace(d, "place.claim_differs", pipeline.Contradicts, func(m float64) bool { return m > PlaceDiffers })
}

// judgeClaimedPlace compares each distinct claimed point with each distinct stated one.
func judgeClaimedPlace(d pipeline.Dossier, code pipeline.Code, weight pipeline.Weight, fits func(metres float64) bool) []pipeline.Finding {
	var out []pipeline.Finding
	for _, c := range placeClaims(d) {
		if !c.read || c.unset() {
			continue // place.claim_unread and place.null_island tell of these
		}
		for _, s := range positions(d) {
			m := c.metres(s.point)
			if !fits(m) {
				continue
			}
			out = append(out, pipeline.Finding{
				Code: code, Weight: weight,
				Values: map[string]string{"claimed": c.point.String(), "stated": s.point.String(), "distance": distanceText(m)},
				Cites:  together(c.cites, s.cites),
			})
		}
	}
	return out
}

// nullIsland finds positions at 0,0, stated or claimed.
func nullIsland(d pipeline.Dossier) []pipeline.Finding {
	var cites []pipeline.Cite
	for _, s := range all[pipeline.Position](d) {
		if (point{s.fact.Latitude, s.fact.Longitude}).unset() {
			cites = append(cites, s.cite(s.fact.Source, s.fact.Raw))
		}
	}
	for _, c := range placeClaims(d) {
		if c.read && c.unset() {
			cites = append(cites, c.cites...)
		}
	}
	if len(cites) == 0 {
		return nil
	}
	return []pipeline.Finding{{Code: "place.null_island", Weight: pipeline.Note, Cites: bounded(cites)}}
}

// gpsParts are the four fields without which an Exif position has no meaning (CIPA DC-008 §4.6.6).
var gpsParts = []struct{ id, name string }{
	{"1", "GPSLatitudeRef"}, {"2", "GPSLatitude"}, {"3", "GPSLongitudeRef"}, {"4", "GPSLongitude"},
}

// placeIncomplete finds positions that were begun and cannot be read: a part missing, a fraction with zero
// below the line, or a point that is not on the globe.
func placeIncomplete(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	add := func(what, field string, c pipeline.Cite) {
		out = append(out, pipeline.Finding{
			Code: "place.incomplete", Weight: pipeline.Note,
			Values: map[string]string{"what": what, "field": quote(field)}, Cites: []pipeline.Cite{c},
		})
	}
	seen := map[string]pipeline.Cite{}
	for _, s := range all[pipeline.Tag](d) {
		for _, part := range gpsParts {
			if s.fact.Group != "GPS" || s.fact.ID != part.id {
				continue
			}
			c := s.cite("GPS:"+part.name, s.fact.Value)
			if _, known := seen[part.name]; !known {
				seen[part.name] = c
				if s.fact.Note == "zero denominator" {
					add("zero_denominator", part.name, c)
				}
			}
		}
	}
	for _, part := range gpsParts {
		if c, known := seen[part.name]; !known && len(seen) > 0 {
			for _, have := range gpsParts {
				if other, ok := seen[have.name]; ok {
					c = other
					break
				}
			}
			add("missing", part.name, c)
		}
	}
	for _, s := range all[pipeline.Position](d) {
		if !s.fact.Valid() && !(point{s.fact.Latitude, s.fact.Longitude}).unset() {
			add("not_on_globe", s.fact.Source, s.cite(s.fact.Source, s.fact.Raw))
		}
	}
	return out
}
