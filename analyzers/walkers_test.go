package analyzers

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dokaz/analyzers/c2pa"
	"dokaz/analyzers/exif"
	"dokaz/analyzers/format"
	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/proof"
	"dokaz/analyzers/structure"
	"dokaz/fixtures"
	"dokaz/pipeline"
)

// Every walker has a target here, which lets whoever looks at such files examine them, within the bounds of a file's examination. Packages
// have targets of their own for what they alone know.

// walkers are those who take files apart without a library of C.
func walkers() []pipeline.Reader {
	var l pipeline.Limits
	return []pipeline.Reader{structure.Within(l), exif.Within(l), format.New(), c2pa.Within(c2pa.Shipped(), l)}
}

// whole fuzzes files of these formats, from the fixtures of them and from seeds.
func whole(f *testing.F, formats string, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	found := made(f, strings.Fields(formats))
	for _, b := range found {
		f.Add(b)
	}
	if len(found)+len(seeds) == 0 {
		f.Fatalf("nothing to begin with: no fixture is of %s", formats)
	}
	by := walkers()
	f.Fuzz(func(t *testing.T, b []byte) { walk(t, b, by...) })
}

// part fuzzes what stands in a file: put makes a file round it.
func part(f *testing.F, put func([]byte) []byte, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	by := walkers()
	f.Fuzz(func(t *testing.T, b []byte) { walk(t, put(b), by...) })
}

// The fixtures taken as seeds: few of each format, without most of what is coded in them.
const (
	mostSeeds = 6
	mostSeed  = 24 << 10
)

// made are fixtures of these formats, hollowed out.
func made(f *testing.F, formats []string) (out [][]byte) {
	f.Helper()
	of := map[string]int{}
	for _, set := range []string{"test", "hostile"} {
		err := filepath.WalkDir(fixtures.Dir(f, set), func(name string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			b, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			is, _ := pipeline.Sniff(b[:min(len(b), pipeline.SniffLength)])
			for _, want := range formats {
				if is.Name == want && of[want] < mostSeeds {
					of[want]++
					out = append(out, hollow(is.Name, b))
				}
			}
			return nil
		})
		if err != nil {
			f.Fatal(err)
		}
	}
	return out
}

// hollow leaves most of what is coded out of a file, so that what is changed of it is its structure.
func hollow(format string, b []byte) []byte {
	r, size := bytes.NewReader(b), int64(len(b))
	var out []byte
	keep := func(from, to int64) { out = append(out, b[max(0, min(from, size)):max(0, min(to, size))]...) }
	switch format {
	case "jpeg":
		scan, end := int64(0), size
		for s, err := range parts.Segments(r, 0, size) {
			if err != nil {
				break
			}
			switch s.Marker {
			case parts.MarkerSOS:
				scan = s.End()
			case parts.MarkerEOI:
				end = s.At
			}
		}
		keep(0, scan+64)
		keep(end, end+mostSeed/2)
	case "png":
		keep(0, 8)
		for p, err := range parts.PNGChunks(r, size) {
			if err != nil {
				break
			}
			if p.Name != "IDAT" || p.Length < 200 {
				keep(p.At, p.End()+4)
			}
		}
	case "mp4", "mov", "3gp", "m4a", "heic", "avif":
		for p, err := range parts.Boxes(r, 0, size) {
			if err != nil {
				break
			}
			if p.Name != "mdat" && p.Name != "moof" {
				keep(p.At, p.End())
				continue
			}
			out = binary.BigEndian.AppendUint32(out, 24)
			out = append(out, p.Name...)
			keep(p.Body, p.Body+16)
		}
	default:
		out = b
	}
	return bytes.Clone(out[:min(len(out), mostSeed)])
}

func FuzzJPEG(f *testing.F) {
	whole(f, "jpeg", "\xff\xd8\xff\xe0\x00\x04ab\xff\xda\x00\x02x\xff\x00\xff\xd3y\xff\xd9\xff\xd8\xff")
}

func FuzzPNG(f *testing.F) { whole(f, "png") }

func FuzzGIF(f *testing.F) {
	whole(f, "gif", "GIF89a\x01\x00\x01\x00\x00\x00\x00!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00!\xfe\x02hi\x00;tail")
}

