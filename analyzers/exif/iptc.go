package exif

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bep/imagemeta"

	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// dataset is one dataset of IPTC-IIM (version 4.2 §1.5).
type dataset struct {
	id     [2]uint8 // record, number
	at     int      // of its data in the block
	length int      // bytes as announced
	data   []byte
	plain
}

// iptc reads one block: our own walk for values and places, then imagemeta on the same datasets.
func (x *examination) iptc(b block) error {
	if b.size > maxPacket {
		return fmt.Errorf("IPTC of %s bytes, the limit is %s: %w", tiff.Grouped(b.size), tiff.Grouped(maxPacket), pipeline.ErrRefused)
	}
	raw, err := b.bytes(b.size)
	if err != nil {
		return err
	}
	at, n := iimIn(raw)
	if n == 0 {
		return nil
	}
	sets, err := datasets(raw[at:at+n], at)
	for _, d := range sets {
		x.tag(b.where("", int64(d.at), int64(d.length)), pipeline.Tag{
			Reader: readerOwn, Group: "IPTC", ID: datasetID(d.id), Name: datasetName(d.id),
			Value: d.text, Cut: d.cut, Note: d.note,
		})
	}
	x.iptcFacts(b, sets)
	if err != nil || x.alone {
		return err
	}
	return x.imagemetaIPTC(b, raw[at:at+n], sets)
}

// iimIn finds the datasets: they are the block itself, or stand in Photoshop's image resource 0x0404 (Adobe
// Photoshop File Formats, Image Resource Blocks).
func iimIn(raw []byte) (at, n int) {
	if len(raw) > 0 && raw[0] == 0x1c {
		return 0, len(raw)
	}
	for at+12 <= len(raw) {
		switch string(raw[at : at+4]) {
		case "8BIM", "MeSa", "AgHg", "PHUT", "DCSR":
		default:
			return 0, 0
		}
		id := binary.BigEndian.Uint16(raw[at+4:])
		data := at + 6 + int(raw[at+6]) + 1 // behind the name, whose field is even
		data += (data - at) % 2
		if data+4 > len(raw) {
			return 0, 0
		}
		n := int(binary.BigEndian.Uint32(raw[data:]))
		data += 4
		if id == 0x0404 {
			return data, min(n, len(raw)-data)
		}
		if n > len(raw)-data {
			return 0, 0
		}
		at = data + n + n%2
	}
	return 0, 0
}

// datasets cuts IIM into its datasets; base is its place in the block. Padding behind the last is not an error.
func datasets(iim []byte, base int) ([]dataset, error) {
	var out []dataset
	utf := false
	for at := 0; at+5 <= len(iim) && iim[at] == 0x1c; {
		if len(out) == maxProperties {
			return out, fmt.Errorf("IPTC of more than %s datasets: %w", tiff.Grouped(maxProperties), pipeline.ErrRefused)
		}
		d := dataset{id: [2]uint8{iim[at+1], iim[at+2]}, length: int(binary.BigEndian.Uint16(iim[at+3:]))}
		at += 5
		if d.length&0x8000 != 0 { // extended dataset: the length's length
			width := d.length & 0x7fff
			if width == 0 || width > 4 || at+width > len(iim) {
				return out, fmt.Errorf("dataset %s at byte %d has no readable length", datasetID(d.id), at-5)
			}
			d.length = 0
			for _, c := range iim[at : at+width] {
				d.length = d.length<<8 | int(c)
			}
			at += width
		}
		d.at, d.data = base+at, iim[at:min(at+d.length, len(iim))]
		d.plain = d.decode(utf)
		if d.id == [2]uint8{1, 90} {
			utf = bytes.Equal(d.data, []byte("\x1b%G")) // ISO 2022: UTF-8 from here on
		}
		out = append(out, d)
		if d.length > len(iim)-at {
			return out, fmt.Errorf("dataset %s at byte %d wants %d bytes of %d", datasetID(d.id), at, d.length, len(iim)-at)
		}
		at += d.length
	}
	return out, nil
}

