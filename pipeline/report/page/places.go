package page

import (
	"fmt"
	"html/template"
	"math"
	"strconv"

	"dokaz/pipeline"
	"dokaz/pipeline/report/globe"
)

// places lists stated positions and claimed ones, and draws those that are points on maps.
func (m maker) places() (table, drawn template.HTML, err error) {
	t := newPlaces(m)
	tags := all[pipeline.Tag](m.r)
	for _, s := range all[pipeline.Position](m.r) {
		m.statedPlace(t, s, radiusOf(tags, s))
	}
	for i, c := range m.r.Core.Receipts {
		if c.Claims.Latitude != "" || c.Claims.Longitude != "" || c.Claims.ClaimedPlace != "" {
			m.claimedPlace(t, i, c.Claims)
		}
	}
	drawn, err = m.maps(t.spots)
	return t.HTML(), drawn, err
}

// placeTable is the table of places with those of them that go onto the maps.
type placeTable struct {
	table
	spots []spot
}

// maxSpots bounds what one map shows.
const maxSpots = 40

func newPlaces(m maker) *placeTable {
	return &placeTable{table: table{
		class: "places", caption: m.Text("place.title"),
		heads: m.texts("place.coordinates", "place.degrees", "place.altitude", "place.source", "place.raw", "place.where"),
	}}
}

// mark puts a place onto the maps and returns its number as the table shows it.
func (m maker) mark(t *placeTable, s spot) template.HTML {
	if len(t.spots) == maxSpots {
		return ""
	}
	s.number = len(t.spots) + 1
	t.spots = append(t.spots, s)
	return rowMark(s.number)
}

func (m maker) statedPlace(t *placeTable, s said[pipeline.Position], radius float64) {
	p := s.fact
	coordinates := ours(fmt.Sprintf("%.6f, %.6f", p.Latitude, p.Longitude))
	degrees := dms(p.Latitude, "N", "S") + " " + dms(p.Longitude, "E", "W")
	switch {
	case p.Latitude == 0 && p.Longitude == 0:
		degrees = m.Say("place.unset")
	case !p.Valid():
		degrees = m.Say("place.off")
	default:
		coordinates = m.mark(t, spot{Place: globe.Place{Latitude: p.Latitude, Longitude: p.Longitude, Radius: radius}, label: ShowText(p.Source, maxLabel)}) + coordinates
	}
	if radius > 0 {
		degrees = Join("<br>", degrees, m.Say("place.within_stated", "distance", m.metres(radius)))
	}
	altitude := template.HTML("")
	if p.Altitude != nil {
		altitude = m.Decimal(trim(*p.Altitude)) + " " + m.Say("place.metres")
	}
	source := Join(", ", code(p.Source), shown(p.Datum))
	t.rows = append(t.rows, []template.HTML{coordinates, degrees, altitude, source, shown(p.Raw), m.where(s.Where)})
}

// maxLabel bounds the name of a field on a map, in characters.
const maxLabel = 28

func (m maker) claimedPlace(t *placeTable, receipt int, c pipeline.Claims) {
	coordinates, within := m.Say("not_stated"), template.HTML("")
	if c.Latitude != "" || c.Longitude != "" {
		coordinates = Show(c.Latitude+" / "+c.Longitude, maxSentence)
		within = m.Say("place.not_drawn")
	}
	lat, latStep, okLat := globe.Latitude(c.Latitude)
	lon, lonStep, okLon := globe.Longitude(c.Longitude)
	if p := (pipeline.Position{Latitude: lat, Longitude: lon}); okLat && okLon && p.Valid() {
		slack := globe.Slack(lat, latStep, lonStep)
		label := fmt.Sprintf("%s %d", m.Text("place.claim_short"), receipt+1)
		coordinates = m.mark(t, spot{Place: globe.Place{Latitude: lat, Longitude: lon, Radius: slack}, label: label, claimed: true}) + coordinates
		within = m.Say("place.within_digits", "distance", m.metres(slack))
	}
	source := template.HTML(`<a href="#r`+strconv.Itoa(receipt+1)+`">`) + m.Say("place.claim", "number", receipt+1) + "</a>"
	t.rows = append(t.rows, []template.HTML{coordinates, within, "", source, shown(c.ClaimedPlace), ""})
}

// dms writes degrees, minutes and seconds with the hemisphere's letter.
func dms(v float64, positive, negative string) template.HTML {
	letter := positive
	if v < 0 {
		letter, v = negative, -v
	}
	tenths := int64(math.Round(v * 36000)) // of seconds; positions on the globe only
	return ours(fmt.Sprintf("%d° %02d′ %04.1f″ %s", tenths/36000, tenths/600%60, float64(tenths%600)/10, letter))
}

// devices lists what the file says of the machine and the programs that made it.
func (m maker) devices() template.HTML {
	t := table{class: "devices", caption: m.Text("device.title"), heads: m.texts("device.what", "device.value", "device.source", "device.where")}
	for _, s := range all[pipeline.Device](m.r) {
		d := s.fact
		for _, line := range []struct {
			what  string
			value template.HTML
		}{{"device.make", Join(", ", shown(d.Make), shown(d.Model))}, {"device.lens", shown(d.Lens)}, {"device.serial", shown(d.Serial)}} {
			if line.value != "" {
				t.rows = append(t.rows, []template.HTML{m.Say(line.what), line.value, code(d.Source), m.where(s.Where)})
			}
		}
	}
	for _, s := range all[pipeline.EncoderTrace](m.r) {
		t.rows = append(t.rows, []template.HTML{m.Say("device.software"), shown(s.fact.Value), code(s.fact.Source), m.where(s.Where)})
	}
	return t.HTML()
}

// joinText puts a space between what there is.
func joinText(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}
