package page

import (
	"fmt"
	"html/template"
	"math"
	"strconv"

	"dokaz/pipeline"
)

// places lists stated positions and claimed ones.
func (m maker) places() template.HTML {
	t := table{class: "places", caption: m.Text("place.title"), heads: m.texts("place.coordinates", "place.degrees", "place.altitude", "place.source", "place.raw", "place.where")}
	for _, s := range all[pipeline.Position](m.r) {
		p := s.fact
		coordinates := ours(fmt.Sprintf("%.6f, %.6f", p.Latitude, p.Longitude))
		degrees := dms(p.Latitude, "N", "S") + " " + dms(p.Longitude, "E", "W")
		switch {
		case p.Latitude == 0 && p.Longitude == 0:
			degrees = m.Say("place.unset")
		case !p.Valid():
			degrees = m.Say("place.off")
		}
		altitude := template.HTML("")
		if p.Altitude != nil {
			altitude = m.Decimal(trim(*p.Altitude)) + " " + m.Say("place.metres")
		}
		source := Join(", ", code(p.Source), shown(p.Datum))
		t.rows = append(t.rows, []template.HTML{coordinates, degrees, altitude, source, shown(p.Raw), m.where(s.Where)})
	}
	for i, c := range m.r.Core.Receipts {
		if c.Claims.Latitude == "" && c.Claims.Longitude == "" && c.Claims.ClaimedPlace == "" {
			continue
		}
		coordinates := m.Say("not_stated")
		if c.Claims.Latitude != "" || c.Claims.Longitude != "" {
			coordinates = Show(c.Claims.Latitude+" / "+c.Claims.Longitude, maxSentence)
		}
		source := template.HTML(`<a href="#r`+strconv.Itoa(i+1)+`">`) + m.Say("place.claim", "number", i+1) + "</a>"
		t.rows = append(t.rows, []template.HTML{coordinates, "", "", source, shown(c.Claims.ClaimedPlace), ""})
	}
	return t.HTML()
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
