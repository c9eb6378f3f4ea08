package structure

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"dokaz/fixtures/stock/craft"
	"dokaz/pipeline"
)

// scene is a picture of that size, coded as JPEG.
func scene(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(255 * x / w), uint8(255 * y / h), uint8(x * y / 50), 255})
		}
	}
	b, err := craft.JPEG(img, 85)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// rawField is one field of a directory: a number, several, or bytes that stand elsewhere.
type rawField struct {
	id   uint16
	kind uint16 // TIFF 6.0 §2
	data []byte
	n    uint32
}

func long(id uint16, v int) rawField {
	return rawField{id, 4, binary.LittleEndian.AppendUint32(nil, uint32(v)), 1}
}
func bytesField(id, kind uint16, b []byte) rawField { return rawField{id, kind, b, uint32(len(b))} }

// rawFile lays out a TIFF file: stretches first, then directories one behind another; subs are pointed to from the first.
type rawFile struct{ b []byte }

func newRaw(magic uint16) *rawFile {
	b := binary.LittleEndian.AppendUint16([]byte("II"), magic)
	return &rawFile{binary.LittleEndian.AppendUint32(b, 0)}
}

func (r *rawFile) put(b []byte) int {
	if len(r.b)%2 > 0 {
		r.b = append(r.b, 0)
	}
	at := len(r.b)
	r.b = append(r.b, b...)
	return at
}

func (r *rawFile) dir(next int, fields ...rawField) int {
	slices.SortFunc(fields, func(a, b rawField) int { return int(a.id) - int(b.id) })
	d := binary.LittleEndian.AppendUint16(nil, uint16(len(fields)))
	for _, f := range fields {
		d = binary.LittleEndian.AppendUint16(d, f.id)
		d = binary.LittleEndian.AppendUint16(d, f.kind)
		d = binary.LittleEndian.AppendUint32(d, f.n)
		v := slices.Clone(f.data)
		if len(v) > 4 {
			v = binary.LittleEndian.AppendUint32(nil, uint32(r.put(f.data)))
		}
		d = append(d, append(v, make([]byte, 4-len(v))...)...)
	}
	return r.put(binary.LittleEndian.AppendUint32(d, uint32(next)))
}

func (r *rawFile) done(first int) []byte {
	binary.LittleEndian.PutUint32(r.b[4:], uint32(first))
	return r.b
}

// raws are files as cameras lay them out, each with the previews that ExifTool takes from them by its names.
func raws(t *testing.T) map[string]struct {
	file     []byte
	previews map[string][]byte
} {
	small, middle, large := scene(t, 160, 120), scene(t, 1616, 1080), scene(t, 1720, 1300)
	noise := bytes.Repeat([]byte{0x12, 0x34}, 500)
	out := map[string]struct {
		file     []byte
		previews map[string][]byte
	}{}
	add := func(name string, file []byte, previews map[string][]byte) {
		out[name] = struct {
			file     []byte
			previews map[string][]byte
		}{file, previews}
	}
	text := func(id uint16, s string) rawField { return bytesField(id, 2, []byte(s+"\x00")) }

	dng := newRaw(42)
	at := dng.put(large)
	sub := dng.dir(0, long(0xfe, 1), long(0x100, 1720), long(0x101, 1300), long(0x103, 7), long(0x106, 6), long(0x111, at), long(0x115, 3), long(0x116, 1300), long(0x117, len(large)))
	picture := dng.put(noise)
	add("a.dng", dng.done(dng.dir(0, text(0x10f, "Maker"), text(0x110, "Model"), long(0x103, 1), long(0x111, picture), long(0x117, len(noise)), bytesField(0xc612, 1, []byte{1, 4, 0, 0}), long(0x14a, sub))), map[string][]byte{"PreviewImage": large})

	nef := newRaw(42)
	at, thumb := nef.put(large), nef.put(small)
	sub = nef.dir(0, long(0xfe, 1), long(0x103, 6), long(0x201, at), long(0x202, len(large)))
	last := nef.dir(0, long(0x103, 6), long(0x201, thumb), long(0x202, len(small)))
	picture = nef.put(noise)
	add("a.nef", nef.done(nef.dir(last, text(0x10f, "NIKON CORPORATION"), text(0x110, "NIKON D90"), long(0x103, 1), long(0x111, picture), long(0x117, len(noise)), long(0x14a, sub))), map[string][]byte{"JpgFromRaw": large, "ThumbnailImage": small})

	cr2 := newRaw(42)
	cr2.b = append(cr2.b, "CR\x02\x00\x00\x00\x00\x00"...)
	at, thumb = cr2.put(large), cr2.put(small)
	last = cr2.dir(0, long(0x103, 6), long(0x201, thumb), long(0x202, len(small)))
	add("a.cr2", cr2.done(cr2.dir(last, text(0x10f, "Canon"), text(0x110, "Canon EOS 5D"), long(0x100, 1720), long(0x101, 1300), long(0x103, 6), long(0x111, at), long(0x117, len(large)))), map[string][]byte{"PreviewImage": large, "ThumbnailImage": small})

	arw := newRaw(42)
	at, thumb = arw.put(middle), arw.put(small)
	last = arw.dir(0, long(0x103, 6), long(0x201, thumb), long(0x202, len(small)))
	add("a.arw", arw.done(arw.dir(last, text(0x10f, "SONY"), text(0x110, "ILCE-7"), long(0x103, 6), long(0x201, at), long(0x202, len(middle)))), map[string][]byte{"PreviewImage": middle, "ThumbnailImage": small})

	rw2 := newRaw(0x55)
	add("a.rw2", rw2.done(rw2.dir(0, bytesField(0x2e, 7, large), text(0x10f, "Panasonic"), text(0x110, "DMC-GH4"))), map[string][]byte{"JpgFromRaw": large})

	add("a.cr3", canonRaw(t, small, middle, large), map[string][]byte{"ThumbnailImage": small, "PreviewImage": middle, "JpgFromRaw": large})
	add("a.orf", olympusRaw(small, large), map[string][]byte{"ThumbnailImage": small, "PreviewImage": large})

	head := make([]byte, 148)
	copy(head, "FUJIFILMCCD-RAW 0201FF119501FinePix S5500")
	copy(head[60:], "0100")
	binary.BigEndian.PutUint32(head[84:], 148)
	binary.BigEndian.PutUint32(head[88:], uint32(len(large)))
	add("a.raf", slices.Concat(head, large), map[string][]byte{"PreviewImage": large})
	return out
}

