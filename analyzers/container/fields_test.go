package container

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/analyzers/internal/libav"
	"dokaz/pipeline"
)

// said keeps what is said of a file.
type said struct {
	where []pipeline.Where
	facts []pipeline.Fact
}

func (s *said) say(w pipeline.Where, f pipeline.Fact) {
	s.where, s.facts = append(s.where, w), append(s.facts, f)
}

func of[F pipeline.Fact](s said) (out []F) {
	for _, f := range s.facts {
		if g, ok := f.(F); ok {
			out = append(out, g)
		}
	}
	return out
}

func minutes(v int) *int { return &v }

func TestCreationTimes(t *testing.T) {
	t.Parallel()
	const raw = "2019-12-20T16:08:33.000000Z"
	for _, c := range []struct {
		format, raw string
		want        pipeline.CaptureTime
	}{
		{"mp4", raw, pipeline.CaptureTime{Local: "2019-12-20T16:08:33", Zone: pipeline.ZoneNominal}},
		{"mov", "2019-12-20T16:08:33.500000Z", pipeline.CaptureTime{Local: "2019-12-20T16:08:33.5", Zone: pipeline.ZoneNominal}},
		{"matroska", raw, pipeline.CaptureTime{Local: "2019-12-20T16:08:33", Zone: pipeline.ZoneUTC}},
		{"asf", raw, pipeline.CaptureTime{Local: "2019-12-20T16:08:33", Zone: pipeline.ZoneUTC}},
		{"avi", "Tue Mar 13 09:02:15 2001", pipeline.CaptureTime{Local: "2001-03-13T09:02:15", Zone: pipeline.ZoneUnstated}},
		{"avi", "2004:10:03 11:22:33\n", pipeline.CaptureTime{Local: "2004-10-03T11:22:33", Zone: pipeline.ZoneUnstated}},
		{"flv", "2010-01-02T03:04:05+02:00", pipeline.CaptureTime{Local: "2010-01-02T03:04:05", Zone: pipeline.ZoneStated, Offset: minutes(120)}},
		{"mp4", "yesterday", pipeline.CaptureTime{Zone: pipeline.ZoneUnstated}},
	} {
		c.want.Meaning, c.want.Source, c.want.Raw = "container_created", "format:creation_time", c.raw
		if d := cmp.Diff(c.want, createdAt(c.format, "format:creation_time", "container_created", c.raw)); d != "" {
			t.Errorf("%s %q (-want +got):\n%s", c.format, c.raw, d)
		}
	}
}

// The fields are those of an iPhone's and of an Android phone's clip.
func TestStatementsOfPhones(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		entries []libav.Entry
		want    []pipeline.Fact
	}{
		{"iPhone", []libav.Entry{
			{Key: "major_brand", Value: "qt  "}, {Key: "creation_time", Value: "2023-05-06T10:13:14.000000Z"},
			{Key: "com.apple.quicktime.location.ISO6709", Value: "+50.4501+030.5234+179.000/"}, {Key: "location", Value: "+50.4501+030.5234+179.000/"},
			{Key: "com.apple.quicktime.make", Value: "Apple"}, {Key: "com.apple.quicktime.model", Value: "iPhone 13"},
			{Key: "com.apple.quicktime.software", Value: "16.4.1"}, {Key: "com.apple.quicktime.creationdate", Value: "2023-05-06T13:13:12+0300"},
		}, []pipeline.Fact{
			pipeline.CaptureTime{Meaning: "container_created", Source: "format:creation_time", Raw: "2023-05-06T10:13:14.000000Z", Local: "2023-05-06T10:13:14", Zone: pipeline.ZoneNominal},
			pipeline.CaptureTime{Meaning: "original", Source: "format:com.apple.quicktime.creationdate", Raw: "2023-05-06T13:13:12+0300", Local: "2023-05-06T13:13:12", Zone: pipeline.ZoneStated, Offset: minutes(180)},
			pipeline.Position{Source: "format:com.apple.quicktime.location.ISO6709", Latitude: 50.4501, Longitude: 30.5234, Altitude: metres(179), Raw: "+50.4501+030.5234+179.000/"},
			pipeline.Device{Source: "format:com.apple.quicktime.make", Make: "Apple", Model: "iPhone 13"},
			pipeline.EncoderTrace{Source: "format:com.apple.quicktime.software", Value: "16.4.1"},
			pipeline.EncoderTrace{Source: "format:major_brand", Value: "qt  "},
		}},
		{"Android", []libav.Entry{
			{Key: "com.android.manufacturer", Value: "Xiaomi"}, {Key: "com.android.model", Value: "Mi A3"}, {Key: "com.android.version", Value: "9"},
			{Key: "location", Value: "+0.0000+0.0000/"},
		}, []pipeline.Fact{
			pipeline.Device{Source: "format:com.android.manufacturer", Make: "Xiaomi", Model: "Mi A3"},
			pipeline.EncoderTrace{Source: "format:com.android.version", Value: "9"},
		}},
		{"the unset place is kept", []libav.Entry{{Key: "location", Value: "+00.0000+000.0000/"}}, []pipeline.Fact{
			pipeline.Position{Source: "format:location", Raw: "+00.0000+000.0000/"},
		}},
		{"nothing in empty marks", []libav.Entry{{Key: "vendor_id", Value: "[0][0][0][0]"}, {Key: "handler_name", Value: ""}}, nil},
	} {
		var s said
		sayStatements("mov", "format", "container_created", c.entries, s.say)
		if d := cmp.Diff(c.want, s.facts); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestTagsAreBounded(t *testing.T) {
	t.Parallel()
	var many []libav.Entry
	for range 900 {
		many = append(many, libav.Entry{Key: "k", Value: "v"})
	}
	var s said
	sayFields("mov", libav.Container{Metadata: many}, []libav.Stream{{Metadata: many}}, s.say)
	tags := of[pipeline.Tag](s)
	if len(tags) != 1000 || tags[899].Group != "format" || tags[900].Group != "stream:0" {
		t.Errorf("%d tags", len(tags))
	}
}
