package exif

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

// be writes big-endian numbers of four bytes.
func be(v ...uint32) string {
	var b []byte
	for _, n := range v {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return string(b)
}

func pngOf(chunks ...string) []byte {
	out := "\x89PNG\r\n\x1a\n"
	for i := 0; i < len(chunks); i += 2 {
		out += be(uint32(len(chunks[i+1]))) + chunks[i] + chunks[i+1] + "CRC."
	}
	return []byte(out + be(0) + "IENDCRC.")
}

func webpOf(chunks ...string) []byte {
	body := "WEBP"
	for i := 0; i < len(chunks); i += 2 {
		body += chunks[i] + string(binary.LittleEndian.AppendUint32(nil, uint32(len(chunks[i+1])))) + chunks[i+1]
		body += strings.Repeat("\x00", len(chunks[i+1])%2)
	}
	return []byte("RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body)
}

func boxOf(name, body string) string { return be(uint32(8+len(body))) + name + body }

// heicOf holds an Exif item in two extents, with a gap between.
func heicOf(item string) []byte {
	ftyp := boxOf("ftyp", "heic\x00\x00\x00\x00mif1heic")
	iinf := boxOf("iinf", "\x00\x00\x00\x00\x00\x01"+boxOf("infe", "\x02\x00\x00\x00\x00\x07\x00\x00Exif\x00"))
	half := len(item) / 3
	meta := func(at int) string {
		iloc := boxOf("iloc", "\x01\x00\x00\x00\x44\x00\x00\x01\x00\x07\x00\x00\x00\x00\x00\x02"+
			be(uint32(at), uint32(half), uint32(at+half+3), uint32(len(item)-half)))
		return boxOf("meta", "\x00\x00\x00\x00"+iinf+iloc)
	}
	at := len(ftyp) + len(meta(0)) + 8
	return []byte(ftyp + meta(at) + boxOf("mdat", item[:half]+"gap"+item[half:]))
}

// TestPlaces finds one field in every container and reads the file at the place that was said.
func TestPlaces(t *testing.T) {
	t.Parallel()
	tiff := string(tiffOf(content{ifd0: []entry{ascii(0x10f, "Manufacturer")}, exif: []entry{ascii(0x9003, "2020:08:09 22:14:05")}}))
	packet := xmpOf(`xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="Manufacturer">`)
	iim := iimOf(1, 90, "\x1b%G") + iimOf(2, 25, "Manufacturer")
	tests := []struct {
		name  string
		file  []byte
		paths []string // of the tags that hold the word, in the order said
	}{
		{"TIFF", []byte(tiff), []string{"IFD0", "IFD0", "IFD0"}},
		{"JPEG", jpegOf(segment(0xe0, "JFIF\x00"), exifSegment([]byte(tiff))), []string{"APP1/IFD0", "APP1/IFD0", "APP1/IFD0"}},
		{"JPEG, second block", jpegOf(exifSegment(tiffOf(content{ifd0: []entry{short(0x112, 1)}})), exifSegment([]byte(tiff))), []string{"APP1[2]/IFD0", "APP1[2]/IFD0", "APP1[2]/IFD0"}},
		{"JPEG, XMP", jpegOf(xmpSegment(packet)), []string{"APP1/XMP", "APP1/XMP"}},
		{"JPEG, IPTC", jpegOf(photoshopSegment(iim)), []string{"APP13", "APP13"}},
		{"PNG", pngOf("IHDR", strings.Repeat("\x00", 13), "IDAT", "", "eXIf", tiff), []string{"eXIf/IFD0", "eXIf/IFD0", "eXIf/IFD0"}},
		{"PNG, XMP", pngOf("iTXt", "XML:com.adobe.xmp\x00\x00\x00en\x00\x00"+packet), []string{"iTXt/XMP", "iTXt/XMP"}},
		{"WebP", webpOf("VP8 ", "abc", "EXIF", tiff, "XMP ", packet), []string{"EXIF/IFD0", "EXIF/IFD0", "EXIF/IFD0", "XMP", "XMP"}},
		{"WebP with JPEG's introduction", webpOf("EXIF", "Exif\x00\x00"+tiff), []string{"EXIF/IFD0", "EXIF/IFD0", "EXIF/IFD0"}},
		{"HEIC", heicOf(be(6) + "Exif\x00\x00" + tiff), []string{"meta/Exif/IFD0", "meta/Exif/IFD0", "meta/Exif/IFD0"}},
		{
			"TIFF with XMP and IPTC inside",
			tiffOf(content{ifd0: []entry{{700, 1, len(packet), []byte(packet)}, {33723, 7, len(iim), []byte(iim)}}}),
			[]string{"IFD0/XMP", "IFD0/XMP", "IFD0/IPTC", "IFD0/IPTC"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := read(hold(tt.file))
			if got.err != nil {
				t.Error(got.err)
			}
			var paths []string
			for i, f := range got.facts {
				tag, ok := f.(pipeline.Tag)
				if !ok || tag.Value != "Manufacturer" {
					continue
				}
				w := got.places[i]
				paths = append(paths, w.Path)
				if w.Offset == nil {
					t.Fatalf("no place: %+v", tag)
				}
				// A value may go on behind a gap between extents: its beginning stands at the place said.
				if at := tt.file[*w.Offset:]; !bytes.Contains(at[:min(int64(len(at)), w.Length)], []byte("Man")) {
					t.Errorf("%s of %s is not at byte %d", tag.Value, tag.Reader, *w.Offset)
				}
			}
			if d := cmp.Diff(tt.paths, paths); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if ds := all[pipeline.Disagreement](got); len(ds) > 0 {
				t.Errorf("disagreements %+v", ds)
			}
		})
	}
}

func TestXMPPrefixes(t *testing.T) {
	t.Parallel()
	got := read(hold(jpegOf(xmpSegment(xmpOf(
		`xmlns:a="http://ns.adobe.com/xap/1.0/" xmlns:xmp="http://example.org/not-xmp/" xmlns:own="http://example.org/own/" a:Label="known" xmp:Label="posing" own:Label="own">` +
			`<own:list xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Bag><rdf:li>one</rdf:li><rdf:li>two</rdf:li></rdf:Bag></own:list>`)))))
	var have []string
	for _, tag := range all[pipeline.Tag](got) {
		have = append(have, tag.Reader+" "+tag.Group+":"+tag.Name+"="+tag.Value)
	}
	want := []string{
		"dokaz xmp:Label=known", "dokaz http://example.org/not-xmp/:Label=posing", "dokaz own:Label=own", "dokaz own:list=one", "dokaz own:list=two",
		"imagemeta xmp:Label=known", "imagemeta http://example.org/not-xmp/:Label=posing", "imagemeta own:Label=own",
		"imagemeta own:List=one", "imagemeta own:List=two",
	}
	if d := cmp.Diff(want, have); d != "" || got.err != nil {
		t.Errorf("%v (-want +got)\n%s", got.err, d)
	}
}

func TestIPTC(t *testing.T) {
	t.Parallel()
	got := read(hold(jpegOf(photoshopSegment(iimOf(1, 90, "\x1b%G") + iimOf(2, 0, "\x00\x04") + iimOf(2, 25, "протест") + iimOf(2, 25, "марш") +
		iimOf(2, 55, "20200809") + iimOf(2, 60, "221405+0300") + iimOf(2, 250, "unknown")))))
	var have []string
	for _, tag := range all[pipeline.Tag](got) {
		have = append(have, tag.Reader+" "+tag.ID+" "+tag.Name+"="+tag.Value)
	}
	want := []string{
		`dokaz 1:90 CodedCharacterSet=\x1B%G`, "dokaz 2:0 ApplicationRecordVersion=4", "dokaz 2:25 Keywords=протест", "dokaz 2:25 Keywords=марш",
		"dokaz 2:55 DateCreated=20200809", "dokaz 2:60 TimeCreated=221405+0300", "dokaz 2:250 =unknown",
		"imagemeta 1:90 CodedCharacterSet=UTF-8", "imagemeta 2:0 ApplicationRecordVersion=4", "imagemeta 2:25 Keywords=протест", "imagemeta 2:25 Keywords=марш",
		"imagemeta 2:55 DateCreated=2020:08:09", "imagemeta 2:60 TimeCreated=22:14:05+03:00",
	}
	if d := cmp.Diff(want, have); d != "" || got.err != nil {
		t.Errorf("%v (-want +got)\n%s", got.err, d)
	}
	if ds := all[pipeline.Disagreement](got); len(ds) > 0 {
		t.Errorf("disagreements %+v", ds)
	}
}

func TestBrokenIPTC(t *testing.T) {
	t.Parallel()
	for name, iim := range map[string]string{
		"value beyond the block":   iimOf(2, 25, "good") + "\x1c\x02\x19\x00\x50short",
		"length without an end":    iimOf(2, 25, "good") + "\x1c\x02\x19\x80\x09\x00",
		"length of four gigabytes": iimOf(2, 25, "good") + "\x1c\x02\x19\x80\x04\xff\xff\xff\xffxx",
	} {
		got := read(hold(jpegOf(photoshopSegment(iim))))
		if got.err == nil || values(got)["dokaz IPTC:2:25"] != "good" {
			t.Errorf("%s: %v %v", name, got.err, got.facts)
		}
	}
}

func TestManyBlocksAreRefused(t *testing.T) {
	t.Parallel()
	var segments []string
	for range maxBlocks + 1 {
		segments = append(segments, exifSegment(tiffOf(content{ifd0: []entry{short(0x112, 1)}})))
	}
	got := read(hold(jpegOf(segments...)))
	if !errors.Is(got.err, pipeline.ErrRefused) || len(all[pipeline.Tag](got)) != 3*maxBlocks {
		t.Errorf("%v, %d tags", got.err, len(all[pipeline.Tag](got)))
	}
}
