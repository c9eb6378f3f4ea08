package rules

import (
	"slices"
	"strings"

	"dokaz/pipeline"
)

var (
	by      = pipeline.Ref{Analyzer: "exif", Version: 1}
	someID  = pipeline.DigestOf([]byte("item"))
	otherID = pipeline.DigestOf([]byte("other"))
)

func item(k pipeline.Kind, format string) pipeline.Item {
	return pipeline.Item{Digest: someID, Size: 10, Kind: k, Format: format}
}

// states is a photo of which these facts were said.
func states(facts ...pipeline.Fact) pipeline.Dossier {
	d := pipeline.Dossier{Item: item(pipeline.Photo, "jpeg")}
	for _, f := range facts {
		d.Examination.Measurements = append(d.Examination.Measurements, pipeline.Measurement{By: by, Where: pipeline.At(12, 20), Fact: f})
	}
	return d
}

// claiming adds a receipt with these claims.
func claiming(d pipeline.Dossier, name string, c pipeline.Claims) pipeline.Dossier {
	d.Receipts = append(d.Receipts, pipeline.Receipt{Item: d.Item.Digest, Name: name, Path: name, Claims: c})
	return d
}

func ended(d pipeline.Dossier, analyzer string, s pipeline.Status, reason string) pipeline.Dossier {
	d.Examination.Outcomes = append(d.Examination.Outcomes, pipeline.Outcome{By: pipeline.Ref{Analyzer: analyzer}, Status: s, Reason: reason})
	return d
}

func taken(meaning, local string, zone pipeline.ZoneRule, offset ...int) pipeline.CaptureTime {
	t := pipeline.CaptureTime{Meaning: meaning, Source: meaning, Raw: local, Local: local, Zone: zone}
	if len(offset) > 0 {
		t.Offset = &offset[0]
	}
	return t
}

func claimedAt(s string) pipeline.Claims { return pipeline.Claims{ClaimedTime: s} }

func claimedIn(lat, lon string) pipeline.Claims {
	return pipeline.Claims{Latitude: lat, Longitude: lon}
}

// testCase is a dossier and what a rule must find in it.
type testCase struct {
	in   pipeline.Dossier
	want []string
}

// judged tells what a rule found: weight and values in the order of their names.
func judged(fs []pipeline.Finding) []string {
	var out []string
	for _, f := range fs {
		names := make([]string, 0, len(f.Values))
		for n, v := range f.Values {
			names = append(names, n+"="+v)
		}
		slices.Sort(names)
		out = append(out, strings.Join(append([]string{string(f.Weight)}, names...), " "))
	}
	return out
}

var minsk = pipeline.Position{Source: "GPS", Latitude: 53.9, Longitude: 27.5667, Raw: "r"}