// TestRawPreviewsAsExifTool: each preview that ExifTool takes out of a raw file is found at the same bytes and shown.
func TestRawPreviewsAsExifTool(t *testing.T) {
	t.Parallel()
	for name, c := range raws(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shown := map[string]pipeline.Derivative{}
			hashes := 0
			err := New().Read(t.Context(), pipeline.Item{}, held{bytes.NewReader(c.file)}, func(w pipeline.Where, f pipeline.Fact) {
				switch f := f.(type) {
				case pipeline.Derivative:
					shown[string(c.file[*w.Offset:*w.Offset+w.Length])] = f
				case pipeline.PictureHash:
					hashes++
					if f.Algorithm != pipeline.PreviewHash {
						t.Errorf("hashed for matching: %+v", f)
					}
				}
			})
			if err != nil {
				t.Error(err)
			}
			if len(shown) != len(c.previews) || hashes < len(shown) {
				t.Errorf("%d previews with %d hashes, want %d", len(shown), hashes, len(c.previews))
			}
			for tag, want := range c.previews {
				d, is := shown[string(want)]
				if !is {
					t.Errorf("%s is not shown", tag)
					continue
				}
				size, err := jpeg.DecodeConfig(bytes.NewReader(d.Bytes))
				if err != nil || size.Width != d.Width || size.Width*size.Height > maxPreviewPixels {
					t.Errorf("%s: %v, %d × %d", tag, err, d.Width, d.Height)
				}
				if got := ofExifTool(t, name, c.file, tag); !bytes.Equal(got, want) {
					t.Errorf("%s: exiftool takes %d bytes, the file holds %d", tag, len(got), len(want))
				}
			}
		})
	}
}

// ofExifTool takes a picture out with ExifTool, or skips.
func ofExifTool(t *testing.T, name string, b []byte, tag string) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "exiftool", "-b", "-"+tag, file).Output()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("NOT COMPARED: exiftool is not installed")
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRawPreviewsWithinBounds: what is too large, coded progressively, without loss, or outside is not shown.
func TestRawPreviewsWithinBounds(t *testing.T) {
	t.Parallel()
	large := scene(t, 1720, 1300)
	sof := bytes.Index(large, []byte{0xff, 0xc0})
	with := func(change func(b []byte)) []byte {
		b := bytes.Clone(large)
		change(b)
		f := newRaw(42)
		at := f.put(b)
		return f.done(f.dir(0, long(0x103, 7), long(0x111, at), long(0x117, len(b))))
	}
	outside := newRaw(42)
	for name, file := range map[string][]byte{
		"too many pixels": with(func(b []byte) { copy(b[sof+5:], []byte{0xff, 0xff, 0xff, 0xff}) }),
		"progressive":     with(func(b []byte) { b[sof+1] = 0xc2 }),
		"without loss":    with(func(b []byte) { b[sof+1] = 0xc3 }),
		"outside":         outside.done(outside.dir(0, long(0x103, 7), long(0x111, 1<<30), long(0x117, 1<<30))),
		"short RAF":       []byte("FUJIFILMCCD-RAW 0201"),
	} {
		_ = New().Read(t.Context(), pipeline.Item{}, held{bytes.NewReader(file)}, func(_ pipeline.Where, f pipeline.Fact) {
			if _, is := f.(pipeline.Derivative); is {
				t.Errorf("%s is shown", name)
			}
		})
	}
}
