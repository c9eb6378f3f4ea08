package report

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/report/rules"
)

// The samples are invented items that between them state every kind of fact and raise most findings. Their
// documents in testdata are what page shows in its own tests.

var (
	exifRef       = pipeline.Ref{Analyzer: "exif", Version: 1, Parameters: "goexif 9e8deec, imagemeta 1.0.1"}
	formatRef     = pipeline.Ref{Analyzer: "format", Version: 1}
	containerRef  = pipeline.Ref{Analyzer: "container", Version: 1, Parameters: "FFmpeg 7.1.5"}
	pixelRef      = pipeline.Ref{Analyzer: "pixelhash", Version: 1, Parameters: "libav mjpeg 7.1.5"}
	frameRef      = pipeline.Ref{Analyzer: "framehash", Version: 1, Parameters: "2 frames/s and keyframes"}
	proofRef      = pipeline.Ref{Analyzer: "proof", Version: 2, Parameters: "OpenPGP"}
	credentialRef = pipeline.Ref{Analyzer: "c2pa", Version: 1, Parameters: "C2PA 1.4 and 2.1"}
	structureRef  = pipeline.Ref{Analyzer: "structure", Version: 1}
	featureRef    = pipeline.Ref{Analyzer: "features", Version: 1, Parameters: "orb-m1"}
	soundRef      = pipeline.Ref{Analyzer: "sound", Version: 1, Parameters: "chromaprint2"}
	matchRef      = pipeline.Ref{Analyzer: "compare", Version: 1, Parameters: "near_picture: suggested ≤ 52, confirmed ≤ 31 of 256 bits, quality ≥ 50; shared_footage: at least 4 frames in line"}
)

func digest(name string) pipeline.Digest { return pipeline.DigestOf([]byte("sample " + name)) }

func photoItem() pipeline.Item {
	var long pipeline.Digest512
	for i := range long {
		long[i] = byte(7 * i)
	}
	return pipeline.Item{Digest: digest("photo"), SHA512: long, Size: 4_318_772, Kind: pipeline.Photo, Format: "jpeg"}
}

func say(by pipeline.Ref, w pipeline.Where, f pipeline.Fact) pipeline.Measurement {
	return pipeline.Measurement{By: by, Where: w, Fact: f}
}

func pointer[T any](v T) *T { return &v }

