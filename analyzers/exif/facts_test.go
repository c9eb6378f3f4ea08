package exif

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dokaz/pipeline"
)

func ptr[T any](v T) *T { return &v }

func point(lat, lon string, latv, lonv []uint32) []entry {
	return []entry{ascii(1, lat), rationals(2, 5, latv...), ascii(3, lon), rationals(4, 5, lonv...)}
}

// typed leaves out tags.
func typed(s said) (out []pipeline.Fact) {
	for _, f := range s.facts {
		if _, isTag := f.(pipeline.Tag); !isTag {
			out = append(out, f)
		}
	}
	return out
}

func TestFacts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		file []byte
		want []pipeline.Fact
	}{
		{name: "no metadata", file: jpegOf()},
		{
			name: "a phone's photo",
			file: jpegOf(exifSegment(tiffOf(content{
				ifd0: []entry{ascii(0x10f, "Xiaomi"), ascii(0x110, "Mi A3"), short(0x112, 6), ascii(0x131, "MIUI 12"), ascii(0x132, "2020:08:09 22:14:06"), ascii(0x13c, "phone")},
				exif: []entry{
					ascii(0x9003, "2020:08:09 22:14:05"), ascii(0x9004, "2020:08:09 22:14:05"), ascii(0x9010, "+03:00"), ascii(0x9011, "+03:00"),
					ascii(0x9291, "0740"), short(0xa002, 4000), short(0xa003, 3000), ascii(0xa431, "S/N 1"), ascii(0xa434, "wide"),
				},
				gps: append(point("N", "E", []uint32{53, 1, 54, 1, 1234, 100}, []uint32{27, 1, 33, 1, 0, 1}),
					entry{5, 1, 1, []byte{1}}, rationals(6, 5, 2005, 10), rationals(7, 5, 19, 1, 14, 1, 4500, 1000), ascii(18, "WGS-84"), ascii(29, "2020:08:09")),
			}))),
			want: []pipeline.Fact{
				pipeline.CaptureTime{Meaning: "original", Source: "ExifIFD:DateTimeOriginal", Raw: "2020:08:09 22:14:05", Local: "2020-08-09T22:14:05.074", Zone: pipeline.ZoneStated, Offset: ptr(180)},
				pipeline.CaptureTime{Meaning: "digitized", Source: "ExifIFD:DateTimeDigitized", Raw: "2020:08:09 22:14:05", Local: "2020-08-09T22:14:05", Zone: pipeline.ZoneUnstated},
				pipeline.CaptureTime{Meaning: "modified", Source: "IFD0:DateTime", Raw: "2020:08:09 22:14:06", Local: "2020-08-09T22:14:06", Zone: pipeline.ZoneStated, Offset: ptr(180)},
				pipeline.CaptureTime{Meaning: "gps", Source: "GPS:GPSTimeStamp", Raw: "2020:08:09 19/1 14/1 4500/1000", Local: "2020-08-09T19:14:04.5", Zone: pipeline.ZoneUTC},
				pipeline.Position{Source: "GPS", Latitude: 53 + 54.0/60 + 12.34/3600, Longitude: 27.55, Altitude: ptr(-200.5), Datum: "WGS-84", Raw: "53/1 54/1 1234/100 N 27/1 33/1 0/1 E"},
				pipeline.Device{Source: "Exif", Make: "Xiaomi", Model: "Mi A3", Serial: "S/N 1", Lens: "wide"},
				pipeline.EncoderTrace{Source: "IFD0:Software", Value: "MIUI 12"},
				pipeline.EncoderTrace{Source: "IFD0:HostComputer", Value: "phone"},
				pipeline.Raster{Source: "exif", Width: 4000, Height: 3000, Orientation: 6},
			},
		},
		{
			name: "clocks that were never set, dates that do not exist",
			file: tiffOf(content{ifd0: []entry{ascii(0x132, "    :  :     :  :  ")}, exif: []entry{ascii(0x9003, "0000:00:00 00:00:00"), ascii(0x9004, "2020:02:30 10:00:00")}}),
			want: []pipeline.Fact{
				pipeline.CaptureTime{Meaning: "original", Source: "ExifIFD:DateTimeOriginal", Raw: "0000:00:00 00:00:00", Zone: pipeline.ZoneUnstated},
				pipeline.CaptureTime{Meaning: "digitized", Source: "ExifIFD:DateTimeDigitized", Raw: "2020:02:30 10:00:00", Zone: pipeline.ZoneUnstated},
				pipeline.CaptureTime{Meaning: "modified", Source: "IFD0:DateTime", Raw: "    :  :     :  :  ", Zone: pipeline.ZoneUnstated},
			},
		},
		{
			name: "an editor's ISO date in Exif",
			file: tiffOf(content{ifd0: []entry{ascii(0x132, "2023-09-27T14:32:53-04:30")}}),
			want: []pipeline.Fact{
				pipeline.CaptureTime{Meaning: "modified", Source: "IFD0:DateTime", Raw: "2023-09-27T14:32:53-04:30", Local: "2023-09-27T14:32:53", Zone: pipeline.ZoneStated, Offset: ptr(-270)},
			},
		},
		{
			name: "a camera that fills its fields with remains",
			file: tiffOf(content{ifd0: []entry{ascii(0x110, "MAVICA\x003ghx7y"), ascii(0x132, "2001:02:03 04:05:06\x00\xff\xff")}}),
			want: []pipeline.Fact{
				pipeline.CaptureTime{Meaning: "modified", Source: "IFD0:DateTime", Raw: "2001:02:03 04:05:06", Local: "2001-02-03T04:05:06", Zone: pipeline.ZoneUnstated},
				pipeline.Device{Source: "Exif", Model: "MAVICA"},
				pipeline.Disagreement{Group: "IFD0", ID: "272", Name: "Model", Readings: []pipeline.Reading{
					{Reader: "dokaz", Value: `MAVICA\x003ghx7y`}, {Reader: "goexif", Value: "MAVICA"}, {Reader: "imagemeta", Value: "MAVICA3ghx7y"},
				}},
				pipeline.Disagreement{Group: "IFD0", ID: "306", Name: "DateTime", Readings: []pipeline.Reading{
					{Reader: "dokaz", Value: `2001:02:03 04:05:06\x00\xFF\xFF`}, {Reader: "goexif", Value: "2001:02:03 04:05:06"}, {Reader: "imagemeta", Value: "2001:02:03 04:05:06\uFFFD\uFFFD"},
				}},
			},
		},
		{
			name: "south and west", file: tiffOf(content{gps: point("S", "W", []uint32{1, 1, 30, 1, 0, 1}, []uint32{180, 1, 0, 1, 0, 1})}),
			want: []pipeline.Fact{pipeline.Position{Source: "GPS", Latitude: -1.5, Longitude: -180, Raw: "1/1 30/1 0/1 S 180/1 0/1 0/1 W"}},
		},
		{
			name: "null island is stated, for the rules to judge", file: tiffOf(content{gps: point("N", "E", []uint32{0, 1, 0, 1, 0, 1}, []uint32{0, 1, 0, 1, 0, 1})}),
			want: []pipeline.Fact{pipeline.Position{Source: "GPS", Raw: "0/1 0/1 0/1 N 0/1 0/1 0/1 E"}},
		},
		{name: "no references", file: tiffOf(content{gps: []entry{rationals(2, 5, 53, 1, 0, 1, 0, 1), rationals(4, 5, 27, 1, 0, 1, 0, 1)}})},
		{name: "beyond the pole", file: tiffOf(content{gps: point("N", "E", []uint32{91, 1, 0, 1, 0, 1}, []uint32{27, 1, 0, 1, 0, 1})})},
		{name: "minutes of 61", file: tiffOf(content{gps: point("N", "E", []uint32{53, 1, 61, 1, 0, 1}, []uint32{27, 1, 0, 1, 0, 1})})},
		{
			name: "time of day without a date", file: tiffOf(content{gps: []entry{rationals(7, 5, 19, 1, 14, 1, 0, 1)}}),
			want: []pipeline.Fact{pipeline.CaptureTime{Meaning: "gps", Source: "GPS:GPSTimeStamp", Raw: "19/1 14/1 0/1", Zone: pipeline.ZoneUTC}},
		},
		{
			name: "twenty-five o'clock", file: tiffOf(content{gps: []entry{rationals(7, 5, 25, 1, 0, 1, 0, 1), ascii(29, "2020:08:09")}}),
			want: []pipeline.Fact{pipeline.CaptureTime{Meaning: "gps", Source: "GPS:GPSTimeStamp", Raw: "2020:08:09 25/1 0/1 0/1", Zone: pipeline.ZoneUTC}},
		},
		{
			name: "XMP",
			file: jpegOf(xmpSegment(xmpOf(`xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:p="http://ns.adobe.com/photoshop/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"` +
				` xmp:CreateDate="2020-08-09T22:14:05.25+03:00" xmp:ModifyDate="2020-08-10T10:00Z" p:DateCreated="2020-08-09" xmp:CreatorTool="Adobe Photoshop 21"` +
				` exif:GPSLatitude="53,54.5N" exif:GPSLongitude="27,33.0W">`))),
			want: []pipeline.Fact{
				pipeline.CaptureTime{Meaning: "digitized", Source: "xmp:CreateDate", Raw: "2020-08-09T22:14:05.25+03:00", Local: "2020-08-09T22:14:05.25", Zone: pipeline.ZoneStated, Offset: ptr(180)},
				pipeline.CaptureTime{Meaning: "modified", Source: "xmp:ModifyDate", Raw: "2020-08-10T10:00Z", Local: "2020-08-10T10:00:00", Zone: pipeline.ZoneStated, Offset: ptr(0)},
				pipeline.CaptureTime{Meaning: "original", Source: "photoshop:DateCreated", Raw: "2020-08-09", Local: "2020-08-09", Zone: pipeline.ZoneUnstated},
				pipeline.EncoderTrace{Source: "xmp:CreatorTool", Value: "Adobe Photoshop 21"},
				pipeline.Position{Source: "exif:GPSLatitude", Latitude: 53 + 54.5/60, Longitude: -27.55, Raw: "53,54.5N 27,33.0W"},
			},
		},
		{
			name: "IPTC of Facebook",
			file: jpegOf(photoshopSegment(iimOf(2, 40, "FBMD01000abd0300") + iimOf(2, 55, "20200809") + iimOf(2, 60, "221405+0300"))),
			want: []pipeline.Fact{
				pipeline.EncoderTrace{Source: "IPTC:2:40", Value: "FBMD01000abd0300"},
				pipeline.CaptureTime{Meaning: "original", Source: "IPTC:2:55", Raw: "20200809 221405+0300", Local: "2020-08-09T22:14:05", Zone: pipeline.ZoneStated, Offset: ptr(180)},
			},
		},
		{
			name: "IPTC's zero zone is nominal",
			file: jpegOf(photoshopSegment(iimOf(2, 55, "20200809") + iimOf(2, 60, "221405+0000"))),
			want: []pipeline.Fact{
				pipeline.CaptureTime{Meaning: "original", Source: "IPTC:2:55", Raw: "20200809 221405+0000", Local: "2020-08-09T22:14:05", Zone: pipeline.ZoneNominal},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := read(hold(tt.file))
			if got.err != nil {
				t.Error(got.err)
			}
			if d := cmp.Diff(tt.want, typed(got), cmpopts.EquateApprox(0, 1e-12)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestNotesOfPositions(t *testing.T) {
	t.Parallel()
	for want, gps := range map[string][]entry{
		"zero denominator":    point("N", "E", []uint32{53, 1, 54, 0, 0, 1}, []uint32{27, 1, 0, 1, 0, 1}),
		"out of range":        point("N", "E", []uint32{90, 1, 0, 1, 1, 1}, []uint32{27, 1, 0, 1, 0, 1}),
		"no reference N or S": point("", "E", []uint32{53, 1, 54, 1, 0, 1}, []uint32{27, 1, 0, 1, 0, 1}),
		"4 components":        point("N", "E", []uint32{53, 1, 54, 1, 0, 1, 0, 1}, []uint32{27, 1, 0, 1, 0, 1}),
		"not a number":        {ascii(1, "N"), ascii(2, "53.9"), ascii(3, "E"), rationals(4, 5, 27, 1, 0, 1, 0, 1)},
		"":                    point("N", "E", []uint32{53, 1, 54, 1, 0, 1}, []uint32{27, 1, 0, 1, 0, 1}),
	} {
		got := read(hold(tiffOf(content{gps: gps})))
		for _, tag := range all[pipeline.Tag](got) {
			if tag.Reader == readerOwn && tag.Group == "GPS" && tag.ID == "2" && tag.Note != want {
				t.Errorf("note %q, want %q", tag.Note, want)
			}
		}
		if stated := len(all[pipeline.Position](got)) > 0; stated != (want == "") {
			t.Errorf("%q: position stated: %v", want, stated)
		}
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	u16 := func(s string) string {
		var b []byte
		for _, r := range s {
			b = binary.LittleEndian.AppendUint16(b, uint16(r))
		}
		return string(b)
	}
	float := binary.LittleEndian.AppendUint32(nil, math.Float32bits(1.5))
	tests := []struct {
		name  string
		group string
		e     entry
		value string
		cut   bool
		note  string
		agree bool // goexif and imagemeta agree
	}{
		{"text", "IFD0", ascii(0x10f, "Canon"), "Canon", false, "", true},
		{"text of blanks and NULs", "IFD0", entry{0x10f, 2, 8, []byte("Canon \x00\x00")}, "Canon ", false, "", true},
		{"text without end", "IFD0", entry{0x10f, 2, 5, []byte("Canon")}, "Canon", false, "", true},
		{"Cyrillic in UTF-8", "IFD0", ascii(0x10f, "Зенит"), "Зенит", false, "not ASCII: read as UTF-8", true},
		{"Cyrillic in CP1251", "IFD0", ascii(0x10f, "\xc7\xe5\\"), `\xC7\xE5\\`, false, "not valid UTF-8; escaped; as windows-1251: Зе\\", true},
		{"long text", "IFD0", ascii(0x10e, strings.Repeat("ab", 5000)), strings.Repeat("ab", 4096), true, "", true},
		{"integer", "IFD0", short(0x112, 6), "6", false, "", true},
		{"integers", "IFD0", entry{0x102, 3, 3, []byte{8, 0, 8, 0, 8, 0}}, "8 8 8", false, "", true},
		{"bytes as numbers", "GPS", entry{0, 1, 4, []byte{2, 3, 0, 0}}, "2 3 0 0", false, "", true},
		{"fractions are not reduced", "ExifIFD", rationals(0x829a, 5, 10, 600), "10/600", false, "", true},
		{"negative fraction", "ExifIFD", rationals(0x9204, 10, 0xffffffff, 3), "-1/3", false, "", true},
		{"zero below the line", "ExifIFD", rationals(0x920a, 5, 0, 0), "0/0", false, "zero denominator", true},
		{"negative zero below the line is 0 for imagemeta", "ExifIFD", rationals(0x9204, 10, 5, 0), "5/0", false, "zero denominator", false},
		{"float", "IFD0", entry{0x9999, 11, 1, float}, "1.5", false, "", true},
		{"signed short is unsigned for imagemeta", "IFD0", entry{0x9999, 8, 1, []byte{0xff, 0xff}}, "-1", false, "", false},
		{"raw bytes", "ExifIFD", undefined(0x927c, strings.Repeat("\x01\x02", 40)), strings.Repeat("0102", 32), true, "hexadecimal", true},
		{"version", "ExifIFD", undefined(0x9000, "0232"), "0232", false, "", true},
		{"components", "ExifIFD", undefined(0x9101, "\x01\x02\x03\x00"), "1 2 3 0", false, "", true},
		{"scene", "ExifIFD", undefined(0xa301, "\x01"), "1", false, "", true},
		{"APEX aperture", "ExifIFD", rationals(0x9202, 5, 4, 1), "4/1", false, "", true},
		{"APEX shutter", "ExifIFD", rationals(0x9201, 10, 7, 1), "7/1", false, "", true},
		{"subseconds keep zeros", "ExifIFD", ascii(0x9291, "0074"), "0074", false, "", true},
		{"comment in ASCII", "ExifIFD", undefined(0x9286, "ASCII\x00\x00\x00hello\x00"), "hello", false, "code ASCII", true},
		{"comment of type ASCII", "GPS", ascii(27, "ASCII\x00\x00\x00NETWORK"), "NETWORK", false, "code ASCII", true},
		{"comment in UTF-16", "ExifIFD", undefined(0x9286, "UNICODE\x00"+u16("Мiнск!")), "Мiнск!", false, "code UNICODE, UTF-16LE", true},
		{"comment in no code", "ExifIFD", undefined(0x9286, strings.Repeat("\x00", 8)+"hi"), "hi", false, "code undefined", true},
		{"comment in JIS", "ExifIFD", undefined(0x9286, "JIS\x00\x00\x00\x00\x00\x1b$B"), "1b2442", false, "code JIS; hexadecimal", true},
		{"Windows title", "IFD0", entry{0x9c9b, 1, 12, []byte(u16("Мінск\x00"))}, "Мінск", false, "UTF-16LE", true},
		{"empty", "IFD0", entry{0x10f, 2, 1, []byte{0}}, "", false, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := content{}
			switch tt.group {
			case "IFD0":
				c.ifd0 = []entry{tt.e}
			case "ExifIFD":
				c.exif = []entry{tt.e}
			case "GPS":
				c.gps = []entry{tt.e}
			}
			got := read(hold(jpegOf(exifSegment(tiffOf(c)))))
			if got.err != nil {
				t.Fatal(got.err)
			}
			found := 0
			for _, tag := range all[pipeline.Tag](got) {
				if tag.Group != tt.group || tag.Name == "ExifIFDPointer" || tag.Name == "GPSInfoIFDPointer" {
					continue
				}
				found++
				if tag.Reader != readerOwn {
					continue
				}
				want := pipeline.Tag{
					Reader: readerOwn, Group: tt.group, ID: tag.ID, Name: tag.Name, Type: tag.Type, Count: int64(tt.e.count),
					Value: tt.value, Cut: tt.cut, Note: tt.note,
				}
				if d := cmp.Diff(want, tag); d != "" {
					t.Errorf("(-want +got)\n%s", d)
				}
			}
			if found < 2 {
				t.Errorf("%d readers", found)
			}
			if ds := all[pipeline.Disagreement](got); (len(ds) == 0) != tt.agree {
				t.Errorf("disagreements: %+v", ds)
			}
		})
	}
}
