package exif

import (
	"math"
	"strconv"
	"strings"
	"time"

	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// stamps are the fields that state a time (CIPA DC-008 §4.6.5 D and G), with those that refine them.
var stamps = []struct {
	group        string
	id           uint16
	meaning      string
	subsec, zone uint16 // in ExifIFD
}{
	{"ExifIFD", 0x9003, "original", 0x9291, 0x9011},
	{"ExifIFD", 0x9004, "digitized", 0x9292, 0x9012},
	{"IFD0", 0x0132, "modified", 0x9290, 0x9010},
}

// times says every time stated, each occurrence of a repeated field too.
func (x *examination) times(b block, fields []field) {
	for _, s := range stamps {
		for _, f := range fields {
			if f.Group != s.group || f.ID != s.id || f.Value == nil {
				continue
			}
			t := pipeline.CaptureTime{Meaning: s.meaning, Source: f.Group + ":" + f.name(), Raw: f.phrase(), Zone: pipeline.ZoneUnstated}
			if at, ok := exifTime(t.Raw); ok {
				t.Local = local(at) + fractionOf(textOf(fields, "ExifIFD", s.subsec))
				if minutes, ok := zoneOffset(textOf(fields, "ExifIFD", s.zone)); ok {
					t.Zone, t.Offset = pipeline.ZoneStated, &minutes
				}
			} else if iso, ok := isoTime(t.Raw); ok { // XMP's form, which some editors copy into Exif
				t.Local, t.Zone, t.Offset = iso.Local, iso.Zone, iso.Offset
			}
			x.say(placeOf(b, f), t)
		}
	}
	x.satelliteTime(b, fields)
}

// exifTime reads "2006:01:02 15:04:05" and what writers make of it: other separators, a T. Dates that do not
// exist, among them the zeros and blanks for an unset clock, are none.
func exifTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if len(s) != 19 {
		return time.Time{}, false
	}
	for _, layout := range []string{"2006:01:02 15:04:05", "2006-01-02 15:04:05", "2006/01/02 15:04:05", "2006-01-02T15:04:05", "2006:01:02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, t.Year() > 0
		}
	}
	return time.Time{}, false
}

func local(t time.Time) string { return t.Format("2006-01-02T15:04:05") }

// fractionOf is ".123" of SubSecTime's digits, at most nine of them, "" where they are no digits.
func fractionOf(digits string) string {
	for _, c := range digits {
		if c < '0' || c > '9' {
			return ""
		}
	}
	digits = strings.TrimRight(digits[:min(len(digits), 9)], "0")
	if digits == "" {
		return ""
	}
	return "." + digits
}

// zoneOffset reads "+03:00", "-0330" or "Z" into minutes east of UTC.
func zoneOffset(s string) (minutes int, ok bool) {
	if s == "Z" {
		return 0, true
	}
	for _, layout := range []string{"-07:00", "-0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			_, east := t.Zone()
			return east / 60, true
		}
	}
	return 0, false
}

// satelliteTime says GPSDateStamp and GPSTimeStamp, which are UTC by definition (CIPA DC-008 §4.6.6).
func (x *examination) satelliteTime(b block, fields []field) {
	clock, ok := lookup(fields, "GPS", 7)
	date, dated := lookup(fields, "GPS", 29)
	if !ok && !dated {
		return
	}
	t := pipeline.CaptureTime{
		Meaning: "gps", Source: "GPS:GPSTimeStamp", Zone: pipeline.ZoneUTC,
		Raw: strings.TrimSpace(date.phrase() + " " + clock.text),
	}
	day, err := time.Parse("2006:01:02", strings.ReplaceAll(strings.TrimSpace(date.phrase()), "-", ":"))
	if text, read := clockText(clock.Entry); err == nil && day.Year() > 0 && read {
		t.Local = day.Format("2006-01-02T") + text
	}
	if !ok {
		clock, t.Source = date, "GPS:GPSDateStamp"
	}
	x.say(placeOf(b, clock), t)
}

// clockText writes a GPSTimeStamp as 15:04:05[.999], false where it is no time of day.
func clockText(e tiff.Entry) (string, bool) {
	if e.Components() != 3 {
		return "", false
	}
	sum := 0.0
	for i, unit := range []float64{3600, 60, 1} {
		v, ok := e.Number(i)
		if !ok || math.IsNaN(v) || v < 0 || v >= 3600 {
			return "", false
		}
		sum += v * unit
	}
	millis := int64(math.Round(sum * 1000))
	if millis >= 24*3600*1000 {
		return "", false
	}
	return time.UnixMilli(millis).UTC().Format("15:04:05.999"), true
}