// photo is a phone photo received twice, once under a hostile name, with much to say about it.
func photo() pipeline.Dossier {
	it := photoItem()
	received := time.Date(2026, 11, 20, 9, 14, 3, 0, time.UTC)
	return pipeline.Dossier{
		Item: it,
		Receipts: []pipeline.Receipt{
			{
				Item: it.Digest, Name: "IMG_20200810_213012.jpg", Path: "minsk/IMG_20200810_213012.jpg",
				Claims: pipeline.Claims{
					Source: "witness B-17, handed over on a card", ClaimedTime: "2020-08-10 21:30 +03:00", ClaimedPlace: "Мінск, праспект Пераможцаў",
					Latitude: "53,9173", Longitude: "27,5406", Collector: "A. K.", Consent: "use in proceedings, name sealed", Notes: "third of five files",
					Other: map[string]string{"box": "14", "shelf": "C"},
				},
				At: received, By: "dokaz run (operator nk)", Modified: time.Date(2020, 8, 10, 18, 30, 14, 0, time.UTC),
			},
			{
				Item: it.Digest, Name: "IMG-20200811-WA0012.png", Path: "telegram/IMG-20200811-WA0012.png",
				Claims: pipeline.Claims{Source: "channel export", URL: "https://example.org/post/881?a=1&b=<2>", ClaimedTime: "12.08.2020", Latitude: "52.0976", Longitude: "23.7341"},
				At:     received.Add(26 * time.Hour), By: "dokaz run (operator nk)",
			},
			{
				Item: it.Digest, Name: "<script>alert(1)</script>\u202egpj.exe\u200b\x07 \"onload=x.jpg", Path: "odd/names",
				Claims: pipeline.Claims{Notes: "{{.}} ${x} " + strings.Repeat("a", 600), ClaimedTime: "the evening after the vote"},
				At:     received.Add(27 * time.Hour), By: "dokaz run (operator nk)",
			},
		},
		Examination: pipeline.Examination{
			Outcomes: []pipeline.Outcome{
				{By: formatRef, Status: pipeline.Done, Took: 3 * time.Millisecond},
				{By: exifRef, Status: pipeline.Done},
				{By: containerRef, Status: pipeline.Skipped, Reason: "not for a photo"},
				{By: pixelRef, Status: pipeline.Done},
				{By: frameRef, Status: pipeline.Skipped, Reason: "not for a photo"},
				{By: pipeline.Ref{Analyzer: "thumbnail", Version: 1}, Status: pipeline.Partial, Reason: "embedded preview ends at byte 18,220: unexpected end of data"},
			},
			Measurements: slices.Concat(photoFacts(), photoTags(), photoStructure()),
		},
		Neighbours: []pipeline.Neighbour{
			{
				Match: pipeline.Match{
					A: min2(it.Digest, digest("copy")), B: max2(it.Digest, digest("copy")), Basis: pipeline.NearPicture, Strength: pipeline.Confirmed, Distance: 12,
					Transform: pipeline.Transform{}, Method: "PDQ 256 bit, confirmed ≤ 31, version 1",
				},
				Other: pipeline.Item{Digest: digest("copy"), Size: 211_004, Kind: pipeline.Photo, Format: "jpeg"}, Name: "photo_2020-08-11_08-02-11.jpg",
				Thumbnail: pointer(digest("copy thumbnail")), Blurred: pointer(digest("copy blurred")),
			},
			{
				Match: pipeline.Match{
					A: min2(it.Digest, digest("crop")), B: max2(it.Digest, digest("crop")), Basis: pipeline.PartialPicture, Strength: pipeline.Suggested, Distance: 40,
					Transform: pipeline.Transform{Mirror: true, Rotate: 90, Crop: &pipeline.Box{0.1, 0.05, 0.62, 0.8}}, Method: "PDQ 256 bit on crops, suggested ≤ 52, version 1",
				},
				Other: pipeline.Item{Digest: digest("crop"), Size: 96_120, Kind: pipeline.Photo, Format: "webp"}, Name: "unnamed (3)\u202e.webp",
			},
		},
		Proofs:  proofLinks(),
		Cluster: &pipeline.Cluster{Representative: it.Digest, Size: 3},
		Rates: []pipeline.ErrorRate{{Basis: pipeline.NearPicture, Version: 2, Date: "2026-11-23", Measured: "2026-11-23-matching.md", Labelled: 100, Found: 99, Confirmed: 90,
			Negatives: 1000, FalseSuggested: 1, MostMissed: 0.055, MostFalseConfirmed: 0.0039}, {Basis: pipeline.SharedAudio}},
	}
}

// attestation is a signature over the photograph that stands in a file given with it.
func attestation(name string) pipeline.Proof {
	return pipeline.Proof{Form: "OpenPGP", Name: name, Digest: pointer(digest(name)), Of: digest("photo").String(), Result: pipeline.ProofSignerUnknown, By: "Some <Phone>", Key: "0a1b2c", Time: "2020-08-10T18:30:14Z", Algorithm: "RSA, SHA-256", Trust: "no list of keys"}
}

