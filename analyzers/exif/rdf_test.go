package exif

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"dokaz/analyzers/internal/lexicon"
	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

func TestTables(t *testing.T) {
	t.Parallel()
	for name, columns := range map[string][2]int{"field": {3, 2}, "iptc": {2, 1}, "namespace": {2, 1}, "declaration": {4, 2}, "maker": {6, 3}, "makernote": {5, 2}} {
		if err := lexicon.Check(table(name), columns[0], columns[1]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	meanings := []string{"", "serial", "lens", "lens_serial", "lens_number", "firmware", "owner", "image", "burst", "media_group", "plist", "enciphered"}
	for k, f := range noteFields() {
		if !slices.Contains(meanings, f.meaning) || !slices.Contains([]string{"", "s16", "u16", "s32", "u32", "x5", "hex"}, f.form) {
			t.Errorf("%v: %+v", k, f)
		}
	}
	if len(makers()) != len(lexicon.Rows(table("maker"), 6)) {
		t.Error("a maker's first bytes are not readable")
	}
}

const rdfNames = ` xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"` +
	` xmlns:stRef="http://ns.adobe.com/xap/1.0/sType/ResourceRef#" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"`

// TestProperties: every form in which RDF/XML lets a value stand (Adobe XMP part 1 §7).
func TestProperties(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body string
		want []string
	}{
		"an attribute":          {`<rdf:Description dc:format="image/jpeg"/>`, []string{"dc:format dc format=image/jpeg"}},
		"an element":            {`<rdf:Description><dc:format>image/jpeg</dc:format></rdf:Description>`, []string{"dc:format dc format=image/jpeg"}},
		"a reference":           {`<rdf:Description><dc:relation rdf:resource="http://a/b"/></rdf:Description>`, []string{"dc:relation dc relation=http://a/b"}},
		"a list":                {`<rdf:Description><dc:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li>b &amp; c</rdf:li></rdf:Bag></dc:subject></rdf:Description>`, []string{"dc:subject dc subject[0]=a", "dc:subject dc subject[1]=b & c"}},
		"languages":             {`<rdf:Description><dc:title><rdf:Alt><rdf:li xml:lang="be">Менск</rdf:li></rdf:Alt></dc:title></rdf:Description>`, []string{"dc:title dc title[0]=Менск be"}},
		"a structure":           {`<rdf:Description><xmpMM:DerivedFrom rdf:parseType="Resource"><stRef:documentID>d</stRef:documentID></xmpMM:DerivedFrom></rdf:Description>`, []string{"xmpMM:DerivedFromDocumentID xmpMM DerivedFrom/stRef:documentID=d"}},
		"a structure, in short": {`<rdf:Description><xmpMM:DerivedFrom stRef:documentID="d" stRef:instanceID="i"/></rdf:Description>`, []string{"xmpMM:DerivedFromDocumentID xmpMM DerivedFrom/stRef:documentID=d", "xmpMM:DerivedFromInstanceID xmpMM DerivedFrom/stRef:instanceID=i"}},
		"a description within":  {`<rdf:Description><xmpMM:DerivedFrom><rdf:Description stRef:documentID="d"/></xmpMM:DerivedFrom></rdf:Description>`, []string{"xmpMM:DerivedFromDocumentID xmpMM DerivedFrom/stRef:documentID=d"}},
		"structures in a list": {`<rdf:Description><xmpMM:History><rdf:Seq><rdf:li stEvt:action="created"/><rdf:li rdf:parseType="Resource"><stEvt:action>saved</stEvt:action></rdf:li></rdf:Seq></xmpMM:History></rdf:Description>`,
			[]string{"xmpMM:HistoryAction xmpMM History[0]/stEvt:action=created", "xmpMM:HistoryAction xmpMM History[1]/stEvt:action=saved"}},
		"cut off": {`<rdf:Description dc:format="a"><dc:subject><rdf:Bag><rdf:li>b</rdf:li>`, []string{"dc:format dc format=a", "dc:subject dc subject[0]=b"}},
	} {
		packet := "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF" + rdfNames + ">" + tt.body
		if name != "cut off" {
			packet += "</rdf:RDF></x:xmpmeta>"
		}
		leaves, err := properties([]byte(packet), &prefixes{packet: []byte(packet)})
		if err != nil && name != "cut off" {
			t.Errorf("%s: %v", name, err)
		}
		var got []string
		for _, l := range leaves {
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s=%s %s", l.full(), l.prefix, l.path, l.text, l.lang)))
			if there := packet[l.at : l.at+l.n]; !strings.Contains(there, l.text) && l.text != "b & c" {
				t.Errorf("%s: %q is not in %q", name, l.text, there)
			}
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestPropertiesAreBounded(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("<dc:a rdf:parseType=\"Resource\">", 5000)
	wide := "<rdf:Description>" + strings.Repeat("<dc:a/>", 30000)
	for name, body := range map[string]string{"deep": "<rdf:Description>" + deep, "wide": wide} {
		_, err := properties([]byte("<rdf:RDF"+rdfNames+">"+body), &prefixes{})
		if !errors.Is(err, pipeline.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPast: history, declarations and relations.
func TestPast(t *testing.T) {
	t.Parallel()
	packet := "<rdf:RDF" + rdfNames + `><rdf:Description xmpMM:DocumentID="xmp.did:1" xmpMM:OriginalDocumentID="xmp.did:0"` +
		` Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"><xmpMM:History><rdf:Seq>` +
		`<rdf:li stEvt:action="created" stEvt:when="2020-08-09T22:00:00+03:00" stEvt:softwareAgent="GIMP"/><rdf:li stEvt:action="saved" stEvt:instanceID="xmp.iid:2" stEvt:changed="/"/>` +
		`</rdf:Seq></xmpMM:History><xmpMM:DerivedFrom stRef:documentID="xmp.did:9"/></rdf:Description></rdf:RDF>`
	got := read(hold(jpegOf(xmpSegment(packet))))
	var have []pipeline.Fact
	for _, f := range got.facts {
		switch f.(type) {
		case pipeline.History, pipeline.Declaration, pipeline.Relation:
			have = append(have, f)
		}
	}
	want := []pipeline.Fact{
		pipeline.Relation{What: "document", Value: "xmp.did:1", Source: "xmpMM:DocumentID"},
		pipeline.Relation{What: "original_document", Value: "xmp.did:0", Source: "xmpMM:OriginalDocumentID"},
		pipeline.Declaration{Subject: "ai", What: "trainedAlgorithmicMedia", Value: "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia", Vocabulary: "IPTC DigitalSourceType", Source: "Iptc4xmpExt:DigitalSourceType"},
		pipeline.Relation{What: "derived_from", Value: "xmp.did:9", Note: "documentID", Source: "xmpMM:DerivedFrom/stRef:documentID"},
		pipeline.History{Action: "created", When: "2020-08-09T22:00:00+03:00", Software: "GIMP", Source: "xmpMM:History[0]"},
		pipeline.History{Action: "saved", Parameters: "/", Instance: "xmp.iid:2", Source: "xmpMM:History[1]"},
	}
	if d := cmp.Diff(want, have); d != "" || got.err != nil {
		t.Errorf("%v %s", got.err, d)
	}
}

// TestExtendedXMP: parts in any order make one packet; a gap ends it.
func TestExtendedXMP(t *testing.T) {
	t.Parallel()
	packet := "<rdf:RDF" + rdfNames + `><rdf:Description><dc:title>a long title</dc:title></rdf:Description></rdf:RDF>`
	half := len(packet) / 2
	part := func(at int, text string) string {
		n := binary.BigEndian.AppendUint32(nil, uint32(len(packet)))
		return segment(0xe1, introExtended+strings.Repeat("A", 32)+string(binary.BigEndian.AppendUint32(n, uint32(at)))+text)
	}
	whole := read(hold(jpegOf(part(half, packet[half:]), part(0, packet[:half]))))
	if tags := all[pipeline.Tag](whole); len(tags) == 0 || tags[0].Value != "a long title" || tags[0].Reader != "dokaz" || whole.err != nil {
		t.Errorf("%+v %v", tags, whole.err)
	}
	if tags := all[pipeline.Tag](read(hold(jpegOf(part(half, packet[half:]))))); len(tags) != 0 {
		t.Errorf("from the second half alone: %+v", tags)
	}
}

// TestMakerNotes: bases of offsets, byte orders and arrays as the table of makers says.
func TestMakerNotes(t *testing.T) {
	t.Parallel()
	apple := "Apple iOS\x00\x00\x01MM" + "\x00\x02" + "\x00\x01\x00\x09\x00\x00\x00\x01\x00\x00\x00\x0a" + "\x00\x0b\x00\x02\x00\x00\x00\x09\x00\x00\x00\x2c" + "\x00\x00\x00\x00" + "ABCD-EFG\x00"
	nikon := "Nikon\x00\x02\x10\x00\x00MM\x00*\x00\x00\x00\x08" + "\x00\x01" + "\x00\x1d\x00\x02\x00\x00\x00\x08\x00\x00\x00\x1a" + "\x00\x00\x00\x00" + "3002121\x00"
	for name, tt := range map[string]struct {
		make, notes string
		tags        []string
		fact        pipeline.Fact
	}{
		"Apple": {"Apple", apple, []string{"Apple:1 MakerNoteVersion=10", "Apple:11 BurstUUID=ABCD-EFG"}, pipeline.Relation{What: "burst", Value: "ABCD-EFG", Source: "Apple:BurstUUID"}},
		"Nikon": {"NIKON CORPORATION", nikon, []string{"Nikon:29 SerialNumber=3002121"}, pipeline.Device{Source: "Nikon:SerialNumber", Serial: "3002121"}},
		"noise": {"Canon", strings.Repeat("\xff\xfe\x01", 60), nil, nil},
	} {
		file := tiffOf(content{ifd0: []entry{ascii(0x10f, tt.make)}, exif: []entry{undefined(0x927c, tt.notes)}})
		got := read(hold(jpegOf(exifSegment(file))))
		var tags []string
		for i, f := range got.facts {
			if tag, ok := f.(pipeline.Tag); ok && !slices.Contains([]string{"IFD0", "ExifIFD"}, tag.Group) {
				tags = append(tags, tag.Group+":"+tag.ID+" "+tag.Name+"="+tag.Value)
				at := *got.places[i].Offset
				if there := string(jpegOf(exifSegment(file))[at : at+got.places[i].Length]); tag.Type == "ASCII" && there != tag.Value+"\x00" {
					t.Errorf("%s: %q stands at byte %d", name, there, at)
				}
			}
		}
		if d := cmp.Diff(tt.tags, tags); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if tt.fact != nil && !slices.Contains(got.facts, tt.fact) {
			t.Errorf("%s: no %+v", name, tt.fact)
		}
	}
}

func TestCanonArrays(t *testing.T) {
	t.Parallel()
	settings := binary.LittleEndian.AppendUint16(nil, 8)
	for _, v := range []uint16{1, 0, 3} {
		settings = binary.LittleEndian.AppendUint16(settings, v)
	}
	for base := 0; ; base++ { // the notes lie where the layout puts them: offsets count from the TIFF header
		notes := append([]byte("\x01\x00\x01\x00\x03\x00\x04\x00\x00\x00"), binary.LittleEndian.AppendUint32(nil, uint32(base+18))...)
		notes = append(append(notes, 0, 0, 0, 0), settings...)
		file := tiffOf(content{ifd0: []entry{ascii(0x10f, "Canon")}, exif: []entry{{0x927c, 7, len(notes), notes}}})
		if string(file[base:min(len(file), base+len(notes))]) != string(notes) {
			continue
		}
		var got []string
		for _, tag := range all[pipeline.Tag](read(hold(file))) {
			if tag.Group == "Canon" && tag.ID != "1" {
				got = append(got, tag.ID+" "+tag.Name+"="+tag.Value)
			}
		}
		if d := cmp.Diff([]string{"1:1 MacroMode=1", "1:2 SelfTimer=0", "1:3 Quality=3"}, got); d != "" {
			t.Error(d)
		}
		return
	}
}

func TestPNGTexts(t *testing.T) {
	t.Parallel()
	deflated := "x\x9c\x4b\xcc\x4b\xce\x48\x2d\x52\x30\x54\x00\x00\x13\x0a\x03\x3a" // whatever it is, a fault of it must be told
	got := read(hold(pngOf("IHDR", strings.Repeat("\x00", 13), "tEXt", "Author\x00Andr\xe9", "zTXt", "Comment\x00\x00"+deflated, "tEXt", "parameters\x00a cat\nSteps: 20", "iTXt", "Title\x00\x00\x00be\x00\x00Менск")))
	var tags []string
	for _, tag := range all[pipeline.Tag](got) {
		if tag.Name != "Comment" {
			tags = append(tags, tag.Group+":"+tag.Name+"="+tag.Value+" "+tag.Note)
		}
	}
	want := []string{"PNG:Author=André ", "PNG:parameters=a cat\nSteps: 20 ", "PNG:Title=Менск language be"}
	if d := cmp.Diff(want, tags); d != "" {
		t.Error(d)
	}
	if d := all[pipeline.Declaration](got); len(d) != 1 || d[0].Subject != "ai" || d[0].What != "parameters" {
		t.Errorf("%+v", d)
	}
}

func FuzzProperties(f *testing.F) {
	f.Add([]byte("<rdf:RDF" + rdfNames + `><rdf:Description dc:format="a"><dc:subject><rdf:Bag><rdf:li>b</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF>`))
	f.Add([]byte("\xff\xfe<\x00a\x00>\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if tooManyElements(b) {
			return
		}
		leaves, _ := properties(b, &prefixes{packet: b})
		for _, l := range leaves {
			if l.at < 0 || l.n < 0 || l.path == "" {
				t.Fatalf("%+v", l)
			}
		}
	})
}