func FuzzTIFF(f *testing.F) { whole(f, "tiff", block(true), block(false)) }

func FuzzWebP(f *testing.F) {
	whole(f, "webp", riff("WEBP", "VP8X", "\x2c\x00\x00\x00\x00\x00\x00\x00\x00\x00")+"EXIF\x04\x00\x00\x00II*\x00")
}

// FuzzBMFF is films and sounds of the ISO base media family.
func FuzzBMFF(f *testing.F) {
	nested := box("free", "")
	for range 40 {
		nested = box("moov", nested)
	}
	whole(f, "mp4 mov 3gp", box("ftyp", "isom\x00\x00\x00\x00")+nested,
		box("ftyp", "isom\x00\x00\x00\x00")+box("moov", box("meta", "\x00\x00\x00\x00"+box("keys", "\x00\x00\x00\x00\xff\xff\xff\xff\x00\x00\x00\x0cmdtaname")+box("ilst", strings.Repeat("\x00", 64)))))
}

// FuzzHEIFBoxes is pictures of that family, by their tables of items.
func FuzzHEIFBoxes(f *testing.F) {
	whole(f, "heic avif", box("ftyp", "heic\x00\x00\x00\x00heic")+box("meta", "\x00\x00\x00\x00"+box("pitm", "\x00\x00\x00\x00\x00\x01")+
		box("iinf", "\x00\x00\x00\x00\x00\x01"+box("infe", "\x02\x00\x00\x00\x00\x01\x00\x00Exif\x00"))+
		box("iloc", "\x01\x00\x00\x00\x44\x40\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x10\x00\x00\x00\x20")))
}

// FuzzCanonRaw is raw files of Canon's (CR3).
func FuzzCanonRaw(f *testing.F) {
	id := func(s string) string {
		b, err := hex.DecodeString(s)
		if err != nil {
			f.Fatal(err)
		}
		return string(b)
	}
	ftyp, small := box("ftyp", "crx \x00\x00\x00\x01crx "), string(picture())
	canon := id("85c0b687820f11e08111f4ce462b6a48") + box("CNCV", "CanonCR3") + box("CMT1", string(block(false))) + box("CMT2", string(block(true))) + box("CMT3", string(block(false))) +
		box("THMB", "\x00\x00\x00\x00\x00\xa0\x00\x78\x00\x00\x00\x40\x00\x01\x00\x00"+small)
	track := box("trak", box("mdia", box("minf", box("stbl", box("stsd", "\x00\x00\x00\x00\x00\x00\x00\x01"+box("CRAW", strings.Repeat("\x00", 82)+box("JPEG", "\x00\x00\x00\x00")))+
		box("stsz", "\x00\x00\x00\x00\x00\x00\x00\x40\x00\x00\x00\x01")+box("co64", "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x20")))))
	preview := box("uuid", id("eaf42b5e1c984b88b9fbb7dc406e4d16")+"\x00\x00\x00\x00\x00\x00\x00\x01"+box("PRVW", "\x00\x00\x00\x00\x00\x01\x00\xa0\x00\x78\x00\x01\x00\x00\x00\x40"+small))
	whole(f, "cr3", ftyp+box("moov", box("uuid", canon)+track)+preview+box("mdat", small))
}

// FuzzOlympusRaw is makers' notes of Olympus in a raw file (ORF), where previews are.
func FuzzOlympusRaw(f *testing.F) {
	seed := "OLYMPUS\x00II\x03\x00\x01\x00\x20\x20\x0d\x00\x01\x00\x00\x00\x1e\x00\x00\x00\x00\x00\x00\x00" +
		"\x02\x00\x01\x01\x04\x00\x01\x00\x00\x00\x40\x00\x00\x00\x02\x01\x04\x00\x01\x00\x00\x00\x80\x00\x00\x00\x00\x00\x00\x00" + string(picture())
	part(f, func(b []byte) []byte {
		b = []byte(notes("OLYMPUS", string(b)))
		if len(b) > 4 && string(b[:2]) == "II" {
			copy(b[2:], "RO")
		}
		return b
	}, seed, "OLYMP\x00\x00\x00"+seed[12:])
}

