package rules

import (
	"fmt"
	"strings"

	"dokaz/pipeline"
	"dokaz/pipeline/report/clock"
)

// statement is one time that a file states, with everywhere it stands.
type statement struct {
	pipeline.CaptureTime
	reading clock.Reading
	cites   []pipeline.Cite
}

// maxStatements bounds the distinct times that are set against each other. Cameras write a handful.
const maxStatements = 256

// statements returns the distinct readable times of the given meanings, in the order said, at most
// maxStatements. Fields of one second are one statement: some carry its fraction, some do not. Clocks that
// were never set state no time: time.unset tells of those.
func statements(d pipeline.Dossier, meanings ...string) []statement {
	wanted := " " + strings.Join(meanings, " ") + " "
	type key struct {
		meaning, local string
		zone           pipeline.ZoneRule
		offset         int
	}
	at := map[key]int{}
	var out []statement
	for _, s := range all[pipeline.CaptureTime](d) {
		r, ok := clock.Of(s.fact)
		if !ok || r.Unset() || !strings.Contains(wanted, " "+s.fact.Meaning+" ") {
			continue
		}
		k := key{s.fact.Meaning, s.fact.Local[:min(len(s.fact.Local), len("2006-01-02T15:04:05"))], s.fact.Zone, r.Offset}
		i, known := at[k]
		if !known {
			if len(out) == maxStatements {
				continue
			}
			i = len(out)
			at[k] = i
			out = append(out, statement{CaptureTime: s.fact, reading: r})
		}
		out[i].cites = append(out[i].cites, s.cite(s.fact.Source, s.fact.Raw))
	}
	return out
}

// text writes the stated time with its zone where that is known.
func (s statement) text() string {
	t := strings.Replace(s.Local, "T", " ", 1)
	switch {
	case s.Zone == pipeline.ZoneUTC:
		return t + " UTC"
	case s.reading.Zoned:
		return t + " " + offsetText(s.reading.Offset)
	}
	return t
}

// zone names what is known of the zone, as the words' list "zone" has it.
func (s statement) zone() string {
	if s.Zone == pipeline.ZoneStated && !s.reading.Zoned {
		return string(pipeline.ZoneUnstated)
	}
	return string(s.Zone)
}

// offsetText writes minutes east of UTC as UTC+03:00.
func offsetText(minutes int) string {
	sign := '+'
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	return fmt.Sprintf("UTC%c%02d:%02d", sign, minutes/60, minutes%60)
}

// timeOrder looks for later events stamped before the capture. Clocks of unstated zone are taken to be the
// same clock, since one device writes these fields; where only one zone is known, any zone may excuse it.
func timeOrder(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	captures := statements(d, "original")
	for _, later := range statements(d, "digitized", "modified") {
		for _, capture := range captures {
			gap := later.reading.Span().Gap(capture.reading.Span())
			if !later.reading.Zoned && !capture.reading.Zoned {
				gap = later.reading.Wall().Gap(capture.reading.Wall())
			}
			if gap <= OrderSlack {
				continue
			}
			out = append(out, pipeline.Finding{
				Code: "time.order", Weight: pipeline.Questions,
				Values: map[string]string{
					"capture": capture.text(), "later": later.text(), "meaning": later.Meaning, "gap": clock.Length(gap),
				},
				Cites: together(capture.cites, later.cites),
			})
		}
	}
	return out
}

// gpsTimeDiffers sets satellite time, which is UTC, against the device's clock.
func gpsTimeDiffers(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	captures := statements(d, "original")
	for _, gps := range statements(d, "gps") {
		for _, capture := range captures {
			gap := gps.reading.Span().Gap(capture.reading.Span())
			if gap.Abs() <= ClockSlack {
				continue
			}
			out = append(out, pipeline.Finding{
				Code: "time.gps_differs", Weight: pipeline.Questions,
				Values: map[string]string{
					"gps": gps.text(), "capture": capture.text(), "zone": capture.zone(), "gap": clock.Length(gap),
				},
				Cites: together(gps.cites, capture.cites),
			})
		}
	}
	return out
}

// timeUnset finds clocks at the beginning of their counting and fields filled with zeros or blanks, which
// Exif uses for "unknown" (CIPA DC-008 §4.6.5, DateTime).
func timeUnset(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	at := map[string]int{}
	for _, s := range all[pipeline.CaptureTime](d) {
		r, ok := clock.Of(s.fact)
		blank := strings.Trim(s.fact.Raw, "0: -/.TZ\x00") == "" && len(s.fact.Raw) >= 8
		if !(ok && r.Unset()) && !(!ok && blank) {
			continue
		}
		i, known := at[s.fact.Raw]
		if !known {
			i = len(out)
			at[s.fact.Raw] = i
			out = append(out, pipeline.Finding{
				Code: "time.unset", Weight: pipeline.Note,
				Values: map[string]string{"stated": quote(s.fact.Raw), "field": quote(s.fact.Source)},
			})
		}
		out[i].Cites = bounded(append(out[i].Cites, s.cite(s.fact.Source, s.fact.Raw)))
	}
	return out
}
