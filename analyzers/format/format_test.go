package format

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// held is an original in memory.
type held struct{ *bytes.Reader }

func (held) Close() error { return nil }

type statement struct {
	Where pipeline.Where
	Fact  pipeline.Fact
}

func read(b []byte) (said []statement, err error) {
	err = New().Read(context.Background(), pipeline.Item{}, held{bytes.NewReader(b)}, func(w pipeline.Where, f pipeline.Fact) {
		said = append(said, statement{w, f})
	})
	return said, err
}

// The pictures are made by the standard library's encoders, 5 wide and 3 high.

func encoded(t testing.TB, encode func(*bytes.Buffer, image.Image) error) string {
	t.Helper()
	m := image.NewPaletted(image.Rect(0, 0, 5, 3), color.Palette{color.Black, color.White})
	m.SetColorIndex(2, 1, 1)
	var b bytes.Buffer
	if err := encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func jpegOf(t testing.TB) string {
	return encoded(t, func(b *bytes.Buffer, m image.Image) error { return jpeg.Encode(b, m, nil) })
}

func pngOf(t testing.TB) string {
	return encoded(t, func(b *bytes.Buffer, m image.Image) error { return png.Encode(b, m) })
}

func gifOf(t testing.TB) string {
	return encoded(t, func(b *bytes.Buffer, m image.Image) error {
		p := m.(*image.Paletted)
		return gif.EncodeAll(b, &gif.GIF{Image: []*image.Paletted{p, p}, Delay: []int{1, 1}})
	})
}

func le(n uint32) string { return string(binary.LittleEndian.AppendUint32(nil, n)) }
func be(n uint32) string { return string(binary.BigEndian.AppendUint32(nil, n)) }

// bmpOf is 4 by -2 pixels of 8 bits.
func bmpOf(stated uint32) string {
	return "BM" + le(stated) + "\x00\x00\x00\x00" + le(54) + le(40) + le(4) + le(0xfffffffe) + "\x01\x00\x08\x00" + strings.Repeat("\x00", 24) + "8 pixels"
}

func riffOf(form, chunks string) string { return "RIFF" + le(uint32(4+len(chunks))) + form + chunks }

func chunk(name, body string) string {
	return name + le(uint32(len(body))) + body + strings.Repeat("\x00", len(body)%2)
}

func box(name, body string) string { return be(uint32(8+len(body))) + name + body }

const vp8x = "\x00\x00\x00\x00\x04\x00\x00\x02\x00\x00" // canvas of 5 by 3

func ebml(size string) string { return "\x1a\x45\xdf\xa3\x81a\x18\x53\x80\x67" + size + "clusters" }

// sef is a Samsung trailer of one record, with the clip that it names.
func sef(clip string) string {
	record := "\x00\x00\x30\x0a" + le(16) + "MotionPhoto_Data" + clip
	directory := "SEFH" + le(106) + le(1) + "\x00\x00\x30\x0a" + le(uint32(len(record))) + le(uint32(len(record)))
	return record + directory + le(uint32(len(directory))) + "SEFT"
}

func trailing(at, n int, note string) statement {
	return statement{pipeline.At(int64(at), int64(n)), pipeline.Extent{What: "trailing", Length: int64(n), Note: note}}
}

func truncated(at int, missing int64, note string) statement {
	return statement{pipeline.At(int64(at), 0), pipeline.Extent{What: "truncated", Length: missing, Note: note}}
}

func TestExtents(t *testing.T) {
	t.Parallel()
	jpg, pic, anim := jpegOf(t), pngOf(t), gifOf(t)
	movie := box("ftyp", "isom\x00\x00\x00\x00") + box("moov", "") + box("mdat", "film")
	webp := riffOf("WEBP", chunk("VP8X", vp8x)+chunk("ANMF", "x")+chunk("ANMF", "y"))
	gainMap := strings.Replace(jpg, "\xff\xdb", "\xff\xe2\x00\x06MPF\x00\xff\xdb", 1)
	tests := []struct {
		name string
		file string
		want []statement // extents only
		err  string
	}{
		{name: "JPEG", file: jpg},
		{name: "JPEG and text", file: jpg + "hello", want: []statement{trailing(len(jpg), 5, "text")}},
		{name: "JPEG and zip", file: jpg + "PK\x03\x04\x00\x01", want: []statement{trailing(len(jpg), 6, "zip signature")}},
		{
			name: "JPEG, noise and the end of a zip", file: jpg + "\x01\x02\x03PK\x05\x06" + strings.Repeat("\x00", 18),
			want: []statement{trailing(len(jpg), 25, "unknown bytes, zip directory at the end")},
		},
		{name: "JPEG and zeros", file: jpg + strings.Repeat("\x00", 70000), want: []statement{trailing(len(jpg), 70000, "zero bytes")}},
		{
			name: "JPEG with a clip", file: jpg + movie + "\x01",
			want: []statement{trailing(len(jpg), len(movie), "mp4 signature"), trailing(len(jpg)+len(movie), 1, "unknown bytes")},
		},
		{
			name: "JPEG, padding, preview, padding, clip", file: gainMap + "\x00\x00" + jpg + "\x00\x00\x00" + movie,
			want: []statement{
				trailing(len(gainMap), 2, "zero bytes"), trailing(len(gainMap)+2, len(jpg), "jpeg signature, MPF index present"),
				trailing(len(gainMap)+2+len(jpg), 3, "zero bytes"), trailing(len(gainMap)+5+len(jpg), len(movie), "mp4 signature"),
			},
		},
		{
			name: "JPEG with Samsung's trailer", file: jpg + sef(movie),
			want: []statement{trailing(len(jpg), len(sef(movie)), "Samsung SEF trailer: MotionPhoto_Data")},
		},
		{
			name: "more pieces than are told apart", file: jpg + strings.Repeat(jpg, 12),
			want: []statement{
				trailing(1*len(jpg), len(jpg), "jpeg signature"), trailing(2*len(jpg), len(jpg), "jpeg signature"), trailing(3*len(jpg), len(jpg), "jpeg signature"),
				trailing(4*len(jpg), len(jpg), "jpeg signature"), trailing(5*len(jpg), len(jpg), "jpeg signature"), trailing(6*len(jpg), len(jpg), "jpeg signature"),
				trailing(7*len(jpg), len(jpg), "jpeg signature"), trailing(8*len(jpg), 5*len(jpg), "jpeg signature and more"),
			},
		},
		{name: "JPEG cut in its scan", file: jpg[:len(jpg)-3], want: []statement{truncated(len(jpg)-3, 0, "SOS at byte "+itoa(strings.LastIndex(jpg, "\xff\xda"))+" has no end")}},
		{name: "JPEG cut in a table", file: jpg[:30], want: []statement{truncated(30, 0, "DQT at byte 2 lacks its last 106 bytes")}},
		{name: "JPEG with bytes between segments", file: "\xff\xd8\xff\xe0\x00\x02" + "abc" + jpg[2:], err: "jpeg: byte 6: 3 bytes belong to no segment"},
		{name: "PNG", file: pic},
		{name: "PNG and a document", file: pic + "%PDF-1.4", want: []statement{trailing(len(pic), 8, "pdf signature")}},
		{name: "PNG without its end", file: pic[:len(pic)-12], want: []statement{truncated(len(pic)-12, 0, "the file ends at byte "+itoa(len(pic)-12)+" where more must follow")}},
		{name: "PNG with a broken chunk", file: pic[:33] + "\x00\x00\x00\x00\x00\x00\x00\x00", err: "png: byte 33: no PNG chunk type"},
		{name: "GIF", file: anim},
		{name: "GIF and text", file: anim + "x", want: []statement{trailing(len(anim), 1, "text")}},
		{name: "GIF cut off", file: anim[:len(anim)-1], want: []statement{truncated(len(anim)-1, 0, "the file ends at byte "+itoa(len(anim)-1)+" where more must follow")}},
		{name: "BMP", file: bmpOf(62)},
		{name: "BMP that states too little", file: bmpOf(54)},
		{name: "BMP that states nothing", file: bmpOf(0)},
		{name: "BMP cut off", file: bmpOf(100), want: []statement{truncated(62, 38, "BMP header states 100 bytes")}},
		{name: "BMP and text", file: bmpOf(62) + "abc", want: []statement{trailing(62, 3, "text")}},
		{name: "WebP", file: webp},
		{name: "WebP cut off", file: webp[:len(webp)-4], want: []statement{truncated(len(webp)-4, 4, "RIFF states "+itoa(len(webp)-8)+" bytes")}},
		{name: "WebP and a program", file: webp + "\x7fELF\x02", want: []statement{trailing(len(webp), 5, "elf signature")}},
		{name: "AVI of two parts", file: riffOf("AVI ", chunk("JUNK", "")) + riffOf("AVIX", "")},
		{name: "AVI never finished", file: "RIFF" + le(0) + "AVI " + "LIST"},
		{name: "WAV and a tag", file: riffOf("WAVE", chunk("data", "s")) + "TAGtext", want: []statement{trailing(22, 7, "text")}},
		{name: "MP4", file: movie},
		{name: "MP4 cut off", file: movie[:len(movie)-3], want: []statement{truncated(len(movie)-3, 3, "box mdat at byte "+itoa(len(movie)-12)+" states 12 bytes")}},
		{name: "MP4 and text", file: movie + "some text here", want: []statement{trailing(len(movie), 14, "text")}},
		{name: "MP4 and zeros", file: movie + strings.Repeat("\x00", 20), want: []statement{trailing(len(movie), 20, "zero bytes")}},
		{name: "MP4 with an unknown box", file: movie + box("abcd", "x")},
		{name: "MP4 that was never closed", file: movie[:16] + box("mdat", "film"), want: []statement{truncated(28, 0, "no box moov, without which mp4 cannot be played")}},
		{
			name: "MP4 that announces more than a report can count", file: movie[:16] + "\x00\x00\x00\x01mdat\x40\x00\x00\x00\x00\x00\x00\x00",
			want: []statement{truncated(32, 0, "box mdat at byte 16 states 4,611,686,018,427,387,904 bytes")},
		},
		{name: "Matroska", file: ebml("\x88")},
		{
			name: "JPEG with a clip of an impossible size", file: jpg + "\x00\x00\x00\x03ftypisom" + movie,
			want: []statement{trailing(len(jpg), 12+len(movie), "mp4 signature")},
		},
		{
			name: "Matroska and a few bytes", file: ebml("\x88") + "\x00\x01",
			want: []statement{trailing(19, 1, "zero bytes"), trailing(20, 1, "unknown bytes")},
		},
		{name: "Matroska, live", file: ebml("\xff")},
		{name: "Matroska cut off", file: ebml("\x8c"), want: []statement{truncated(19, 4, "element 18538067 at byte 6 states 12 bytes")}},
		{name: "Matroska and text", file: ebml("\x88") + "text", want: []statement{trailing(19, 4, "text")}},
		{name: "empty", want: []statement{{pipeline.At(0, 0), pipeline.Extent{What: "empty"}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			said, err := read([]byte(tt.file))
			var got []statement
			for _, s := range said {
				if _, ok := s.Fact.(pipeline.Extent); ok {
					got = append(got, s)
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			text := ""
			if err != nil {
				text = err.Error()
			}
			if text != tt.err {
				t.Errorf("error %q, want %q", text, tt.err)
			}
		})
	}
}

func itoa(n int) string {
	if n > 999 {
		panic("numbers in these texts are below a thousand")
	}
	return strings.TrimLeft(string([]byte{byte('0' + n/100), byte('0' + n/10%10), byte('0' + n%10)}), "0")
}

func TestTypeAndSize(t *testing.T) {
	t.Parallel()
	iprp := box("iprp", box("ipco", box("ispe", "\x00\x00\x00\x00"+be(5)+be(3)))+box("ipma", "\x00\x00\x00\x00"+be(1)+"\x00\x01\x01\x01"))
	heic := box("ftyp", "heic\x00\x00\x00\x00") + box("meta", "\x00\x00\x00\x00"+box("pitm", "\x00\x00\x00\x00\x00\x01")+
		box("iinf", "\x00\x00\x00\x00\x00\x01"+box("infe", "\x02\x00\x00\x00\x00\x01\x00\x00hvc1\x00"))+iprp)
	jp2 := "\x00\x00\x00\x0cjP  \r\n\x87\n" + box("jp2h", box("ihdr", be(3)+be(5)+"\x00\x03\x07\x07\x00\x00"))
	tiff := "II*\x00\x08\x00\x00\x00" + "\x02\x00" + "\x00\x01\x03\x00\x01\x00\x00\x00\x05\x00\x00\x00" + "\x01\x01\x04\x00\x01\x00\x00\x00\x03\x00\x00\x00" + "\x00\x00\x00\x00"
	psd := "8BPS\x00\x01\x00\x00\x00\x00\x00\x00\x00\x03" + be(3) + be(5) + "\x00\x08\x00\x03"
	tests := []struct {
		name, file      string
		detected, media string
		path            string
		frames          int
		noSize          bool
		step            float64
	}{
		{name: "JPEG", file: jpegOf(t), detected: "jpeg", media: "image/jpeg", path: "SOF0", step: 29.03125},
		{name: "PNG", file: pngOf(t), detected: "png", media: "image/png", path: "IHDR"},
		{name: "GIF", file: gifOf(t), detected: "gif", media: "image/gif", path: "screen", frames: 2},
		{name: "WebP, extended", file: riffOf("WEBP", chunk("VP8X", vp8x)+chunk("ANMF", "")), detected: "webp", media: "image/webp", path: "VP8X", frames: 1},
		{name: "WebP, lossy", file: riffOf("WEBP", chunk("VP8 ", "\x00\x00\x00\x9d\x01\x2a\x05\x40\x03\x80")), detected: "webp", media: "image/webp", path: "VP8 "},
		{name: "WebP, lossless", file: riffOf("WEBP", chunk("VP8L", "\x2f\x04\x80\x00\x00"+"\x00\x00\x00\x00\x00")), detected: "webp", media: "image/webp", path: "VP8L"},
		{name: "TIFF", file: tiff, detected: "tiff", media: "image/tiff", path: "IFD0"},
		{name: "HEIC", file: heic, detected: "heic", media: "image/heic", path: "meta/iprp/ispe"},
		{name: "JPEG 2000", file: jp2, detected: "jp2", media: "image/jp2", path: "jp2h/ihdr"},
		{name: "Photoshop", file: psd, detected: "psd", media: "image/vnd.adobe.photoshop", path: "header"},
		{name: "BigTIFF", file: "II+\x00\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00", detected: "tiff", media: "image/tiff", noSize: true},
		{name: "text", file: "a witness wrote this\n", media: "text/plain; charset=utf-8", noSize: true},
		{name: "a web page", file: "<!DOCTYPE html><html></html>", media: "text/html; charset=utf-8", noSize: true},
		{name: "nothing known", file: "\x01\x02\x03\x04\x05\x06\x07\x08", noSize: true},
		{name: "empty", noSize: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			said, err := read([]byte(tt.file))
			if err != nil {
				t.Fatal(err)
			}
			wantType := statement{pipeline.At(0, int64(min(len(tt.file), 4096))), pipeline.FileType{Detected: tt.detected, MediaType: tt.media, Agree: true}}
			if d := cmp.Diff(wantType, said[0]); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			var sizes []pipeline.Raster
			for _, s := range said {
				if r, ok := s.Fact.(pipeline.Raster); ok {
					sizes = append(sizes, r)
					if s.Where.Path != tt.path {
						t.Errorf("path %q, want %q", s.Where.Path, tt.path)
					}
				}
			}
			want := []pipeline.Raster{{Source: "header", Width: 5, Height: 3, Frames: tt.frames, Step: tt.step}}
			if tt.noSize {
				want = nil
			}
			if d := cmp.Diff(want, sizes); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// The luma table of ITU-T T.81 table K.1, which quality 50 of the Independent JPEG Group stands for, adds up to 3688.
func TestTheStepOfQuantisation(t *testing.T) {
	t.Parallel()
	var standard bytes.Buffer
	if err := jpeg.Encode(&standard, image.NewRGBA(image.Rect(0, 0, 5, 3)), &jpeg.Options{Quality: 50}); err != nil {
		t.Fatal(err)
	}
	segment := func(marker byte, body string) string {
		return "\xff" + string([]byte{marker}) + string([]byte{byte((len(body) + 2) >> 8), byte(len(body) + 2)}) + body
	}
	made := func(dqt string) string {
		return "\xff\xd8" + segment(0xdb, dqt) + segment(0xc0, "\x08\x00\x03\x00\x05\x01\x01\x11\x01") + "\xff\xd9"
	}
	wide := "\x11" + strings.Repeat("\x01\x02", 64)
	for name, c := range map[string]struct {
		file string
		want float64
	}{
		"the standard's own":             {standard.String(), 57.625},
		"of 16 bits, behind another":     {made("\x00" + strings.Repeat("\x07", 64) + wide), 258},
		"a table that luma does not use": {made("\x00" + strings.Repeat("\x07", 64)), 0},
		"cut off":                        {made(wide[:100]), 0},
	} {
		said, err := read([]byte(c.file))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, s := range said {
			if r, ok := s.Fact.(pipeline.Raster); ok {
				if found = true; r.Step != c.want {
					t.Errorf("%s: %v, want %v", name, r.Step, c.want)
				}
			}
		}
		if !found {
			t.Errorf("%s: no size", name)
		}
	}
}

// far is a file of a terabyte, whose middle is one box that nobody may read through.
type far struct{ head, tail string }

const terabyte = 1 << 40

func (f far) Size() int64  { return terabyte }
func (f far) Close() error { return nil }
func (f far) ReadAt(b []byte, at int64) (int, error) {
	for i := range b {
		b[i] = 0xaa
		if p := at + int64(i); p < int64(len(f.head)) {
			b[i] = f.head[p]
		} else if p -= terabyte - int64(len(f.tail)); p >= 0 && p < int64(len(f.tail)) {
			b[i] = f.tail[p]
		}
	}
	return len(b), nil
}

func TestBigFilesAreSkippedThrough(t *testing.T) {
	t.Parallel()
	ftyp, moov := box("ftyp", "isom"), box("moov", "")
	size := uint64(terabyte - len(ftyp) - len(moov))
	f := far{head: ftyp + be(1) + "mdat" + be(uint32(size>>32)) + be(uint32(size)), tail: moov}
	var got []pipeline.Fact
	err := New().Read(context.Background(), pipeline.Item{}, f, func(_ pipeline.Where, f pipeline.Fact) { got = append(got, f) })
	want := []pipeline.Fact{pipeline.FileType{Detected: "mp4", MediaType: "video/mp4", Agree: true}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, d)
	}
}

func TestContextEndsReading(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := New().Read(ctx, pipeline.Item{}, far{}, func(pipeline.Where, pipeline.Fact) { t.Error("said something") })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	jpg := jpegOf(f)
	for _, seed := range []string{
		jpg + "\x00\x00" + jpg, jpg + sef("clip"), pngOf(f), gifOf(f), bmpOf(62) + "x", riffOf("WEBP", chunk("VP8X", vp8x)),
		box("ftyp", "isom") + box("moov", "") + "\x00\x00\x00\x01mdat\x40\x00\x00\x00\x00\x00\x00\x00", ebml("\x88") + "text",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		said, err := read(b)
		var stray *parts.Stray
		if err != nil && !errors.As(err, &stray) && !errors.Is(err, pipeline.ErrRefused) {
			t.Fatalf("an error of reading from memory: %v", err)
		}
		end := int64(0)
		for _, s := range said {
			if w := s.Where; w.Offset != nil && (*w.Offset < 0 || w.Length < 0 || *w.Offset+w.Length > int64(len(b))) {
				t.Fatalf("%+v lies outside", s)
			}
			if e, ok := s.Fact.(pipeline.Extent); ok && e.What == "trailing" {
				if *s.Where.Offset < end || e.Length < 1 || e.Length != s.Where.Length {
					t.Fatalf("%+v after %d", s, end)
				}
				end = *s.Where.Offset + e.Length
			}
			if _, err := pipeline.Canonical(s.Fact); err != nil {
				t.Fatalf("%+v has no JSON form: %v", s.Fact, err)
			}
		}
		if end != 0 && end != int64(len(b)) {
			t.Fatalf("what is trailing ends at %d of %d", end, len(b))
		}
	})
}

func TestWhatNamesOtherFilesIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"#EXTM3U\nhttp://127.0.0.1/x.ts",
		"ffconcat version 1.0\nfile /etc/passwd",
		`<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>`,
		"[playlist]\nFile1=x",
	} {
		said, err := read([]byte(text))
		if !errors.Is(err, pipeline.ErrRefused) || len(said) != 1 {
			t.Errorf("%q: %v after %v, want ErrRefused after one FileType", text, err, said)
		}
	}
}