func FuzzMatroska(f *testing.F) {
	whole(f, "matroska webm", "\x1a\x45\xdf\xa3\x84\x42\x86\x81\x01"+strings.Repeat("\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff", 40))
}

// FuzzRIFF is AVI and WAVE.
func FuzzRIFF(f *testing.F) {
	whole(f, "avi wav", "RIFF\xff\xff\xff\xffAVI "+strings.Repeat("LIST\xff\xff\xff\x00INFO", 40), "RIFF\xff\xff\xff\xffAVI LIST\xff\xff\xff\x00INFOISFT\xff\xff\xff\x00Lavf", riff("WAVE", "LIST", "INFOISFT\x04\x00\x00\x00Lavf"))
}

func FuzzTransport(f *testing.F) { whole(f, "mpegts") }

func FuzzProgram(f *testing.F) { whole(f, "mpegps") }

// FuzzID3 is MPEG audio with its tags.
func FuzzID3(f *testing.F) {
	whole(f, "mp3", "ID3\x03\x00\x40\x00\x00\x00\x0a\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00",
		"ID3\x03\x00\x00\x00\x00\x00\x2aTIT2\x00\x00\x00\x07\x00\x00\x01\xff\xfea\x00b\x00APIC\x00\x00\x00\x0d\x00\x00\x00image/jpeg\x00\x03\x00\xff\xd8")
}

func FuzzOgg(f *testing.F) {
	whole(f, "ogg", "OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x13OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00")
}

func FuzzFLAC(f *testing.F) {
	whole(f, "flac", "fLaC"+strings.Repeat("\x01\x00\x00\x00", 40), "fLaC\x03\xff\xff\xff"+strings.Repeat("\x00", 50), "fLaC\x06\x00\x00\x2a\x00\x00\x00\x03\x00\x00\x00\x0aimage/jpeg\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x18\x00\x00\x00\x00\x00\x00\x00\x03\xff\xd8\xff")
}

// FuzzExifBlock is directories and their fields, in a JPEG.
func FuzzExifBlock(f *testing.F) {
	part(f, func(b []byte) []byte { return picture(segment(0xe1, "Exif\x00\x00"+string(b))) }, block(true), block(false))
}

// FuzzMakerNotes is the notes of each maker that a table knows, as the field of an Exif block.
func FuzzMakerNotes(f *testing.F) {
	seeds := []string{"\x00Apple iOS\x00\x00\x01MM", "\x00Nikon\x00\x02\x10\x00\x00MM\x00*\x00\x00\x00\x08", "\x03FUJIFILM\x0c\x00\x00\x00", "\x04OLYMPUS\x00II\x03\x00", "\x05Panasonic\x00\x00\x00", "\x06AOC\x00MM", "\x01", "\x02SONY DSC \x00\x00\x00", "\x07"}
	for i := range seeds {
		seeds[i] += "\x02\x00\x01\x00\x03\x00\x08\x00\x00\x00\x1a\x00\x00\x00\x07\x00\x02\x00\x40\x00\x00\x00\x20\x00\x00\x00\x00\x00\x00\x00" + strings.Repeat("\x01\x00", 64)
	}
	makes := []string{"Apple", "Canon", "SONY", "FUJIFILM", "OLYMPUS", "Panasonic", "PENTAX", "SAMSUNG", "HUAWEI", "NIKON CORPORATION"}
	part(f, func(b []byte) []byte {
		which := 0
		if len(b) > 0 {
			which, b = int(b[0])%len(makes), b[1:]
		}
		return picture(segment(0xe1, "Exif\x00\x00"+notes(makes[which], string(b))))
	}, seeds...)
}

// FuzzXMP is packets, in a JPEG.
func FuzzXMP(f *testing.F) {
	const front = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#">`
	part(f, func(b []byte) []byte { return picture(segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+string(b))) },
		front+`<rdf:Description dc:format="a"><dc:subject><rdf:Bag><rdf:li>b</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>`,
		front+`<rdf:Description><xmpMM:History><rdf:Seq><rdf:li stEvt:action="saved" stEvt:when="2020-08-11T09:12:00"/></rdf:Seq></xmpMM:History>`,
		"\xff\xfe<\x00a\x00>\x00\x2d\x4e\x2d\x4e", `<!DOCTYPE x [<!ENTITY a "b">]><a>&a;</a>`)
}