// cases say, rule by rule, what is found in what.
var cases = map[pipeline.Code]map[string]testCase{
	"time.claim_agrees": {
		"the same wall clock without zones": {
			claiming(states(taken("original", "2020-08-10T21:30:00", pipeline.ZoneUnstated)), "a", claimedAt("2020-08-10 21:30")),
			[]string{"supports claimed=2020-08-10 21:30 gap=0 s meaning=original stated=2020-08-10 21:30:00 zone=unstated"},
		},
		"a quarter of an hour apart, no more": {
			claiming(states(taken("original", "2020-08-10T21:45:59", pipeline.ZoneUnstated)), "a", claimedAt("2020-08-10 21:30")),
			[]string{"supports claimed=2020-08-10 21:30 gap=15 min meaning=original stated=2020-08-10 21:45:59 zone=unstated"},
		},
		"within the claimed day": {
			claiming(states(taken("original", "2020-08-10T23:59:00", pipeline.ZoneUnstated)), "a", claimedAt("2020-08-10")),
			[]string{"supports claimed=2020-08-10 gap=0 s meaning=original stated=2020-08-10 23:59:00 zone=unstated"},
		},
		"one instant told in two zones": {
			claiming(states(taken("gps", "2020-08-10T18:30:00", pipeline.ZoneUTC)), "a", claimedAt("2020-08-10 21:30+03:00")),
			[]string{"supports claimed=2020-08-10 21:30+03:00 gap=0 s meaning=gps stated=2020-08-10 18:30:00 UTC zone=utc"},
		},
		"a container in UTC as its format says": {
			claiming(states(taken("container_created", "2020-08-10T18:35:00", pipeline.ZoneNominal)), "a", claimedAt("2020-08-10 21:30 +03:00")),
			[]string{"supports claimed=2020-08-10 21:30 +03:00 gap=4 min 1 s meaning=container_created stated=2020-08-10 18:35:00 zone=nominal"},
		},
		"a container in local time as many devices write it": {
			claiming(states(taken("container_created", "2020-08-10T21:35:00", pipeline.ZoneNominal)), "a", claimedAt("2020-08-10 21:30 +03:00")),
			[]string{"supports claimed=2020-08-10 21:30 +03:00 gap=4 min 1 s meaning=container_created stated=2020-08-10 21:35:00 zone=nominal"},
		},
		"other meanings of time are not compared": {
			claiming(states(taken("modified", "2020-08-10T21:30:00", pipeline.ZoneUnstated), taken("filename", "2020-08-10T21:30:00", pipeline.ZoneUnstated)), "a", claimedAt("2020-08-10 21:30")), nil,
		},
		"a second told with and without its fraction is one": {
			claiming(states(taken("original", "2020-08-10T21:30:00.18", pipeline.ZoneUnstated), taken("original", "2020-08-10T21:30:00", pipeline.ZoneUnstated)), "a", claimedAt("2020-08-10 21:30")),
			[]string{"supports claimed=2020-08-10 21:30 gap=0 s meaning=original stated=2020-08-10 21:30:00.18 zone=unstated"},
		},
		"the same instants told twice are one finding with both places": {
			claiming(states(taken("original", "2020-08-10T21:30:00", pipeline.ZoneUnstated), taken("original", "2020-08-10T21:30:00", pipeline.ZoneUnstated)), "a", claimedAt("2020-08-10 21:30")),
			[]string{"supports claimed=2020-08-10 21:30 gap=0 s meaning=original stated=2020-08-10 21:30:00 zone=unstated"},
		},
	},
	"time.claim_unresolved": {
		"26 hours apart on clocks without zones can be one instant": {
			claiming(states(taken("original", "2020-08-11T23:30:00", pipeline.ZoneUnstated)), "a", claimedAt("2020-08-10 21:30:00")),
			[]string{"note claimed=2020-08-10 21:30:00 gap=1 d 2 h meaning=original stated=2020-08-11 23:30:00 zone=unstated"},
		},
		"a claim in UTC and a clock of unstated zone": {
			claiming(states(taken("original", "2020-08-10T21:30:00", pipeline.ZoneUnstated)), "a", claimedAt("2020-08-10T18:30:00Z")),
			[]string{"note claimed=2020-08-10T18:30:00Z gap=3 h meaning=original stated=2020-08-10 21:30:00 zone=unstated"},
		},
		"an hour off between known zones": {
			claiming(states(taken("original", "2020-08-10T22:30:00", pipeline.ZoneStated, 180)), "a", claimedAt("2020-08-10T21:30:00+03:00")),
			[]string{"note claimed=2020-08-10T21:30:00+03:00 gap=1 h meaning=original stated=2020-08-10 22:30:00 UTC+03:00 zone=stated"},
		},
	},
	"time.claim_differs": {
		"more than 26 hours and the clock's slack apart": {
			claiming(states(taken("original", "2020-08-12T01:30:01", pipeline.ZoneUnstated)), "a", claimedAt("2020-08-10 21:30:00")),
			[]string{"contradicts claimed=2020-08-10 21:30:00 gap=2 h meaning=original stated=2020-08-12 01:30:01 zone=unstated"},
		},
		"a second less does not": {
			claiming(states(taken("original", "2020-08-12T01:30:00", pipeline.ZoneUnstated)), "a", claimedAt("2020-08-10 21:30:00")), nil,
		},
		"before the claim": {
			claiming(states(taken("gps", "2019-08-10T18:30:00", pipeline.ZoneUTC)), "a", claimedAt("2020-08-10 21:30 +03:00")),
			[]string{"contradicts claimed=2020-08-10 21:30 +03:00 gap=366 d meaning=gps stated=2019-08-10 18:30:00 UTC zone=utc"},
		},
		"a container written later only asks": {
			claiming(states(taken("container_created", "2020-08-20T18:30:00", pipeline.ZoneNominal)), "a", claimedAt("2020-08-10")),
			[]string{"questions claimed=2020-08-10 gap=8 d 16 h meaning=container_created stated=2020-08-20 18:30:00 zone=nominal"},
		},
		"a container written earlier contradicts": {
			claiming(states(taken("container_created", "2020-08-01T18:30:00", pipeline.ZoneNominal)), "a", claimedAt("2020-08-10")),
			[]string{"contradicts claimed=2020-08-10 gap=7 d 3 h meaning=container_created stated=2020-08-01 18:30:00 zone=nominal"},
		},
		"a clock that was never set states no time": {
			claiming(states(taken("original", "1970-01-01T00:00:00", pipeline.ZoneUnstated)), "a", claimedAt("2020-08-10")), nil,
		},
		"a field that holds no time states none": {
			claiming(states(taken("original", "", pipeline.ZoneUnstated)), "a", claimedAt("2020-08-10")), nil,
		},
		"two claims are two comparisons": {
			claiming(claiming(states(taken("original", "2020-08-10T21:30:00", pipeline.ZoneUnstated)), "a", claimedAt("2019")), "b", claimedAt("2021")),
			[]string{
				"contradicts claimed=2019 gap=221 d 19 h meaning=original stated=2020-08-10 21:30:00 zone=unstated",
				"contradicts claimed=2021 gap=142 d meaning=original stated=2020-08-10 21:30:00 zone=unstated",
			},
		},
	},
	"time.claim_unread": {
		"words":                            {claiming(states(), "a", claimedAt("about noon")), []string{"note claimed=about noon"}},
		"ambiguous order of day and month": {claiming(states(), "a", claimedAt("08/09/2020")), []string{"note claimed=08/09/2020"}},
		"no claim":                         {claiming(states(), "a", claimedAt(" ")), nil},
		"a readable":                       {claiming(states(), "a", claimedAt("2020")), nil},
	},
	"time.order": {
		"modified before taken": {
			states(taken("original", "2020-08-10T21:30:00", pipeline.ZoneUnstated), taken("modified", "2020-08-10T21:00:00", pipeline.ZoneUnstated)),
			[]string{"questions capture=2020-08-10 21:30:00 gap=30 min later=2020-08-10 21:00:00 meaning=modified"},
		},
		"two seconds are nothing": {
			states(taken("original", "2020-08-10T21:30:02", pipeline.ZoneUnstated), taken("modified", "2020-08-10T21:30:00", pipeline.ZoneUnstated)), nil,
		},
		"modified after": {
			states(taken("original", "2020-08-10T21:30:00", pipeline.ZoneUnstated), taken("modified", "2021-08-10T21:00:00", pipeline.ZoneUnstated)), nil,
		},
		"an unstated zone may excuse hours": {
			states(taken("original", "2020-08-10T21:30:00", pipeline.ZoneStated, 180), taken("modified", "2020-08-10T18:30:00", pipeline.ZoneUnstated)), nil,
		},
		"but not days": {
			states(taken("original", "2020-08-10T21:30:00", pipeline.ZoneStated, 180), taken("modified", "2020-08-08T18:30:00", pipeline.ZoneUnstated)),
			[]string{"questions capture=2020-08-10 21:30:00 UTC+03:00 gap=1 d 12 h later=2020-08-08 18:30:00 meaning=modified"},
		},
	},
	"time.gps_differs": {
		"more than an hour from a stated zone": {
			states(taken("gps", "2020-08-10T16:30:00", pipeline.ZoneUTC), taken("original", "2020-08-10T21:30:00", pipeline.ZoneStated, 180)),
			[]string{"questions capture=2020-08-10 21:30:00 UTC+03:00 gap=2 h gps=2020-08-10 16:30:00 UTC zone=stated"},
		},
		"any zone may be unstated": {
			states(taken("gps", "2020-08-10T07:30:00", pipeline.ZoneUTC), taken("original", "2020-08-10T21:30:00", pipeline.ZoneUnstated)), nil,
		},
		"none reaches so far": {
			states(taken("gps", "2020-08-10T06:00:00", pipeline.ZoneUTC), taken("original", "2020-08-10T21:30:00", pipeline.ZoneUnstated)),
			[]string{"questions capture=2020-08-10 21:30:00 gap=1 h 30 min gps=2020-08-10 06:00:00 UTC zone=unstated"},
		},
	},
	"time.unset": {
		"zeros":              {states(pipeline.CaptureTime{Meaning: "original", Source: "ExifIFD:DateTimeOriginal", Raw: "0000:00:00 00:00:00"}), []string{"note field=ExifIFD:DateTimeOriginal stated=0000:00:00 00:00:00"}},
		"blanks":             {states(pipeline.CaptureTime{Source: "f", Raw: "    :  :     :  :  "}), []string{"note field=f stated=    :  :     :  :  "}},
		"1904":               {states(taken("container_created", "1904-01-01T00:00:00", pipeline.ZoneNominal)), []string{"note field=container_created stated=1904-01-01T00:00:00"}},
		"1970 in local time": {states(taken("original", "1970-01-01T03:00:00", pipeline.ZoneUnstated)), []string{"note field=original stated=1970-01-01T03:00:00"}},
		"a set clock":        {states(taken("original", "2020-08-10T21:30:00", pipeline.ZoneUnstated)), nil},
		"no text":            {states(pipeline.CaptureTime{Source: "f"}), nil},
	},
	"time.filename": {
		"a phone's":                       {claiming(states(), "IMG_20200810_213012.jpg", pipeline.Claims{}), []string{"note name=IMG_20200810_213012.jpg stated=2020-08-10 21:30:12"}},
		"with milliseconds":               {claiming(states(), "PXL_20200810_183012123.jpg", pipeline.Claims{}), []string{"note name=PXL_20200810_183012123.jpg stated=2020-08-10 18:30:12"}},
		"an exporter's":                   {claiming(states(), "photo_2020-08-10_21-30-12.jpg", pipeline.Claims{}), []string{"note name=photo_2020-08-10_21-30-12.jpg stated=2020-08-10 21:30:12"}},
		"in words":                        {claiming(states(), "WhatsApp Image 2020-08-10 at 12.00.01.jpeg", pipeline.Claims{}), []string{"note name=WhatsApp Image 2020-08-10 at 12.00.01.jpeg stated=2020-08-10 12:00:01"}},
		"a date alone":                    {claiming(states(), "2020.08.10 square.mp4", pipeline.Claims{}), []string{"note name=2020.08.10 square.mp4 stated=2020-08-10"}},
		"no such day":                     {claiming(states(), "IMG_20201399.jpg", pipeline.Claims{}), nil},
		"a number":                        {claiming(states(), "1597086000000.jpg", pipeline.Claims{}), nil},
		"a longer number":                 {claiming(states(), "x120200810y.jpg", pipeline.Claims{}), nil},
		"mixed separators":                {claiming(states(), "2020-08.10.jpg", pipeline.Claims{}), nil},
		"a messenger's is another rule's": {claiming(states(), "IMG-20191006-WA0002.jpg", pipeline.Claims{}), nil},
	},
	"time.filename_received": {
		// The name of a file of known history: forensics-samples-files, pic2, received over WhatsApp.
		"a received file": {claiming(states(), "IMG-20191006-WA0002.jpg", pipeline.Claims{}), []string{"note name=IMG-20191006-WA0002.jpg stated=2019-10-06"}},
		"a video":         {claiming(states(), "VID-20200810-WA0113 (1).mp4", pipeline.Claims{}), []string{"note name=VID-20200810-WA0113 (1).mp4 stated=2020-08-10"}},
		"no such day":     {claiming(states(), "IMG-20200230-WA0002.jpg", pipeline.Claims{}), nil},
		"no number":       {claiming(states(), "IMG-20200810-WA.jpg", pipeline.Claims{}), nil},
	},
	"place.claim_agrees": {
		"within a kilometre":     {claiming(states(minsk), "a", claimedIn("53,9", "27,5700")), []string{"supports claimed=53.900000, 27.570000 distance=216 m stated=53.900000, 27.566700"}},
		"in degrees and minutes": {claiming(states(minsk), "a", claimedIn(`53°54'00"N`, "27 34 E")), []string{"supports claimed=53.900000, 27.566667 distance=2 m stated=53.900000, 27.566700"}},
		"0,0 is no place":        {claiming(states(pipeline.Position{Raw: "r"}), "a", claimedIn("0", "0")), nil},
	},
	"place.claim_near": {
		"across a town": {claiming(states(minsk), "a", claimedIn("53.95", "27.5667")), []string{"note claimed=53.950000, 27.566700 distance=5.6 km stated=53.900000, 27.566700"}},
	},
	"place.claim_differs": {
		"another town":                    {claiming(states(minsk), "a", claimedIn("52.0976", "23.7341")), []string{"contradicts claimed=52.097600, 23.734100 distance=325 km stated=53.900000, 27.566700"}},
		"across the antimeridian is near": {claiming(states(pipeline.Position{Latitude: 60, Longitude: 179.99, Raw: "r"}), "a", claimedIn("60", "-179.99")), nil},
	},
	"place.claim_unread": {
		"words alone":          {claiming(states(minsk), "a", pipeline.Claims{ClaimedPlace: "Minsk"}), []string{"note claimed=Minsk"}},
		"one of two":           {claiming(states(minsk), "a", claimedIn("53.9", "")), []string{"note claimed=53.9 /"}},
		"off the globe":        {claiming(states(minsk), "a", claimedIn("91", "27")), []string{"note claimed=91 / 27"}},
		"words beside numbers": {claiming(states(minsk), "a", pipeline.Claims{ClaimedPlace: "Minsk", Latitude: "53.9", Longitude: "27.5"}), nil},
	},
	"place.null_island": {
		"stated":  {states(pipeline.Position{Source: "format:location", Raw: "+00.0000+000.0000/"}), []string{"note"}},
		"claimed": {claiming(states(), "a", claimedIn("0.0", "0,0")), []string{"note"}},
		"neither": {claiming(states(minsk), "a", claimedIn("0", "27")), nil},
	},
	"place.incomplete": {
		"a zero below the line": {
			states(
				pipeline.Tag{Group: "GPS", ID: "1", Value: "N"}, pipeline.Tag{Group: "GPS", ID: "2", Value: "53/0 0/1 0/1", Note: "zero denominator"},
				pipeline.Tag{Group: "GPS", ID: "3", Value: "E"}, pipeline.Tag{Group: "GPS", ID: "4", Value: "27/1 0/1 0/1"},
			), []string{"note field=GPSLatitude what=zero_denominator"},
		},
		"the sign missing": {
			states(pipeline.Tag{Group: "GPS", ID: "1", Value: "N"}, pipeline.Tag{Group: "GPS", ID: "2", Value: "53/1"}, pipeline.Tag{Group: "GPS", ID: "4", Value: "27/1"}),
			[]string{"note field=GPSLongitudeRef what=missing"},
		},
		"no position at all": {states(pipeline.Tag{Group: "GPS", ID: "29", Value: "2020:08:10"}), nil},
		"another group":      {states(pipeline.Tag{Group: "InteropIFD", ID: "2", Value: "0100"}), nil},
		"not on the globe":   {states(pipeline.Position{Source: "GPS", Latitude: 123, Longitude: 1, Raw: "r"}), []string{"note field=GPS what=not_on_globe"}},
		"whole and readable": {
			states(pipeline.Tag{Group: "GPS", ID: "1"}, pipeline.Tag{Group: "GPS", ID: "2"}, pipeline.Tag{Group: "GPS", ID: "3"}, pipeline.Tag{Group: "GPS", ID: "4"}, minsk), nil,
		},
	},
	"file.extension_differs": {
		"another format":   {claiming(states(), "a.png", pipeline.Claims{}), []string{"questions declared=png detected=jpeg extension=png name=a.png"}},
		"one family":       {claiming(pipeline.Dossier{Item: item(pipeline.Video, "mp4")}, "a.MOV", pipeline.Claims{}), []string{"note declared=mov detected=mp4 extension=mov name=a.MOV"}},
		"another spelling": {claiming(states(), "a.JPEG", pipeline.Claims{}), nil},
		"no extension":     {claiming(states(), "a", pipeline.Claims{}), nil},
		"nothing detected": {claiming(pipeline.Dossier{Item: item(pipeline.Other, "")}, "a.png", pipeline.Claims{}), nil},
	},
	"file.trailing_data": {
		"a clip behind the photo":  {states(pipeline.Extent{What: "trailing", Length: 118672, Note: "mp4 signature"}), []string{"note length=118672 note=mp4 signature offset=12"}},
		"an archive":               {states(pipeline.Extent{What: "trailing", Length: 5, Note: "ZIP signature"}), []string{"questions length=5 note=ZIP signature offset=12"}},
		"a word that holds a name": {states(pipeline.Extent{What: "trailing", Length: 5, Note: "a shelf of zeros"}), []string{"note length=5 note=a shelf of zeros offset=12"}},
		"another extent":           {states(pipeline.Extent{What: "truncated"}), nil},
	},
	"file.truncated": {
		"how much is not told": {states(pipeline.Extent{What: "truncated"}), []string{"questions length=— note=— offset=12"}},
	},
	"file.damaged": {
		"a film cut off": {
			states(pipeline.Damage{Of: "frames", Stream: 1, Read: 120, Stated: 300, Until: 4.8, Duration: 12, Errors: 2, Concealed: 1, Times: []float64{4.7, 4.8}}),
			[]string{"questions duration=12 errors=3 missing=— of=frames read=120 stated=300 stream=1 times=4.7–4.8 until=4.8"},
		},
		"samples beyond the end": {
			states(pipeline.Damage{Of: "samples", Read: 5, Stated: 9, Missing: 1000}),
			[]string{"questions duration=— errors=— missing=1000 of=samples read=5 stated=9 stream=0 times=— until=—"},
		},
		"a photo whose rows were not counted": {
			states(pipeline.Damage{Of: "rows", Errors: 1}),
			[]string{"questions duration=— errors=1 missing=— of=rows read=— stated=— stream=0 times=— until=—"},
		},
		"whole": {states(), nil},
	},
	"file.preview_differs": {
		"another picture":   {states(viewHash("pdq0", pipeline.Hash256{}, 90), viewHash(pipeline.PreviewHash, pipeline.Hash256{1<<60 - 1, 1<<60 - 1}, 90)), []string{"questions distance=120 height=30 offset=12 width=40"}},
		"the same, turned":  {states(viewHash("pdq0", pipeline.Hash256{9}, 90), viewHash(pipeline.PreviewHash, pipeline.Hash256{9}.Turned(pipeline.Clockwise90), 90)), nil},
		"of little quality": {states(viewHash("pdq0", pipeline.Hash256{}, 90), viewHash(pipeline.PreviewHash, pipeline.Hash256{1<<60 - 1, 1<<60 - 1}, 20)), nil},
		"no picture":        {states(viewHash(pipeline.PreviewHash, pipeline.Hash256{1}, 90)), nil},
	},
	"file.empty": {
		"by size":   {pipeline.Dossier{Item: pipeline.Item{Digest: someID}}, []string{"questions"}},
		"by extent": {states(pipeline.Extent{What: "empty"}), []string{"questions"}},
		"not":       {states(), nil},
	},
	"meta.absent": {
		"nothing stated":            {ended(states(), "exif", pipeline.Done, ""), []string{"note device=absent position=absent time=absent"}},
		"only the place missing":    {ended(states(taken("original", "2020-08-10T21:30:00", pipeline.ZoneUnstated), pipeline.Device{Make: "X"}), "exif", pipeline.Done, ""), []string{"note device=present position=absent time=present"}},
		"all stated":                {ended(states(taken("original", "2020-08-10T21:30:00", pipeline.ZoneUnstated), pipeline.Device{Model: "X"}, minsk), "exif", pipeline.Done, ""), nil},
		"nobody finished looking":   {ended(states(), "exif", pipeline.Partial, "x"), nil},
		"another analyzer finished": {ended(states(), "container", pipeline.Done, ""), nil},
		"a video":                   {ended(pipeline.Dossier{Item: item(pipeline.Video, "mp4")}, "container", pipeline.Done, ""), []string{"note device=absent position=absent time=absent"}},
		"a document":                {ended(pipeline.Dossier{Item: item(pipeline.Other, "pdf")}, "exif", pipeline.Done, ""), nil},
	},
	"meta.readers_disagree": {
		"of little weight": {states(pipeline.Disagreement{Group: "ExifIFD", ID: "41729", Name: "SceneType", Readings: []pipeline.Reading{{Reader: "a", Value: "1"}, {Reader: "b", Value: "\x01"}}}), []string{"note count=1 fields=ExifIFD:SceneType"}},
		"about time": {
			states(pipeline.Disagreement{Group: "ExifIFD", Name: "DateTimeOriginal"}, pipeline.Disagreement{Group: "IFD0", ID: "700"}),
			[]string{"questions count=2 fields=ExifIFD:DateTimeOriginal, IFD0:700"},
		},
	},
	"meta.size_differs": {
		"made smaller": {states(pipeline.Raster{Source: "exif", Width: 4608, Height: 3456}, pipeline.Raster{Source: "header", Width: 1280, Height: 960}), []string{"questions height=960 stated_height=3456 stated_width=4608 width=1280"}},
		"turned":       {states(pipeline.Raster{Source: "exif", Width: 40, Height: 30}, pipeline.Raster{Source: "header", Width: 30, Height: 40}), []string{"note height=40 stated_height=30 stated_width=40 width=30"}},
		"the same":     {states(pipeline.Raster{Source: "exif", Width: 40, Height: 30}, pipeline.Raster{Source: "header", Width: 40, Height: 30}), nil},
		"not stated":   {states(pipeline.Raster{Source: "header", Width: 40, Height: 30}), nil},
	},
	"meta.software": {
		"an editor":  {states(pipeline.EncoderTrace{Source: "IFD0:Software", Value: "Adobe Photoshop CC 2019"}), []string{"note field=IFD0:Software software=Adobe Photoshop CC 2019"}},
		"a firmware": {states(pipeline.EncoderTrace{Source: "IFD0:Software", Value: "laurel_sprout-user 10"}), nil},
	},
	"platform.consistent": {
		"a messenger's name":    {claiming(states(), "IMG-20191006-WA0002.jpg", pipeline.Claims{}), []string{"note trace=whatsapp_name value=IMG-20191006-WA0002.jpg"}},
		"a network's mark":      {states(pipeline.Tag{Group: "IPTC", ID: "2:40", Value: "FBMD01000a9"}), []string{"note trace=facebook_fbmd value=FBMD01000a9"}},
		"a muxer's mark, twice": {states(pipeline.EncoderTrace{Source: "a", Value: "Lavf58.29.100"}, pipeline.EncoderTrace{Source: "b", Value: "Lavf58.29.100"}), []string{"note trace=ffmpeg_muxer value=Lavf58.29.100"}},
		"instructions by hand":  {states(pipeline.Tag{Group: "IPTC", ID: "2:40", Value: "crop left"}), nil},
	},
	"analysis.incomplete": {
		"failed":  {ended(states(), "container", pipeline.Failed, "the child process died"), []string{"questions analyzer=container reason=the child process died status=failed"}},
		"refused": {ended(states(), "pixelhash", pipeline.Refused, "limit"), []string{"questions analyzer=pixelhash reason=limit status=refused"}},
		"partial": {ended(states(), "framehash", pipeline.Partial, ""), []string{"note analyzer=framehash reason=— status=partial"}},
		"ended":   {ended(ended(states(), "exif", pipeline.Done, ""), "framehash", pipeline.Skipped, "a photo"), nil},
	},
	"reuse.same_bytes": {
		"twice": {claiming(claiming(states(), "a.jpg", pipeline.Claims{}), "b.jpg", pipeline.Claims{}), []string{"note names=2 receipts=2"}},
		"once":  {claiming(states(), "a.jpg", pipeline.Claims{}), nil},
	},
	"reuse.claims_differ": {
		"two years":          {claiming(claiming(states(), "a", claimedAt("2019-08-10")), "b", claimedAt("10.08.2020")), []string{"questions first=2019-08-10 second=10.08.2020 what=time"}},
		"two towns":          {claiming(claiming(states(), "a", claimedIn("53.9", "27.5667")), "b", claimedIn("52.0976", "23.7341")), []string{"questions first=53.900000, 27.566700 second=52.097600, 23.734100 what=place"}},
		"one day told twice": {claiming(claiming(states(), "a", claimedAt("2020-08-10")), "b", claimedAt("10.08.2020 21:30")), nil},
		"words":              {claiming(claiming(states(), "a", claimedAt("noon")), "b", claimedAt("2019")), nil},
	},
	"reuse.near": {
		"both strengths": {
			pipeline.Dossier{Item: item(pipeline.Photo, "jpeg"), Neighbours: []pipeline.Neighbour{
				{Match: pipeline.Match{Basis: pipeline.NearPicture, Strength: pipeline.Confirmed}, Other: pipeline.Item{Digest: otherID}},
				{Match: pipeline.Match{Basis: pipeline.NearPicture, Strength: pipeline.Suggested}, Other: pipeline.Item{Digest: otherID}},
			}}, []string{"note apart=0 confirmed=1 suggested=1"},
		},
		"none":                        {states(), nil},
		"what a person parted":        {parted(beside(states(), nearly, "b"), pipeline.Different), nil},
		"parted, and another":         {beside(parted(beside(states(), nearly, "b"), pipeline.Different), nearly, "c"), []string{"note apart=1 confirmed=1 suggested=0"}},
		"parted, and that taken back": {parted(beside(states(), nearly, "b"), pipeline.Same), []string{"note apart=0 confirmed=1 suggested=0"}},
	},
	"reuse.decided": {
		"different": {parted(beside(states(), nearly, "b.jpg"), pipeline.Different), []string{"note at=2026-11-23 09:30:00 UTC by=N. K. decision=different name=b.jpg"}},
		"one pair, two matches": {
			parted(beside(parted(beside(states(), nearly, "b.jpg"), pipeline.Same), pipeline.Match{Basis: pipeline.SharedAudio}, "b.jpg"), pipeline.Same),
			[]string{"note at=2026-11-23 09:30:00 UTC by=N. K. decision=same name=b.jpg"},
		},
		"nobody": {beside(states(), nearly, "b.jpg"), nil},
	},
	"reuse.more_original": {
		"a camera's file beside a stripped one": {
			beside(states(size(600, 400)), nearly, "DSC_1.jpg", size(6000, 4000), canon, evening, notes),
			[]string{comparison("note", "DSC_1.jpg", 1, 5, 0, map[string]string{"camera": "other", "metadata": "other", "pixels": "other"})},
		},
		"a stripped one beside a camera's file": {beside(states(size(6000, 4000), canon, evening, notes), nearly, "b", size(600, 400)), nil},
		"signs on both sides, more for the other": {
			beside(states(size(1100, 800)), nearly, "b", size(600, 400), canon, evening),
			[]string{comparison("note", "b", 1, 3, 1, map[string]string{"camera": "other", "metadata": "other", "pixels": "this"})},
		},
		"one sign alone": {beside(states(size(600, 400)), nearly, "b", size(1100, 800)), nil},
		"twice the width and height": {
			beside(states(size(600, 400)), nearly, "b", size(1200, 800)),
			[]string{comparison("note", "b", 1, 2, 0, map[string]string{"pixels": "other"})},
		},
		"as many signs on both sides": {beside(states(size(600, 400), minsk), nearly, "b", size(1100, 800)), nil},
		"borders and an editor's trace": {
			beside(states(pipeline.PictureHash{Algorithm: "pdq0", View: "trimmed"}, pipeline.EncoderTrace{Value: "GIMP 2.10"}), nearly, "b"),
			[]string{comparison("note", "b", 1, 2, 0, map[string]string{"borders": "other", "traces": "other"})},
		},
		"shows more, with as many pixels of what both show": {
			sized(beside(states(size(500, 500)), partly, "b", size(1000, 1000), minsk), 40),
			[]string{comparison("note", "b", 1, 2, 0, map[string]string{"extent": "other", "metadata": "other"})},
		},
		"shows more, but smaller: a frame round this one": {beside(states(size(1000, 1000)), partly, "b", size(1000, 1000)), nil},
		"the match leads here": {
			sized(turnedRound(beside(states(size(500, 500)), pipeline.Match{Basis: pipeline.PartialPicture, Transform: pipeline.Transform{Crop: &pipeline.Box{0, 0, 0.5, 0.5}}}, "b", size(1000, 1000), minsk)), 40),
			[]string{comparison("note", "b", 1, 2, 0, map[string]string{"extent": "other", "metadata": "other"})},
		},
		"finer quantisation counts before bytes": {
			sized(beside(states(quantised(9)), nearly, "b", quantised(3.5), minsk), 5),
			[]string{comparison("note", "b", 1, 2, 0, map[string]string{"compression": "other", "metadata": "other"})},
		},
		"of equal quantisation the bytes count": {
			sized(beside(states(quantised(9)), nearly, "b", quantised(9.5), minsk), 20),
			[]string{comparison("note", "b", 1, 2, 0, map[string]string{"compression": "other", "metadata": "other"})},
		},
		"coarser quantisation is told, whatever speaks for it": {
			sized(beside(states(quantised(3)), nearly, "b", quantised(9), canon, evening, minsk), 99),
			[]string{comparison("note", "b", 1, 3, 1, map[string]string{"camera": "other", "compression": "this", "metadata": "other"})},
		},
		"suggested only":            {beside(states(), pipeline.Match{Basis: pipeline.NearPicture, Strength: pipeline.Suggested}, "b", canon, evening), nil},
		"another shot":              {beside(states(), pipeline.Match{Basis: pipeline.NearPicture, OtherShot: true}, "b", canon, evening), nil},
		"parted by a person":        {parted(beside(states(), nearly, "b", canon, evening), pipeline.Different), nil},
		"the same sound only":       {beside(states(), pipeline.Match{Basis: pipeline.SharedAudio}, "b", canon, evening), nil},
		"footage at no sure offset": {beside(clip(), footage(pipeline.Segment{Ambiguous: true}), "b", canon), nil},
		"footage": {
			beside(clip(pipeline.Container{BitRate: 1000}, pipeline.Stream{Type: "video", Width: 100, Height: 100}), footage(pipeline.Segment{AEnd: 1, BEnd: 1, Speed: 1}), "b",
				pipeline.Container{BitRate: 9000}, pipeline.Stream{Type: "video", Width: 100, Height: 100}, minsk),
			[]string{comparison("note", "b", 1, 2, 0, map[string]string{"compression": "other", "metadata": "other"})},
		},
	},
	"reuse.most_original": {
		"over a stripped one": {beside(states(size(6000, 4000), canon, evening, notes), nearly, "b", size(600, 400)), []string{"note copies=1 fewer=1"}},
		"over one of two":     {beside(beside(states(canon, evening), nearly, "b"), nearly, "c", canon, evening), []string{"note copies=2 fewer=1"}},
		"equal ones":          {beside(states(canon), nearly, "b", canon), nil},
		"none":                {states(canon), nil},
	},
	"reuse.inferred": {
		"all three": {
			beside(states(), nearly, "b.jpg", canon, evening, minsk),
			[]string{
				"note copies=1 name=b.jpg stated=2020-08-10 21:30:00 what=time",
				"note copies=1 name=b.jpg stated=53.900000, 27.566700 what=place",
				"note copies=1 name=b.jpg stated=Canon EOS 5D what=device",
			},
		},
		"told by two":     {beside(beside(states(), nearly, "b", canon), nearly, "c", pipeline.Device{Make: "CANON", Model: "EOS 5D"}), []string{"note copies=2 name=b stated=Canon EOS 5D what=device"}},
		"stated here too": {beside(states(canon), nearly, "b", canon), nil},
		"an unset clock":  {beside(states(), nearly, "b", taken("original", "1970-01-01T00:00:00", pipeline.ZoneUnstated)), nil},
		"a compilation that shows a little of it": {beside(clip(), pipeline.Match{Basis: pipeline.SharedFootage, Segments: []pipeline.Segment{{Speed: 1}}, Share: &pipeline.Share{0.3, 0.9}}, "b", canon), nil},
		"a longer one that shows most of it": {
			beside(clip(), pipeline.Match{Basis: pipeline.SharedFootage, Segments: []pipeline.Segment{{Speed: 1}}, Share: &pipeline.Share{0.9, 0.1}}, "b", canon),
			[]string{"note copies=1 name=b stated=Canon EOS 5D what=device"},
		},
		"a container that names no device says when it was copied": {
			beside(clip(), footage(pipeline.Segment{AEnd: 1, BEnd: 1, Speed: 1}), "b", taken("container_created", "2020-08-10T21:30:00", pipeline.ZoneNominal)), nil,
		},
		"one that names its device": {
			beside(clip(pipeline.Device{Model: "x"}), footage(pipeline.Segment{AEnd: 1, BEnd: 1, Speed: 1}), "b", canon, taken("container_created", "2020-08-10T21:30:00", pipeline.ZoneNominal)),
			[]string{"note copies=1 name=b stated=2020-08-10 21:30:00 what=time"},
		},
		"a still's video is no copy": {beside(states(), pipeline.Match{Basis: pipeline.PictureInVideo}, "b", canon, evening), nil},
	},
	"reuse.conflict": {
		"two times":                         {beside(states(evening), nearly, "b", taken("original", "2020-08-10T21:30:03", pipeline.ZoneUnstated)), []string{"questions first=2020-08-10 21:30:00 name=b second=2020-08-10 21:30:03 what=time"}},
		"a second told with and without":    {beside(states(evening), nearly, "b", taken("original", "2020-08-10T21:30:01", pipeline.ZoneUnstated)), nil},
		"one moment in two zones":           {beside(states(taken("original", "2020-08-10T21:30:00", pipeline.ZoneStated, 180)), nearly, "b", taken("original", "2020-08-10T18:30:00", pipeline.ZoneStated, 0)), nil},
		"two meanings are another rule's":   {beside(states(evening), nearly, "b", taken("gps", "2021-08-10T18:30:00", pipeline.ZoneUTC)), nil},
		"two places":                        {beside(states(minsk), nearly, "b", pipeline.Position{Latitude: 52.1, Longitude: 23.7, Raw: "r"}), []string{"questions first=53.900000, 27.566700 name=b second=52.100000, 23.700000 what=place"}},
		"a street apart":                    {beside(states(minsk), nearly, "b", pipeline.Position{Latitude: 53.905, Longitude: 27.5667, Raw: "r"}), nil},
		"two devices":                       {beside(states(canon), nearly, "b", pipeline.Device{Make: "Xiaomi", Model: "Mi A3"}), []string{"questions first=Canon EOS 5D name=b second=Xiaomi Mi A3 what=device"}},
		"two copies, and nothing said here": {beside(beside(states(), nearly, "b", canon), nearly, "c", pipeline.Device{Model: "Mi A3"}), []string{"questions first=Canon EOS 5D name=c second=Mi A3 what=device"}},
	},
	"reuse.mirrored": {
		"the picture":   {beside(states(), pipeline.Match{Basis: pipeline.NearPicture, Transform: pipeline.Transform{Mirror: true}}, "b"), []string{"questions count=1 name=b"}},
		"a stretch":     {beside(clip(), footage(pipeline.Segment{Mirror: true}), "b"), []string{"questions count=1 name=b"}},
		"turned only":   {beside(states(), pipeline.Match{Basis: pipeline.NearPicture, Transform: pipeline.Transform{Rotate: 180}}, "b"), nil},
		"not confirmed": {beside(states(), pipeline.Match{Basis: pipeline.NearPicture, Strength: pipeline.Suggested, Transform: pipeline.Transform{Mirror: true}}, "b"), nil},
	},
	"reuse.cropped": {
		"a part of another":             {beside(states(), partly, "b"), []string{"questions count=1 name=b share=0.25"}},
		"seen from the other":           {turnedRound(beside(states(), partly, "b")), nil},
		"each shows what the other not": {beside(states(), pipeline.Match{Basis: pipeline.PartialPicture, Transform: pipeline.Transform{Crop: &pipeline.Box{0, 0, 0.5, 1}, Within: &pipeline.Box{0, 0, 0.5, 1}}}, "b"), nil},
		"an edge":                       {beside(states(), pipeline.Match{Basis: pipeline.NearPicture, Transform: pipeline.Transform{Within: &pipeline.Box{0, 0, 0.98, 0.98}}}, "b"), nil},
	},
	"reuse.other_shot": {
		"suggested": {beside(states(), pipeline.Match{Basis: pipeline.NearPicture, Strength: pipeline.Suggested, OtherShot: true}, "b"), []string{"note count=1 name=b"}},
		"a copy":    {beside(states(), nearly, "b"), nil},
	},
	"reuse.still": {
		"the picture": {beside(states(), pipeline.Match{Basis: pipeline.PictureInVideo, Segments: []pipeline.Segment{{BStart: 12.34}}}, "b.mp4"), []string{"note count=1 name=b.mp4 side=picture time=12.3"}},
		"the video":   {turnedRound(beside(clip(), pipeline.Match{Basis: pipeline.PictureInVideo, Segments: []pipeline.Segment{{BStart: 3}}}, "b.jpg")), []string{"note count=1 name=b.jpg side=video time=3.0"}},
		"suggested":   {beside(states(), pipeline.Match{Basis: pipeline.PictureInVideo, Strength: pipeline.Suggested}, "b"), nil},
	},
	"reuse.retimed": {
		"twice as fast there":  {beside(clip(), footage(pipeline.Segment{Speed: 1}, pipeline.Segment{Speed: 2}), "b"), []string{"questions count=1 name=b speed=2.00"}},
		"the match leads here": {turnedRound(beside(clip(), footage(pipeline.Segment{Speed: 2}), "b")), []string{"questions count=1 name=b speed=0.50"}},
		"rounded frame rates":  {beside(clip(), footage(pipeline.Segment{Speed: 1.001}), "b"), nil},
		"a still picture":      {beside(clip(), footage(pipeline.Segment{Speed: 2, Ambiguous: true}), "b"), nil},
	},
	"reuse.shared_audio": {
		"other pictures":      {beside(clip(), pipeline.Match{Basis: pipeline.SharedAudio}, "b"), []string{"questions count=1 name=b"}},
		"the footage as well": {beside(beside(clip(), pipeline.Match{Basis: pipeline.SharedAudio}, "b"), footage(pipeline.Segment{Speed: 1}), "b"), nil},
	},
	"reuse.common": {
		"an opening of many": {
			beside(beside(beside(beside(clip(), opening(0, 5), "b"), opening(0, 6), "c"), opening(0, 5), "d"), opening(1, 5), "e"),
			[]string{"note count=4 from=1.0 name=b to=5.0 what=pictures"},
		},
		"seen from one of the others": {
			turnedRound(beside(beside(beside(beside(clip(), opening(20, 25), "b"), opening(20, 25), "c"), opening(20, 25), "d"), opening(20, 25), "e")), nil,
		},
		"of three only": {beside(beside(beside(clip(), opening(0, 5), "b"), opening(0, 5), "c"), opening(0, 5), "d"), nil},
		"one of them is a copy": {
			beside(beside(beside(beside(clip(), opening(0, 5), "b"), opening(0, 5), "c"), opening(0, 5), "d"), longer(opening(0, 5)), "e"), nil,
		},
		"a jingle": {
			beside(beside(beside(beside(clip(), jingle(0, 5), "b"), jingle(0, 5), "c"), jingle(0, 5), "d"), jingle(0, 5), "e"),
			[]string{"note count=4 from=0.0 name=b to=5.0 what=sound"},
		},
		"different stretches": {
			beside(beside(beside(beside(clip(), opening(0, 5), "b"), opening(0, 5), "c"), opening(6, 9), "d"), opening(6, 9), "e"), nil,
		},
	},
	"hash.low_quality": {
		"a flat picture":     {states(pipeline.PictureHash{Algorithm: "pdq", Quality: 49}), []string{"note best=49 least=50 pictures=1 usable=0"}},
		"a detailed picture": {states(pipeline.PictureHash{Algorithm: "pdq", Quality: 50}), nil},
		"another algorithm":  {states(pipeline.PictureHash{Algorithm: "ahash", Quality: -1}), nil},
		"mostly dark footage": {
			states(pipeline.FrameHashes{Frames: []pipeline.HashedFrame{{Quality: 10}, {Quality: 20}, {Quality: 90}}}), []string{"note best=90 least=50 pictures=3 usable=1"},
		},
		"half and half": {states(pipeline.FrameHashes{Frames: []pipeline.HashedFrame{{Quality: 10}, {Quality: 90}}}), nil},
	},
}

func viewHash(algorithm string, bits pipeline.Hash256, quality int) pipeline.PictureHash {
	return pipeline.PictureHash{Algorithm: algorithm, Bits: bits.String(), Quality: quality, Width: 40, Height: 30, View: "whole"}
}