// attested is what a proof of ProofMode's states of the photograph.
func attested(name string) pipeline.ProofStatement {
	return pipeline.ProofStatement{
		Source: "ProofMode", Name: name, Digest: pointer(digest(name)), Of: digest("photo").String(), Signed: pipeline.ProofSignerUnknown, Key: "0a1b2c",
		Times:    []pipeline.CaptureTime{{Meaning: "file_created", Source: "ProofMode:File Created", Raw: "2020-08-10T21:30:12.000Z", Local: "2020-08-10T21:30:12", Zone: pipeline.ZoneNominal}},
		Position: &pipeline.Position{Source: "ProofMode:Location", Latitude: 53.9, Longitude: 27.56, Raw: "53.9, 27.56"}, Accuracy: 12.5,
		Device:    &pipeline.Device{Source: "ProofMode", Make: "Google", Model: "Google Pixel 4", Serial: "abc123"},
		Sensitive: []pipeline.Field{{Name: "CellInfo", Value: "[257 02 <1234>]"}}, Fields: []pipeline.Field{{Name: "Manufacturer", Value: "Google"}}, Cut: true,
	}
}

// proofLinks join the photograph with a bundle that names its bytes, and with a file whose bytes it names.
func proofLinks() []pipeline.ProofLink {
	bundle := pipeline.Item{Digest: digest("bundle"), Size: 4_400_000, Kind: pipeline.Other, Format: "zip"}
	return []pipeline.ProofLink{
		{Other: pipeline.Item{Digest: digest("text"), Size: 12, Kind: pipeline.Other}, Name: "proven.txt"},
		{Other: bundle, Name: "proofmode <1>.zip", Proves: true, Facts: []pipeline.Measurement{
			say(proofRef, pipeline.In("x.asc"), attestation("x.asc")), say(proofRef, pipeline.In("x.csv"), attested("x.csv")),
		}},
	}
}

func min2(a, b pipeline.Digest) pipeline.Digest {
	if a.Compare(b) < 0 {
		return a
	}
	return b
}

func max2(a, b pipeline.Digest) pipeline.Digest {
	if a.Compare(b) < 0 {
		return b
	}
	return a
}

