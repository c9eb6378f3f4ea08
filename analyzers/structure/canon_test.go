package structure

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"testing"

	"dokaz/fixtures/stock/craft"
)

func bigEndian(values ...any) (b []byte) {
	for _, v := range values {
		switch v := v.(type) {
		case int:
			b = binary.BigEndian.AppendUint32(b, uint32(v))
		case uint64:
			b = binary.BigEndian.AppendUint64(b, v)
		case uint16:
			b = binary.BigEndian.AppendUint16(b, v)
		case string:
			b = append(b, v...)
		case []byte:
			b = append(b, v...)
		}
	}
	return b
}

// canonRaw lays out a file as Canon's cameras do (lclevy/canon_cr3): directories and a thumbnail in a box of the movie, a preview in one of its own, a large picture
// in a track beside the raw one.
func canonRaw(t *testing.T, small, middle, large []byte) []byte {
	t.Helper()
	id := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	text := func(id uint16, s string) rawField { return bytesField(id, 2, []byte(s+"\x00")) }
	directory := func(fields ...rawField) []byte {
		f := newRaw(42)
		return f.done(f.dir(0, fields...))
	}
	ftyp := craft.Box("ftyp", bigEndian("crx ", 1, "crx isom"))
	canon := craft.Box("uuid", id("85c0b687820f11e08111f4ce462b6a48"),
		craft.Box("CNCV", []byte("CanonCR3_001/00.09.00/00.00.00")),
		craft.Box("CMT1", directory(text(0x10f, "Canon"), text(0x110, "Canon EOS R"), text(0x132, "2020:08:10 21:30:00"))),
		craft.Box("CMT2", directory(text(0x9003, "2020:08:10 21:30:00"), text(0x9291, "25"), text(0xa431, "012345678"))),
		craft.Box("CMT3", directory(text(0x6, "Canon EOS R"), text(0x7, "Firmware Version 1.8.0"))),
		craft.Box("CMT4", directory(bytesField(1, 2, []byte("N\x00")), bytesField(2, 5, slices.Concat(littleLong(53), littleLong(1), littleLong(54), littleLong(1), littleLong(0), littleLong(1))),
			bytesField(3, 2, []byte("E\x00")), bytesField(4, 5, slices.Concat(littleLong(27), littleLong(1), littleLong(33), littleLong(1), littleLong(36), littleLong(1))))),
		craft.Box("THMB", bigEndian(0, uint16(160), uint16(120), len(small), uint16(1), uint16(0), small)))
	preview := craft.Box("uuid", id("eaf42b5e1c984b88b9fbb7dc406e4d16"), bigEndian(0, 1), craft.Box("PRVW", bigEndian(0, uint16(1), uint16(1616), uint16(1080), uint16(1), len(middle), middle)))
	entry := craft.Box("CRAW", bigEndian(0, 1, make([]byte, 16), uint16(1720), uint16(1300), 72<<16, 72<<16, 0, uint16(1), make([]byte, 32), uint16(24), uint16(0xffff), 0), craft.Box("JPEG", bigEndian(0)))
	track := func(at uint64) []byte {
		return craft.Box("trak",
			craft.Box("tkhd", bigEndian(7, 0, 0, 1, 0, 1, make([]byte, 60))),
			craft.Box("mdia", craft.Box("mdhd", bigEndian(0, 0, 0, 1, 1, 0)), craft.Box("hdlr", bigEndian(0, 0, "vide", make([]byte, 13))),
				craft.Box("minf", craft.Box("vmhd", bigEndian(1, 0, 0)), craft.Box("stbl", craft.Box("stsd", bigEndian(0, 1), entry), craft.Box("stts", bigEndian(0, 1, 1, 1)),
					craft.Box("stsc", bigEndian(0, 1, 1, 1, 1)), craft.Box("stsz", bigEndian(0, 0, 1, len(large))), craft.Box("co64", bigEndian(0, 1, at))))))
	}
	mvhd := craft.Box("mvhd", bigEndian(0, 0, 0, 1, 1, make([]byte, 80)))
	before := slices.Concat(ftyp, craft.Box("moov", canon, mvhd, track(0)), preview)
	return slices.Concat(ftyp, craft.Box("moov", canon, mvhd, track(uint64(len(before)+8))), preview, craft.Box("mdat", large))
}

func littleLong(v int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(v)) }

// olympusRaw lays out a file as cameras of Olympus do: the preview is in the settings within the makers' notes, whose offsets count from the notes.
func olympusRaw(small, large []byte) []byte {
	f := newRaw(0x4f52)
	text := func(id uint16, s string) rawField { return bytesField(id, 2, []byte(s+"\x00")) }
	notes := f.put([]byte("OLYMPUS\x00II\x03\x00")) // the directory follows it
	const fields, entries = 2, 3
	settings := 12 + 2 + 12*fields + 4
	data := settings + 2 + 12*entries + 4
	dir := slices.Concat(littleShort(fields),
		littleShort(0x100), littleShort(7), littleLong(len(small)), littleLong(data),
		littleShort(0x2020), littleShort(13), littleLong(1), littleLong(settings), littleLong(0),
		littleShort(entries),
		littleShort(0x100), littleShort(4), littleLong(1), littleLong(1),
		littleShort(0x101), littleShort(4), littleLong(1), littleLong(0), // see below
		littleShort(0x102), littleShort(4), littleLong(1), littleLong(len(large)), littleLong(0))
	f.b = slices.Concat(f.b, dir, small)
	at := f.put(large)
	binary.LittleEndian.PutUint32(f.b[notes+settings+2+12+8:], uint32(at-notes))
	exif := f.dir(0, rawField{0x927c, 7, nil, 0})
	binary.LittleEndian.PutUint32(f.b[exif+2+4:], uint32(12+len(dir)+len(small)))
	binary.LittleEndian.PutUint32(f.b[exif+2+8:], uint32(notes))
	return f.done(f.dir(0, text(0x10f, "OLYMPUS IMAGING CORP."), text(0x110, "E-M5"), long(0x8769, exif)))
}

func littleShort(v int) []byte { return binary.LittleEndian.AppendUint16(nil, uint16(v)) }