// decode gives the value: two-byte numbers where the standard has them, else text in the character set stated.
func (d dataset) decode(utf bool) plain {
	switch d.id {
	case [2]uint8{1, 0}, [2]uint8{1, 20}, [2]uint8{1, 22}, [2]uint8{1, 120}, [2]uint8{1, 122}, [2]uint8{2, 0}, [2]uint8{2, 200}, [2]uint8{2, 201}:
		if len(d.data) == 2 {
			return plain{text: strconv.Itoa(int(binary.BigEndian.Uint16(d.data)))}
		}
	}
	p := letters(d.data)
	if p.note == noteUTF8 && utf {
		p.note = ""
	}
	return p
}

// imagemetaIPTC compares the library's reading, which gets the datasets as field 33723 of a TIFF structure.
func (x *examination) imagemetaIPTC(b block, iim []byte, sets []dataset) error {
	if len(iim) <= 4 || len(iim) > 1<<16 {
		return fmt.Errorf("imagemeta not run: IPTC of %d bytes, it reads 5 to 65,536: %w", len(iim), pipeline.ErrRefused)
	}
	head := []byte("II*\x00\x08\x00\x00\x00\x01\x00\xbb\x83\x07\x00")
	head = binary.LittleEndian.AppendUint32(head, uint32(len(iim)))
	head = append(head, "\x1a\x00\x00\x00\x00\x00\x00\x00"...)
	said, err := askImagemeta(imagemeta.Options{
		R: bytes.NewReader(inPNG(append(head, iim...))), ImageFormat: imagemeta.PNG,
		Sources: imagemeta.EXIF | imagemeta.IPTC, LimitNumTags: maxProperties, LimitTagSize: maxTagSize,
	})
	byID := map[[2]uint8][]string{}
	var order [][2]uint8
	for _, t := range said {
		id, ok := datasetOf(t)
		if !ok {
			continue
		}
		items, isList := t.Value.([]string)
		if !isList {
			items = []string{fmt.Sprint(t.Value)}
		}
		if byID[id] == nil {
			order = append(order, id)
		}
		byID[id] = append(byID[id], items...)
	}
	slices.SortFunc(order, func(a, b [2]uint8) int { return slices.Compare(a[:], b[:]) }) // it says lists in random order
	for _, id := range order {
		x.fromIPTC(b, id, byID[id], sets)
	}
	return err
}

// datasetOf finds the dataset that one of the library's names means.
func datasetOf(t imagemeta.TagInfo) (id [2]uint8, ok bool) {
	if t.Source != imagemeta.IPTC {
		return id, false
	}
	id, ok = iptcNumbered()[t.Tag]
	return id, ok
}

// fromIPTC says what the library reads of one dataset number.
func (x *examination) fromIPTC(b block, id [2]uint8, texts []string, sets []dataset) {
	var own []dataset
	for _, d := range sets {
		if d.id == id {
			own = append(own, d)
		}
	}
	k := key{"IPTC", datasetID(id)}
	agrees := len(own) == len(texts)
	for i, t := range texts {
		w := pipeline.In(b.path)
		if agrees {
			w = b.where("", int64(own[i].at), int64(own[i].length))
		}
		p := letters([]byte(t))
		x.tag(w, pipeline.Tag{Reader: readerImagemeta, Group: "IPTC", ID: k.id, Name: datasetName(id), Value: p.text, Cut: p.cut, Note: p.note})
	}
	for i := range own {
		agrees = agrees && sameDataset(own[i], texts[i])
	}
	if agrees {
		return
	}
	for _, d := range own {
		x.of(k, datasetName(id)).enter(readerOwn, d.text)
	}
	for _, t := range texts {
		x.other(k, datasetName(id), readerImagemeta, letters([]byte(t)).text, false)
	}
}

// sameDataset compares loosely: the library punctuates dates, takes text without a stated character set for
// Latin-1, and names character sets.
func sameDataset(d dataset, text string) bool {
	if d.id == [2]uint8{1, 90} {
		return true
	}
	latin := make([]rune, len(d.data))
	for i, c := range d.data {
		latin[i] = rune(c)
	}
	t := denote(text)
	if t == denote(d.text) || t == denote(string(latin)) || t == denote(strings.ToValidUTF8(string(d.data), "\uFFFD")) {
		return true
	}
	_, after, isVersion := strings.Cut(d.text, ".") // "ProgramVersion 1.0" is given as 1
	return isVersion && after == "0" && t == denote(strings.TrimSuffix(d.text, ".0")) && utf8.ValidString(d.text)
}