// FuzzExtendedXMP is the parts of a packet that is longer than a segment.
func FuzzExtendedXMP(f *testing.F) {
	part(f, func(b []byte) []byte {
		half := b[:len(b)/2]
		return picture(segment(0xe1, "http://ns.adobe.com/xmp/extension/\x00"+string(half)), segment(0xe1, "http://ns.adobe.com/xmp/extension/\x00"+string(b[len(half):])))
	}, strings.Repeat("A", 32)+"\x00\x00\x00\x10\x00\x00\x00\x00<a><b/>"+strings.Repeat("A", 32)+"\x00\x00\x00\x10\x00\x00\x00\x08<c/></a>")
}

// FuzzIPTC is Photoshop's resources and the datasets in them.
func FuzzIPTC(f *testing.F) {
	part(f, func(b []byte) []byte { return picture(segment(0xed, "Photoshop 3.0\x00"+string(b))) },
		"8BIM\x04\x04\x00\x00\x00\x00\x00\x10\x1c\x01\x5a\x00\x03\x1b%G\x1c\x02\x05\x00\x03abc", "8BIM\x04\x04\x00\x00\x00\x00\x00\x07\x1c\x02\x28\x80\x04\xff\xff", "\x1c\x02\x78\x00\x01a", "\x1c\x01\x38\x42\x49abc")
}

// FuzzICC is profiles.
func FuzzICC(f *testing.F) {
	head := "\x00\x00\x00\xa8lcms\x04\x30\x00\x00mntrRGB XYZ " + strings.Repeat("\x00", 12) + "acspMSFT" + strings.Repeat("\x00", 84)
	part(f, func(b []byte) []byte { return picture(segment(0xe2, "ICC_PROFILE\x00\x01\x01"+string(b))) },
		head+"\x00\x00\x00\x01desc\x00\x00\x00\x90\x00\x00\x00\x18mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0cenUS", head+"\xff\xff\xff\xff")
}

// FuzzJUMBF is boxes of credentials, in a JPEG. Package c2pa's own target begins with credentials that hold.
func FuzzJUMBF(f *testing.F) {
	store := box("jumb", box("jumd", "c2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71\x03c2pa\x00")+box("jumb", box("jumd", "c2ma\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71\x03urn:x\x00")+box("cbor", "\xa1aa\x01")))
	part(f, func(b []byte) []byte { return picture(segment(0xeb, "JP\x00\x01\x00\x00\x00\x01"+string(b))) }, store, store[:40])
}

// FuzzThumbnail is the small picture in an Exif block.
func FuzzThumbnail(f *testing.F) {
	part(f, func(b []byte) []byte { return picture(segment(0xe1, "Exif\x00\x00"+withThumbnail(string(b)))) }, string(picture()), "\xff\xd8\xff\xe0\x00\x04ab\xff\xd9")
}

// FuzzTrailer is what stands behind the end of a picture: Samsung's records, films, further pictures.
func FuzzTrailer(f *testing.F) {
	sef := "\x00\x00\x30\x0a\x10\x00\x00\x00MotionPhoto_Data" + box("ftyp", "mp42") + "SEFH\x6a\x00\x00\x00\x01\x00\x00\x00\x00\x00\x30\x0a\x24\x00\x00\x00\x24\x00\x00\x00\x18\x00\x00\x00SEFT"
	part(f, func(b []byte) []byte { return append(picture(), b...) }, sef, "\x00\x00\x00"+string(picture()), box("ftyp", "mp42")+box("moov", ""))
}

// stamped is a proof of OpenTimestamps, whose digest a calendar promised to stamp. Proofs are in no set of fixtures.
const stamped = "\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01\x08dddddddddddddddddddddddddddddddd" +
	"\x00\x83\xdf\xe3\x0d\x2e\xf9\x0c\x8e\x05\x04http"