func photoFacts() []pipeline.Measurement {
	offset := 180
	exif := func(at int64) pipeline.Where {
		return pipeline.Where{Path: "APP1/Exif", Offset: &at, Length: 20}
	}
	return []pipeline.Measurement{
		say(formatRef, pipeline.At(0, 12), pipeline.FileType{Detected: "jpeg", MediaType: "image/jpeg", Extension: "jpg", Declared: "jpeg", Agree: true}),
		say(formatRef, pipeline.At(4_200_100, 118_672), pipeline.Extent{What: "trailing", Length: 118_672, Note: "mp4 signature"}),
		say(formatRef, pipeline.In("APP0"), pipeline.Raster{Source: "SOF0", Width: 4000, Height: 3000, Orientation: 6}),
		say(exifRef, exif(202), pipeline.CaptureTime{Meaning: "original", Source: "ExifIFD:DateTimeOriginal", Raw: "2020:08:10 21:30:12", Local: "2020-08-10T21:30:12", Zone: pipeline.ZoneStated, Offset: &offset}),
		say(exifRef, exif(222), pipeline.CaptureTime{Meaning: "digitized", Source: "ExifIFD:DateTimeDigitized", Raw: "2020:08:10 21:30:12", Local: "2020-08-10T21:30:12", Zone: pipeline.ZoneUnstated}),
		say(exifRef, exif(242), pipeline.CaptureTime{Meaning: "modified", Source: "IFD0:DateTime", Raw: "2020:08:10 21:29:40", Local: "2020-08-10T21:29:40", Zone: pipeline.ZoneUnstated}),
		say(exifRef, exif(262), pipeline.CaptureTime{Meaning: "gps", Source: "GPS:GPSDateStamp", Raw: "2020:08:10 16/1 31/1 2/1", Local: "2020-08-10T16:31:02", Zone: pipeline.ZoneUTC}),
		say(exifRef, exif(402), pipeline.CaptureTime{Meaning: "digitized", Source: "XMP:xmp:CreateDate", Raw: "0000:00:00 00:00:00", Zone: pipeline.ZoneUnstated}),
		say(exifRef, exif(300), pipeline.Position{Source: "GPS", Latitude: 53.917301, Longitude: 27.540612, Altitude: pointer(214.5), Datum: "WGS-84", Raw: "53/1 55/1 228/100 N 27/1 32/1 2620/100 E"}),
		say(exifRef, exif(120), pipeline.Device{Source: "IFD0", Make: "Xiaomi", Model: "Mi A3", Serial: "1f3c-9920-11", Lens: "4.7 mm f/1.8"}),
		say(exifRef, exif(140), pipeline.EncoderTrace{Source: "IFD0:Software", Value: "Snapseed 2.19"}),
		say(exifRef, exif(222), pipeline.Disagreement{
			Group: "ExifIFD", ID: "36868", Name: "DateTimeDigitized",
			Readings: []pipeline.Reading{{Reader: "goexif", Value: "2020:08:10 21:30:12"}, {Reader: "imagemeta", Value: "2020:08:10 21:30:13"}},
		}),
		say(pixelRef, pipeline.Where{}, pipeline.PictureHash{Algorithm: "pdq", Bits: strings.Repeat("f09a3c51", 8), Quality: 98, Decoder: "libav mjpeg 7.1.5", Width: 3000, Height: 4000}),
		say(pixelRef, pipeline.Where{}, pipeline.PictureHash{Algorithm: "pdq0", Bits: strings.Repeat("f09a3c53", 8), Quality: 98, Decoder: "libav mjpeg 7.1.5", Width: 3000, Height: 4000, View: "whole", Box: &pipeline.Box{0, 0, 1, 1}}),
		say(pixelRef, pipeline.Where{}, pipeline.PictureHash{Algorithm: "pdq0", Bits: strings.Repeat("0c9a3c53", 8), Quality: 90, Decoder: "libav mjpeg 7.1.5", Width: 3000, Height: 4000, View: "centre80", Box: &pipeline.Box{0.1, 0.1, 0.8, 0.8}}),
		say(featureRef, pipeline.Where{}, pipeline.LocalFeatures{Algorithm: "orb-m1", Decoder: "libav mjpeg 7.1.5", Width: 3000, Height: 4000, Frames: []pipeline.FeaturedFrame{{
			Count: 2, Points: pipeline.Features{{X: 1}, {Y: 1}}, Miniature: &pipeline.Miniature{Width: 1, Height: 1, Luma: []byte{7}},
		}}}),
		say(pixelRef, pipeline.Where{}, pipeline.PictureHash{Algorithm: "phash", Bits: "c3a19e7700ff1234", Quality: -1, Decoder: "libav mjpeg 7.1.5", Width: 3000, Height: 4000}),
		say(pixelRef, pipeline.Where{}, pipeline.Derivative{Role: "thumbnail", MediaType: "image/jpeg", Digest: digest("photo thumbnail"), Width: 240, Height: 320, Bytes: []byte("jpeg")}),
		say(pixelRef, pipeline.Where{}, pipeline.Derivative{Role: "thumbnail-blurred", MediaType: "image/jpeg", Digest: digest("photo blurred"), Width: 240, Height: 320, Bytes: []byte("jpeg")}),
	}
}

func photoTags() []pipeline.Measurement {
	var out []pipeline.Measurement
	for i, g := range []pipeline.Tag{
		{Reader: "goexif", Group: "IFD0", ID: "271", Name: "Make", Type: "ASCII", Count: 7, Value: "Xiaomi"},
		{Reader: "goexif", Group: "IFD0", ID: "272", Name: "Model", Type: "ASCII", Count: 6, Value: "Mi A3"},
		{Reader: "goexif", Group: "IFD0", ID: "274", Name: "Orientation", Type: "SHORT", Count: 1, Value: "6"},
		{Reader: "goexif", Group: "ExifIFD", ID: "36867", Name: "DateTimeOriginal", Type: "ASCII", Count: 20, Value: "2020:08:10 21:30:12"},
		{Reader: "goexif", Group: "ExifIFD", ID: "37510", Name: "UserComment", Type: "UNDEFINED", Count: 4096, Value: "<img src=x onerror=alert(2)>\u2066\u0000ASCII\u0000\u0000\u0000" + strings.Repeat("lorem ipsum ", 60), Cut: true},
		{Reader: "goexif", Group: "GPS", ID: "1", Name: "GPSLatitudeRef", Type: "ASCII", Count: 2, Value: "N"},
		{Reader: "goexif", Group: "GPS", ID: "2", Name: "GPSLatitude", Type: "RATIONAL", Count: 3, Value: "53/1 55/1 228/100"},
		{Reader: "goexif", Group: "GPS", ID: "4", Name: "GPSLongitude", Type: "RATIONAL", Count: 3, Value: "27/1 32/1 2620/0", Note: "zero denominator"},
		{Reader: "imagemeta", Group: "IPTC", ID: "2:40", Name: "SpecialInstructions", Value: "FBMD01000abb0300006f090000"},
		{Reader: "imagemeta", Group: "dc", Name: "creator", Value: "Фатограф \u202eсакрэтны"},
	} {
		out = append(out, say(exifRef, pipeline.Where{Path: "APP1/Exif", Offset: pointer(int64(100 + 12*i)), Length: 12}, g))
	}
	return out
}

