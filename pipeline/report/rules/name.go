package rules

import (
	"regexp"
	"time"

	"dokaz/pipeline"
)

// messengerName is the form in which WhatsApp on Android names what it has received: the date is that of
// receiving or saving. It was seen on a file of known history (forensics-samples-files, pic2).
var messengerName = regexp.MustCompile(`^(?:IMG|VID|AUD|PTT|STK)-(\d{8})-WA\d{4,6}\b`)

// datedName finds a date, and a time of day where one follows, between digits that belong to nothing else.
var datedName = regexp.MustCompile(`(?:^|\D)((?:19|20)\d\d)([-_.]?)(\d\d)([-_.]?)(\d\d)(?:(?:[-_ T.]| at |_at_)(\d\d)[-_.:]?(\d\d)(?:[-_.:]?(\d\d))?\d{0,3})?(?:\D|$)`)

// nameStatesTime reads dates in names of receipts. A name is a claim of whoever named the file.
func nameStatesTime(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	for _, n := range names(d) {
		if messengerName.MatchString(n.text) {
			continue
		}
		stated, ok := timeInName(n.text)
		if !ok {
			continue
		}
		out = append(out, pipeline.Finding{
			Code: "time.filename", Weight: pipeline.Note,
			Values: map[string]string{"name": quote(n.text), "stated": stated}, Cites: n.cites,
		})
	}
	return out
}

// timeInName returns the date, with the time of day where it is one, that a name holds.
func timeInName(name string) (string, bool) {
	m := datedName.FindStringSubmatch(name)
	if m == nil || m[2] != m[4] {
		return "", false
	}
	date := m[1] + "-" + m[3] + "-" + m[5]
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return "", false
	}
	if m[6] == "" {
		return date, true
	}
	clock := m[6] + ":" + m[7]
	if m[8] != "" {
		clock += ":" + m[8]
		if _, err := time.Parse(time.TimeOnly, clock); err != nil {
			return date, true
		}
	} else if _, err := time.Parse("15:04", clock); err != nil {
		return date, true
	}
	return date + " " + clock, true
}

// nameStatesReceiving reads names as a messenger gives them to what it has received.
func nameStatesReceiving(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	for _, n := range names(d) {
		m := messengerName.FindStringSubmatch(n.text)
		if m == nil {
			continue
		}
		day, err := time.Parse("20060102", m[1])
		if err != nil {
			continue
		}
		out = append(out, pipeline.Finding{
			Code: "time.filename_received", Weight: pipeline.Note,
			Values: map[string]string{"name": quote(n.text), "stated": day.Format(time.DateOnly)}, Cites: n.cites,
		})
	}
	return out
}