// FuzzProofs is OpenTimestamps files and time stamps.
func FuzzProofs(f *testing.F) {
	f.Add([]byte(stamped))
	f.Add([]byte("\x30\x82\x00\x10\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		within(t, "proof", len(b), func() {
			_ = proof.New().Read(t.Context(), pipeline.Item{Size: int64(len(b)), Kind: pipeline.Other}, held{bytes.NewReader(b)}, func(w pipeline.Where, fact pipeline.Fact) {
				inside(t, "proof", w, fact, int64(len(b)))
			})
		})
	})
}

func box(name, body string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))) + name + body
}

// riff is a RIFF file of one chunk.
func riff(form, name, body string) string {
	body = form + name + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body
	return "RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body
}

// segment is a marker segment, its body cut to what one can hold.
func segment(marker byte, body string) string {
	body = body[:min(len(body), 65533)]
	return "\xff" + string([]byte{marker}) + string(binary.BigEndian.AppendUint16(nil, uint16(2+len(body)))) + body
}

// picture is a JPEG of a grey square of eight pixels, with segments in front.
func picture(segments ...string) []byte {
	q := segment(0xdb, "\x00"+strings.Repeat("\x01", 64))
	frame := segment(0xc0, "\x08\x00\x08\x00\x08\x01\x01\x11\x00")
	dc := segment(0xc4, "\x00\x01"+strings.Repeat("\x00", 15)+"\x00")
	ac := segment(0xc4, "\x10\x01"+strings.Repeat("\x00", 15)+"\x00")
	return []byte("\xff\xd8" + strings.Join(segments, "") + q + frame + dc + ac + segment(0xda, "\x01\x01\x00\x00\x3f\x00") + "\x3f\xff\xd9")
}

// entry is a field of a directory.
type entry struct {
	id, kind uint16
	count    uint32
	value    uint32
}

// directory is a TIFF structure of one directory, with what its fields point to behind it.
func directory(order binary.AppendByteOrder, entries []entry, behind string) string {
	mark := "II"
	if order.AppendUint16(nil, 1)[0] == 0 {
		mark = "MM"
	}
	b := order.AppendUint32(order.AppendUint16([]byte(mark), 42), 8)
	b = order.AppendUint16(b, uint16(len(entries)))
	for _, e := range entries {
		b = order.AppendUint32(order.AppendUint32(order.AppendUint16(order.AppendUint16(b, e.id), e.kind), e.count), e.value)
	}
	return string(order.AppendUint32(b, 0)) + behind
}

// block is an Exif block whose directory holds texts, fractions, one directory twice and one within itself.
func block(little bool) string {
	var order binary.AppendByteOrder = binary.BigEndian
	if little {
		order = binary.LittleEndian
	}
	return directory(order, []entry{{0x10f, 2, 6, 0x6e}, {0x110, 2, 6, 0x6e}, {0x112, 3, 1, 6 << 16}, {0x132, 2, 20, 0x74}, {0x8769, 4, 1, 8}, {0x8825, 4, 1, 8}, {0x14a, 4, 2, 0x6e}, {2, 5, 3, 0x74}},
		"Canon\x00"+"2020:08:09 22:14:05\x00"+"\x00\x00\x00\x35\x00\x00\x00\x01\x00\x00\x00\x36\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x01")
}

// notes is an Exif block of a maker whose notes are these.
func notes(make, body string) string {
	make += "\x00"
	const behind = 8 + 2 + 2*12 + 4
	exif := uint32(behind + len(make))
	sub := string(binary.LittleEndian.AppendUint16(nil, 1)) + string(binary.LittleEndian.AppendUint16(nil, 0x927c)) + string(binary.LittleEndian.AppendUint16(nil, 7)) +
		string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + string(binary.LittleEndian.AppendUint32(nil, exif+18)) + "\x00\x00\x00\x00"
	return directory(binary.LittleEndian, []entry{{0x10f, 2, uint32(len(make)), behind}, {0x8769, 4, 1, exif}}, make+sub+body)
}

// withThumbnail is an Exif block with this small picture.
func withThumbnail(body string) string {
	const behind = 8 + 2 + 2*12 + 4
	return directory(binary.BigEndian, []entry{{0x201, 4, 1, behind}, {0x202, 4, 1, uint32(len(body))}}, body)
}