// photoStructure says how the photo is built and what it tells of its past.
func photoStructure() []pipeline.Measurement {
	at := func(path string, offset, length int64) pipeline.Where {
		return pipeline.Where{Path: path, Offset: &offset, Length: length}
	}
	return []pipeline.Measurement{
		say(structureRef, at("SOI", 0, 2), pipeline.Piece{Format: "jpeg", Name: "SOI", Header: 2, Label: "start of image"}),
		say(structureRef, at("APP1", 2, 4100), pipeline.Piece{Format: "jpeg", Name: "APP1", Header: 4, Label: "Exif", Fields: []pipeline.Field{{Name: "identifier", Value: "Exif", Offset: 6, Length: 6}}}),
		say(structureRef, at("APP1/IFD0", 20, 120), pipeline.Piece{Format: "tiff", Name: "IFD0", Depth: 1, Label: "primary image", Fields: []pipeline.Field{{Name: "entries", Value: "9", Offset: 20, Length: 2}}}),
		say(structureRef, at("APP9", 4102, 80), pipeline.Piece{Format: "jpeg", Name: "APP9", Header: 4, Note: "unknown", More: 2}),
		say(structureRef, pipeline.Where{}, pipeline.Signature{Algorithm: "jpeg-header/1", Digest: digest("header"), Text: "APP1:Exif APP9 DQT:0 SOF0:3:22,11,11"}),
		say(structureRef, at("", 5000, 4_195_000), pipeline.CodedDigest{Algorithm: "jpeg-coded/1", Codec: "jpeg", Digest: digest("coded"), Bytes: 4_195_000}),
		say(structureRef, at("APP1[1]/XMP", 4200, 600), pipeline.History{Action: "saved", When: "2020-08-11T09:12:00+03:00", Software: "Adobe Photoshop 21.2", Parameters: "/", Instance: "xmp.iid:7b1c", Source: "xmpMM:History[1]"}),
		say(structureRef, at("APP1[1]/XMP", 4200, 600), pipeline.Declaration{Subject: "ai", What: "compositeWithTrainedAlgorithmicMedia", Vocabulary: "IPTC DigitalSourceType", Source: "Iptc4xmpExt:DigitalSourceType"}),
		say(credentialRef, at("APP11/c2pa/urn:uuid:0a1b", 5100, 9000), pipeline.Credential{
			Manifest: "urn:uuid:0a1b", Active: true, Result: pipeline.CredentialInvalid, Binding: pipeline.BindingDiffers, Generator: "Camera <App> 2.0", Title: "IMG_1.jpg",
			Statuses:    []pipeline.CredentialNote{{Code: "assertion.dataHash.mismatch", Of: "c2pa.hash.data", Text: "the file's bytes are not those that were bound"}, {Code: "timeStamp.untrusted", Of: "c2pa.signature", Text: "who stamped the time is not on the trust list"}},
			Signature:   pipeline.CredentialSeal{Algorithm: "ES256", Signer: "CN=Camera,O=Maker", Issuer: "CN=Maker CA", Serial: "77", Since: "2020-01-01T00:00:00Z", Until: "2030-01-01T00:00:00Z", Time: "2020-08-10T12:00:00Z", Authority: "CN=Clock", Trust: "list, 2026-11-29, certificates: 3"},
			Actions:     []pipeline.CredentialAct{{Action: "c2pa.created", When: "2020-08-10T12:00:00Z", Agent: "Camera <App> 2.0", SourceType: "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}},
			Ingredients: []pipeline.CredentialPart{{Title: "before.jpg", Relationship: "parentOf", Manifest: "urn:uuid:0a1c"}}, Assertions: []string{"c2pa.hash.data", "c2pa.actions"},
		}),
		say(proofRef, pipeline.In("IMG_1.jpg.asc"), attestation("IMG_1.jpg.asc")),
		say(proofRef, pipeline.In("IMG_1.proof.csv"), attested("IMG_1.proof.csv")),
		say(structureRef, at("APP1[1]/XMP", 4200, 600), pipeline.Relation{What: "derived_from", Value: "xmp.did:51aa<b>", Note: "documentID", Source: "xmpMM:DerivedFrom"}),
	}
}

// video is a clip that shares footage with a compilation and of which one analyzer died.
func video() pipeline.Dossier {
	it := pipeline.Item{Digest: digest("video"), Size: 18_220_941, Kind: pipeline.Video, Format: "mp4"}
	frames := pipeline.FrameHashes{Algorithm: "pdq", Decoder: "libav h264 7.1.5", Stream: 0}
	for i := range 40 {
		var h pipeline.Hash256
		h[0], h[3] = uint64(i)*0x9e3779b97f4a7c15, uint64(i)
		frames.Frames = append(frames.Frames, pipeline.HashedFrame{Time: float64(i) / 2, Bits: h, Quality: 10 + i, Key: i%8 == 0})
	}
	frames.Cut = true
	d := pipeline.Dossier{
		Item:     it,
		Receipts: []pipeline.Receipt{{Item: it.Digest, Name: "VID_20200811_001502.mov", Path: "VID_20200811_001502.mov", Claims: pipeline.Claims{ClaimedTime: "2020-08-09", Latitude: "53.9N", Longitude: "27.57E"}, At: time.Date(2026, 11, 20, 9, 14, 3, 0, time.UTC), By: "dokaz watch"}},
		Examination: pipeline.Examination{
			Outcomes: []pipeline.Outcome{
				{By: formatRef, Status: pipeline.Done}, {By: exifRef, Status: pipeline.Skipped, Reason: "not for a video"}, {By: containerRef, Status: pipeline.Done},
				{By: pixelRef, Status: pipeline.Skipped, Reason: "not for a video"}, {By: frameRef, Status: pipeline.Partial, Reason: "decoding stopped at 19.5 s: a limit of 40 frames"},
				{By: pipeline.Ref{Analyzer: "audioprint", Version: 2}, Status: pipeline.Failed, Reason: "the child process died: signal: killed (wall clock 60 s)"},
				{By: pipeline.Ref{Analyzer: "jpegsignature", Version: 1}, Status: pipeline.Refused, Reason: "limit of 4 MiB for one segment, file says 3,221,225,472"},
			},
			Measurements: videoFacts(frames),
		},
		Neighbours: []pipeline.Neighbour{videoNeighbour(it)},
		Cluster:    &pipeline.Cluster{Representative: digest("compilation"), Size: 61},
	}
	return d
}

func videoFacts(frames pipeline.FrameHashes) []pipeline.Measurement {
	return []pipeline.Measurement{
		say(formatRef, pipeline.At(0, 16), pipeline.FileType{Detected: "mp4", MediaType: "video/mp4", Extension: "mov", Declared: "mov"}),
		say(formatRef, pipeline.At(18_220_941, 0), pipeline.Extent{What: "truncated", Length: 20_480, Note: "mdat says 20480 bytes more"}),
		say(containerRef, pipeline.In("moov/mvhd"), pipeline.CaptureTime{Meaning: "container_created", Source: "format:creation_time", Raw: "2020-08-14T22:15:02.000000Z", Local: "2020-08-14T22:15:02", Zone: pipeline.ZoneNominal}),
		say(containerRef, pipeline.In("moov/trak[0]/mdia/mdhd"), pipeline.CaptureTime{Meaning: "stream_created", Source: "stream:0:creation_time", Raw: "1904-01-01T00:00:00Z", Local: "1904-01-01T00:00:00", Zone: pipeline.ZoneNominal}),
		say(containerRef, pipeline.In("moov/udta/loci"), pipeline.Position{Source: "format:location", Latitude: 0, Longitude: 0, Raw: "+00.0000+000.0000/"}),
		say(containerRef, pipeline.In("moov/udta"), pipeline.EncoderTrace{Source: "format:encoder", Value: "Lavf58.29.100"}),
		say(containerRef, pipeline.In("ftyp"), pipeline.Container{Format: "mov,mp4,m4a,3gp,3g2,mj2", Brand: "isom", Duration: 37.48, BitRate: 3_889_101}),
		say(containerRef, pipeline.In("stream:0"), pipeline.Stream{Index: 0, Type: "video", Codec: "h264", Profile: "High", CodecTag: "avc1", Width: 1280, Height: 720, PixelFormat: "yuv420p", FrameRate: "30/1", AverageRate: "2997/100", Rotation: 90, Duration: 37.48, BitRate: 3_700_000, Frames: 1124, Handler: "VideoHandler", Packets: 1110, Keyframes: 38, Decodable: true}),
		say(containerRef, pipeline.In("stream:1"), pipeline.Stream{Index: 1, Type: "audio", Codec: "aac", Profile: "LC", CodecTag: "mp4a", SampleRate: 44100, Channels: 2, SampleFormat: "fltp", Duration: 37.5, BitRate: 128_000, Language: "und", Handler: "SoundHandler", Decodable: true}),
		say(containerRef, pipeline.In("stream:0"), pipeline.Keyframes{Stream: 0, Times: []float64{0, 1.001, 2.002, 3.003, 4.004}, Cut: true}),
		say(containerRef, pipeline.In("format"), pipeline.Tag{Reader: "libav", Group: "format", Name: "encoder", Value: "Lavf58.29.100"}),
		say(containerRef, pipeline.In("stream:0"), pipeline.Damage{Of: "samples", Read: 1090, Stated: 1124, Until: 36.37, Duration: 37.48, Missing: 20_480}),
		say(frameRef, pipeline.In("stream:0"), pipeline.Damage{Of: "frames", Read: 1088, Stated: 1124, Until: 36.333, Duration: 37.48, Errors: 2, Concealed: 1, Times: []float64{19.5, 20.1, 36.3, 36.3}}),
		say(frameRef, pipeline.Where{}, frames),
		say(featureRef, pipeline.Where{}, pipeline.LocalFeatures{Algorithm: "orb-m1", Decoder: "libav h264 7.1.5", Width: 720, Height: 1280, Frames: []pipeline.FeaturedFrame{{Count: 80}, {Time: 4, Count: 71}}}),
		say(soundRef, pipeline.Where{}, pipeline.AudioPrint{Algorithm: "chromaprint2", Decoder: "libav aac 7.1.5", Stream: 1, Step: 0.1238, Words: pipeline.SoundWords{1, 2, 3}}),
		say(frameRef, pipeline.Where{Time: pointer(4.0)}, pipeline.Derivative{Role: "keyframe", MediaType: "image/jpeg", Digest: digest("video keyframe"), Width: 320, Height: 180}),
		say(frameRef, pipeline.Where{Time: pointer(4.0)}, pipeline.Derivative{Role: "thumbnail", MediaType: "image/jpeg", Digest: digest("video thumbnail"), Width: 320, Height: 180}),
		say(frameRef, pipeline.Where{Time: pointer(4.0)}, pipeline.Derivative{Role: "thumbnail-blurred", MediaType: "image/jpeg", Digest: digest("video blurred"), Width: 320, Height: 180}),
	}
}

func videoNeighbour(it pipeline.Item) pipeline.Neighbour {
	other := digest("compilation")
	m := pipeline.Match{
		A: min2(it.Digest, other), B: max2(it.Digest, other), Basis: pipeline.SharedFootage, Strength: pipeline.Confirmed, Distance: 9, WithSound: true,
		Segments: []pipeline.Segment{
			{AStart: 1, AEnd: 9.5, BStart: 31, BEnd: 39.5, Speed: 1, Frames: 17, Distance: 8},
			{AStart: 12, AEnd: 20, BStart: 4, BEnd: 20, Speed: 0.5, Frames: 16, Distance: 14},
			{AStart: 30, AEnd: 33, BStart: 44, BEnd: 47, Speed: 1, Frames: 6, Distance: 3, Ambiguous: true},
		},
		Method: "PDQ 256 bit per frame, aligned in time, version 1",
	}
	return pipeline.Neighbour{
		Match: m, Other: pipeline.Item{Digest: other, Size: 88_001_200, Kind: pipeline.Video, Format: "webm"}, Name: "Мінск 9–12 жніўня.webm",
		Thumbnail: pointer(digest("compilation thumbnail")), Blurred: pointer(digest("compilation blurred")),
	}
}

// plain is an empty file with nothing more to say of it.
func plain() pipeline.Dossier {
	it := pipeline.Item{Digest: pipeline.DigestOf(nil), Kind: pipeline.Photo}
	return pipeline.Dossier{
		Item:     it,
		Receipts: []pipeline.Receipt{{Item: it.Digest, Name: "empty.jpg", Path: "empty.jpg", At: time.Date(2026, 11, 20, 9, 14, 3, 0, time.UTC), By: "dokaz run"}},
		Examination: pipeline.Examination{
			Outcomes:     []pipeline.Outcome{{By: formatRef, Status: pipeline.Done}, {By: exifRef, Status: pipeline.Failed, Reason: "nothing to read"}},
			Measurements: []pipeline.Measurement{say(formatRef, pipeline.At(0, 0), pipeline.Extent{What: "empty"})},
		},
	}
}

// envelope is the issue of a dossier's report.
func envelope(t *testing.T, d pipeline.Dossier) pipeline.Issue {
	t.Helper()
	env := pipeline.Issue{
		Revision: 2, Prior: pointer(digest("prior document")), At: time.Date(2026, 11, 23, 12, 0, 5, 9, time.UTC),
		Tool: "dokaz 0.1.0 (go1.26.8, FFmpeg 7.1.5)",
		Isolation: []pipeline.Layer{
			{Name: "rlimits", State: "on", Detail: "memory 2 GiB, processor 60 s, no files written, no core dumps"},
			{Name: "seccomp", State: "off", Detail: "not part of this build"},
			{Name: "landlock", State: "unavailable", Detail: "kernel without Landlock"},
		},
	}
	for i, r := range d.Receipts {
		key, err := r.Key()
		if err != nil {
			t.Fatal(err)
		}
		env.Receipts = append(env.Receipts, pipeline.IssueReceipt{Key: key, At: r.At, By: r.By, Modified: r.Modified})
		env.Custody = append(env.Custody, pipeline.Entry{Seq: int64(1 + i), At: r.At, By: r.By, Act: pipeline.ActReceived, Item: d.Item.Digest, Subject: key.String()})
	}
	env.Custody = append(env.Custody, pipeline.Entry{Seq: 40, At: env.At.Add(-2 * time.Second), By: "dokaz 0.1.0", Act: pipeline.ActExamined, Item: d.Item.Digest, Detail: "7 analyzers"})
	return env
}

func methods() []pipeline.Ref { return []pipeline.Ref{rules.Ref(), matchRef} }
