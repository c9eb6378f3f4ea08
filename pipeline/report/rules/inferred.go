package rules

import (
	"slices"
	"strconv"

	"dokaz/pipeline"
)

// told is one value that a copy states of time, place or device.
type told struct {
	text  string
	cites []pipeline.Cite
	time  *statement
	place *point
}

// kinds of statements that copies of one recording share.
var sharedKinds = []struct {
	what string
	of   func(pipeline.Dossier) []told
}{
	{"time", toldTimes}, {"place", toldPlaces}, {"device", toldDevices},
}

func toldTimes(d pipeline.Dossier) []told {
	meanings := []string{"original", "gps"}
	if d.Item.Kind == pipeline.Video && len(devices(d)) > 0 {
		meanings = append(meanings, "container_created") // of a file that names no device it is the time of some copying
	}
	var out []told
	for _, s := range statements(d, meanings...) {
		out = append(out, told{text: s.text(), cites: s.cites, time: &s})
	}
	return out
}

func toldPlaces(d pipeline.Dossier) []told {
	var out []told
	for _, p := range positions(d) {
		out = append(out, told{text: p.point.String(), cites: p.cites, place: &p.point})
	}
	return out
}

func toldDevices(d pipeline.Dossier) []told {
	var out []told
	for _, v := range devices(d) {
		out = append(out, told{text: v.text, cites: v.cites})
	}
	return out
}

// CopyClocks is how far the times that two copies of one recording state may lie apart. They stem from one clock, and
// fields are written in whole seconds.
const CopyClocks = OrderSlack

// differ reports whether two values of one kind cannot both hold for one recording.
func differ(a, b told) bool {
	switch {
	case a.time != nil && b.time != nil:
		if a.time.Meaning != b.time.Meaning {
			return false // the satellite's time and the device's clock are another rule's
		}
		gap := a.time.reading.Span().Gap(b.time.reading.Span())
		if !a.time.reading.Zoned && !b.time.reading.Zoned {
			gap = a.time.reading.Wall().Gap(b.time.reading.Wall())
		}
		return gap.Abs() > CopyClocks
	case a.place != nil && b.place != nil:
		return a.place.metres(*b.place) > PlaceAgrees
	}
	return a.time == nil && a.place == nil && b.time == nil && b.place == nil && !sameText(a.text, b.text)
}

// inferred carries what copies state to an item that states nothing of the kind. It stays an inference, with its source.
func inferred(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	for _, k := range sharedKinds {
		if len(k.of(d)) > 0 {
			continue
		}
		for _, v := range gathered(d, k.of) {
			out = append(out, pipeline.Finding{
				Code: "reuse.inferred", Weight: pipeline.Note,
				Values: map[string]string{"what": k.what, "stated": quote(v.text), "name": v.first.title(), "copies": strconv.Itoa(v.copies)},
				Cites:  bounded(v.cites),
			})
		}
	}
	return out
}

// gatheredValue is a value that copies state, with how many do.
type gatheredValue struct {
	told
	first  neighbour
	copies int
}

// maxInferred bounds the values of one kind that are carried over.
const maxInferred = 5

// gathered returns the distinct values that copies state, those of the nearest copies first.
func gathered(d pipeline.Dossier, of func(pipeline.Dossier) []told) []gatheredValue {
	var out []gatheredValue
	for _, n := range copies(d) {
	next:
		for _, v := range of(n.states) {
			cites := n.citing(v.cites)
			for i := range out {
				if sameText(out[i].text, v.text) {
					out[i].copies++
					out[i].cites = append(out[i].cites, cites...)
					continue next
				}
			}
			if len(out) < maxInferred {
				v.cites = append([]pipeline.Cite{n.cite()}, cites...)
				out = append(out, gatheredValue{v, n, 1})
			}
		}
	}
	return out
}

// conflict tells where this item and a copy of it, or two copies, state values that cannot both hold for one recording. Each
// value is set against the first that it differs from, this item's own before others.
func conflict(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	for _, k := range sharedKinds {
		against := k.of(d)
		for _, v := range gathered(d, k.of) {
			if i := slices.IndexFunc(against, func(w told) bool { return differ(v.told, w) }); i >= 0 {
				out = append(out, conflicting(k.what, against[i], v))
			}
			against = append(against, v.told)
		}
	}
	return out
}

func conflicting(what string, first told, v gatheredValue) pipeline.Finding {
	return pipeline.Finding{
		Code: "reuse.conflict", Weight: pipeline.Questions,
		Values: map[string]string{"what": what, "first": quote(first.text), "second": quote(v.text), "name": v.first.title()},
		Cites:  together(first.cites, v.cites),
	}
}