// isoTime reads a date of XMP (part 1 §8.2.1.4, ISO 8601): Local is as precise as the text down to the day,
// and a full time where minutes are given.
func isoTime(s string) (t pipeline.CaptureTime, ok bool) {
	t = pipeline.CaptureTime{Raw: s, Zone: pipeline.ZoneUnstated}
	s = strings.TrimSpace(s)
	for _, layout := range []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, s); err == nil && at.Year() > 0 {
			_, east := at.Zone()
			minutes := east / 60
			t.Local, t.Zone, t.Offset = at.Format("2006-01-02T15:04:05.999999999"), pipeline.ZoneStated, &minutes
			return t, true
		}
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02T15:04"} {
		if at, err := time.Parse(layout, s); err == nil && at.Year() > 0 {
			t.Local = at.Format("2006-01-02T15:04:05.999999999")
			return t, true
		}
	}
	if at, err := time.Parse(time.DateOnly, s); err == nil && at.Year() > 0 {
		t.Local = at.Format(time.DateOnly)
		return t, true
	}
	return t, false
}

// xmpStamps are the properties that state a time: XMP part 2 §§1.2, 2.1; Metadata Working Group, Guidelines 2.0 §5.4.
var xmpStamps = map[string]string{
	"xmp:CreateDate":         "digitized",
	"xmp:ModifyDate":         "modified",
	"photoshop:DateCreated":  "original",
	"exif:DateTimeOriginal":  "original",
	"exif:DateTimeDigitized": "digitized",
}

// xmpFacts says the times, the place and the programs that XMP names.
func (x *examination) xmpFacts(b block, leaves []leaf) {
	var lat, lon leaf
	for _, l := range leaves {
		w := b.where("", l.at, l.n)
		if meaning := xmpStamps[l.full()]; meaning != "" {
			t, _ := isoTime(l.text)
			t.Meaning, t.Source = meaning, l.full()
			x.say(w, t)
		}
		switch l.full() {
		case "xmp:CreatorTool", "tiff:Software":
			x.say(w, pipeline.EncoderTrace{Source: l.full(), Value: l.text})
		case "exif:GPSLatitude":
			lat = l
		case "exif:GPSLongitude":
			lon = l
		}
	}
	north, ok := xmpCoordinate(lat.text, 90, 'N', 'S')
	east, ok2 := xmpCoordinate(lon.text, 180, 'E', 'W')
	if ok && ok2 {
		x.say(b.where("", lat.at, lat.n), pipeline.Position{Source: "exif:GPSLatitude", Latitude: north, Longitude: east, Raw: lat.text + " " + lon.text})
	}
}

// xmpCoordinate reads "53,54.5N" and "53,54,30N" (XMP part 2 §1.2.7.4, GPSCoordinate).
func xmpCoordinate(s string, limit float64, plus, minus byte) (float64, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, false
	}
	ref := s[len(s)-1]
	parts := strings.Split(s[:len(s)-1], ",")
	if ref != plus && ref != minus || len(parts) > 3 {
		return 0, false
	}
	sum := 0.0
	for i, unit := range []float64{1, 60, 3600}[:len(parts)] {
		v, err := strconv.ParseFloat(parts[i], 64)
		if err != nil || !(v >= 0 && v <= limit) {
			return 0, false
		}
		sum += v / unit
	}
	if ref == minus {
		sum = -sum
	}
	return sum, math.Abs(sum) <= limit
}

// iptcFacts says the creation time (IIM 2:55, 2:60) and Facebook's mark in 2:40.
func (x *examination) iptcFacts(b block, sets []dataset) {
	first := map[[2]uint8]dataset{}
	for _, d := range sets {
		if _, known := first[d.id]; !known {
			first[d.id] = d
		}
		if d.id == [2]uint8{2, 40} && strings.HasPrefix(d.text, "FBMD") {
			x.say(b.where("", int64(d.at), int64(d.length)), pipeline.EncoderTrace{Source: "IPTC:2:40", Value: d.text})
		}
	}
	date, ok := first[[2]uint8{2, 55}]
	if !ok {
		return
	}
	t := pipeline.CaptureTime{Meaning: "original", Source: "IPTC:2:55", Raw: date.text, Zone: pipeline.ZoneUnstated}
	if day, err := time.Parse("20060102", date.text); err == nil && day.Year() > 0 {
		t.Local = day.Format(time.DateOnly)
		if clock, ok := first[[2]uint8{2, 60}]; ok {
			t.Raw += " " + clock.text
			if at, err := time.Parse("150405", clock.text[:min(len(clock.text), 6)]); err == nil {
				t.Local += at.Format("T15:04:05")
				t.Zone, t.Offset = iptcZone(clock.text[6:])
			}
		}
	}
	x.say(b.where("", int64(date.at), int64(date.length)), t)
}

// iptcZone reads the zone behind an IPTC time. The format demands one, and programs that know none write
// +0000 behind local time: then the zone is nominal only.
func iptcZone(s string) (pipeline.ZoneRule, *int) {
	minutes, ok := zoneOffset(s)
	switch {
	case !ok:
		return pipeline.ZoneUnstated, nil
	case minutes == 0:
		return pipeline.ZoneNominal, nil
	}
	return pipeline.ZoneStated, &minutes
}
