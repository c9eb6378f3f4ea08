package exif

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dokaz/fixtures/stock/craft"
	"dokaz/pipeline"
)

// canonFile lays out a raw file of Canon's (lclevy/canon_cr3): each directory in a box of its own, XMP in another.
func canonFile(t *testing.T) []byte {
	t.Helper()
	id := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	one := func(fields ...entry) []byte { return tiffOf(content{ifd0: fields}) }
	return slices.Concat(craft.Box("ftyp", []byte("crx \x00\x00\x00\x01crx isom")),
		craft.Box("moov", craft.Box("uuid", id(uuidCanon), craft.Box("CNCV", []byte("CanonCR3_001/00.09.00/00.00.00")),
			craft.Box("CMT1", one(ascii(0x10f, "Canon"), ascii(0x110, "Canon EOS R"), short(0x112, 6))),
			craft.Box("CMT2", one(ascii(0x9003, "2020:08:10 21:30:00"), ascii(0x9011, "+03:00"), ascii(0x9291, "25"), ascii(0xa431, "012345678901"), ascii(0xa434, "RF24-105mm F4 L IS USM"))),
			craft.Box("CMT3", one(ascii(0x6, "Canon EOS R"), ascii(0x7, "Firmware Version 1.8.0"), entry{0x10, 4, 1, []byte{0x24, 4, 0, 0x80}})),
			craft.Box("CMT4", one(ascii(1, "N"), rationals(2, 5, 53, 1, 54, 1, 0, 1), ascii(3, "E"), rationals(4, 5, 27, 1, 33, 1, 36, 1))))),
		craft.Box("uuid", id(uuidXMP), []byte(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>`)),
		craft.Box("mdat", []byte("raw")))
}

// TestCanonRawAsExifTool: every field that ExifTool reads of the directories is read with its value, under the directory that it is of.
func TestCanonRawAsExifTool(t *testing.T) {
	t.Parallel()
	b := canonFile(t)
	got := read(hold(b))
	if got.err != nil {
		t.Fatal(got.err)
	}
	ours := map[string]string{}
	var where pipeline.Position
	var device, serial, rated bool
	for _, f := range got.facts {
		switch f := f.(type) {
		case pipeline.Tag:
			if f.Reader == readerOwn {
				ours[f.Group+":"+f.ID] = f.Value
				rated = rated || f.Group == "xmp" && f.Value == "4"
			}
		case pipeline.Position:
			where = f
		case pipeline.Device:
			device, serial = device || f.Model == "Canon EOS R", serial || f.Serial == "012345678901"
		case pipeline.Disagreement:
			t.Errorf("%+v", f)
		}
	}
	if math.Abs(where.Latitude-53.9)+math.Abs(where.Longitude-27.56) > 1e-9 || !device || !serial || !rated {
		t.Errorf("%+v, %v, %v, %v", where, device, serial, ours)
	}
	name := filepath.Join(t.TempDir(), "a.cr3")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "exiftool", "-j", "-n", "-G1", "-D", "-IFD0:all", "-ExifIFD:all", "-GPS:all", "-Canon:all", name).Output()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("NOT COMPARED: exiftool is not installed")
	}
	var all []map[string]any
	if err := errors.Join(err, json.Unmarshal(out, &all)); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for key, v := range all[0] {
		field, is := v.(map[string]any)
		if _, err := strconv.Atoi(fmt.Sprint(field["id"])); !is || err != nil {
			continue // what the boxes themselves say
		}
		group, _, _ := strings.Cut(key, ":")
		of := group + ":" + fmt.Sprint(field["id"])
		if _, known := ours[of]; !known {
			t.Errorf("%s = %v is not read as %s", key, field["val"], of)
		}
		compared++
	}
	if compared < 12 {
		t.Errorf("%d fields compared: %s", compared, out)
	}
}
