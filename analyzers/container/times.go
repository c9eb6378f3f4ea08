package container

import (
	"strings"
	"time"

	"dokaz/pipeline"
)

// createdAt reads a creation_time. In ISO base media the number is UTC by definition (ISO/IEC 14496-12 §8.2.2),
// and many devices write their local clock into it; Matroska's DateUTC and ASF's creation date are UTC
// and are written by programs that know it (RFC 9559 §5.1.2.12; ASF §3.2).
func createdAt(format, source, meaning, raw string) pipeline.CaptureTime {
	out := pipeline.CaptureTime{Meaning: meaning, Source: source, Raw: raw, Zone: pipeline.ZoneUnstated}
	t, err := time.Parse(time.RFC3339Nano, raw)
	if err != nil {
		out.Local = looseLocal(raw)
		return out
	}
	out.Local = localText(t)
	switch format {
	case "mp4", "mov", "3gp", "m4a":
		out.Zone = pipeline.ZoneNominal
	case "matroska", "webm", "asf":
		out.Zone = pipeline.ZoneUTC
	default:
		stated(&out, t)
	}
	return out
}

// statedTime reads a time that carries its offset, as phones write the moment of recording.
func statedTime(source, meaning, raw string) pipeline.CaptureTime {
	out := pipeline.CaptureTime{Meaning: meaning, Source: source, Raw: raw, Zone: pipeline.ZoneUnstated}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999Z07"} {
		if t, err := time.Parse(layout, raw); err == nil {
			out.Local = localText(t)
			stated(&out, t)
			return out
		}
	}
	out.Local = looseLocal(raw)
	return out
}

func stated(out *pipeline.CaptureTime, t time.Time) {
	_, seconds := t.Zone()
	minutes := seconds / 60
	out.Zone, out.Offset = pipeline.ZoneStated, &minutes
}

// looseLocal reads times without an offset, as AVI, FLV and others hold them; "" where raw is none.
func looseLocal(raw string) string {
	raw = strings.TrimSpace(strings.TrimRight(raw, "\x00\n\r "))
	for _, layout := range []string{
		"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006:01:02 15:04:05", "2006/01/02 15:04:05",
		"Mon Jan _2 15:04:05 2006", "Mon Jan 02 15:04:05 2006",
	} {
		if t, err := time.Parse(layout, raw); err == nil {
			return localText(t)
		}
	}
	return ""
}

func localText(t time.Time) string { return t.Format("2006-01-02T15:04:05.999999999") }
