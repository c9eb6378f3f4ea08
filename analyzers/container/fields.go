package container

import (
	"fmt"
	"strings"

	"dokaz/analyzers/internal/libav"
	"dokaz/pipeline"
)

// sayFields says every field of the metadata as it stands, at most maxTags of them, and then what those of known
// meaning state. The same field is often exported twice, with and without a language: statements are said once.
func sayFields(format string, c libav.Container, streams []libav.Stream, say pipeline.Say) {
	tags := 0
	tell := func(group string, entries []libav.Entry) {
		for _, e := range entries {
			if tags++; tags > maxTags {
				return
			}
			say(pipeline.In(group), pipeline.Tag{Reader: "libav", Group: group, Name: e.Key, Value: e.Value, Cut: e.Cut})
		}
	}
	tell("format", c.Metadata)
	for i, s := range streams {
		tell(group(i), s.Metadata)
	}
	for i, ch := range c.Chapters {
		tell(fmt.Sprintf("chapter:%d", i), ch.Metadata)
	}
	sayStatements(format, "format", "container_created", c.Metadata, say)
	for i, s := range streams {
		sayStatements(format, group(i), "stream_created", s.Metadata, say)
	}
}

// traces are the fields in which programs and devices leave their names.
var traces = []string{
	"encoder", "encoded_by", "software", "com.apple.quicktime.software", "com.android.version", "firmware",
	"WM/ToolName", "WM/ToolVersion", "metadatacreator", "handler_name", "vendor_id", "major_brand", "compatible_brands",
}

// makers pairs the fields for a device's maker and model.
var makers = []struct{ make, model string }{
	{"com.apple.quicktime.make", "com.apple.quicktime.model"},
	{"com.android.manufacturer", "com.android.model"},
	{"make", "model"},
	{"manufacturer", "model"},
}

// places are the fields that hold a position as ISO 6709 writes it.
var places = []string{"com.apple.quicktime.location.ISO6709", "location", "com.android.location"}

// sayStatements says what the fields of one group state.
func sayStatements(format, group, created string, entries []libav.Entry, say pipeline.Say) {
	w := pipeline.In(group)
	if raw := valueOf(entries, "creation_time"); raw != "" {
		say(w, createdAt(format, group+":creation_time", created, raw))
	}
	if raw := valueOf(entries, "com.apple.quicktime.creationdate"); raw != "" {
		say(w, statedTime(group+":com.apple.quicktime.creationdate", "original", raw))
	}
	said := map[string]bool{}
	for _, key := range places {
		raw := valueOf(entries, key)
		if raw == "" || said[raw] {
			continue
		}
		said[raw] = true
		if p, err := parseISO6709(raw); err == nil {
			p.Source, p.Raw = group+":"+key, raw
			say(w, p)
		}
	}
	for _, m := range makers {
		d := pipeline.Device{Source: group + ":" + m.make, Make: valueOf(entries, m.make), Model: valueOf(entries, m.model)}
		if d.Make == "" {
			d.Source = group + ":" + m.model
		}
		if d.Make != "" || d.Model != "" {
			say(w, d)
			break
		}
	}
	for _, key := range traces {
		for _, e := range entries {
			if strings.EqualFold(e.Key, key) && strings.Trim(e.Value, "\x00 [0]") != "" {
				say(w, pipeline.EncoderTrace{Source: group + ":" + e.Key, Value: e.Value})
			}
		}
	}
}
