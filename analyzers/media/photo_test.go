package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"dokaz/analyzers/internal/libav"
	"dokaz/analyzers/internal/raster"
	"dokaz/pipeline"
)

// corners is a 24×16 picture whose upper left quarter is red, upper right green, lower left blue, lower right white.
func corners() *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, 24, 16))
	for y := range 16 {
		for x := range 24 {
			m.SetRGBA(x, y, [4]color.RGBA{{200, 0, 0, 255}, {0, 200, 0, 255}, {0, 0, 200, 255}, {255, 255, 255, 255}}[x/12+y/8*2])
		}
	}
	return m
}

// seen names the quarters of a picture in reading order.
func seen(m image.Image) string {
	b := m.Bounds()
	var out strings.Builder
	for _, at := range [][2]int{{1, 1}, {3, 1}, {1, 3}, {3, 3}} {
		r, g, bl, _ := m.At(b.Dx()*at[0]/4, b.Dy()*at[1]/4).RGBA()
		switch {
		case r > 0x9000 && g > 0x9000:
			out.WriteByte('w')
		case r > 0x9000:
			out.WriteByte('r')
		case g > 0x9000:
			out.WriteByte('g')
		case bl > 0x9000:
			out.WriteByte('b')
		default:
			out.WriteByte('?')
		}
	}
	return out.String()
}

// exif is a TIFF structure that says nothing but an orientation.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	mark := "MM"
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		mark = "II"
	}
	b := []byte(mark)
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 1)
	b = order.AppendUint16(b, 0x0112)
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, orientation)
	return append(b, 0, 0, 0, 0, 0, 0)
}

func jpegWith(t testing.TB, m image.Image, structure []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	if structure == nil {
		return b.Bytes()
	}
	body := append([]byte("Exif\x00\x00"), structure...)
	head := []byte{0xff, 0xd8, 0xff, 0xe1, byte((len(body) + 2) >> 8), byte(len(body) + 2)}
	return append(append(head, body...), b.Bytes()[2:]...)
}

func pngWith(t testing.TB, m image.Image, structure []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	if structure == nil {
		return b.Bytes()
	}
	const behindHeader = 8 + 25
	out := bytes.Clone(b.Bytes()[:behindHeader])
	out = binary.BigEndian.AppendUint32(out, uint32(len(structure)))
	chunk := append([]byte("eXIf"), structure...)
	out = binary.BigEndian.AppendUint32(append(out, chunk...), crc32.ChecksumIEEE(chunk))
	return append(out, b.Bytes()[behindHeader:]...)
}

// upside is what a viewer sees of corners() stored under each orientation (CIPA DC-008 §4.6.5.1.6).
var upside = map[uint16]string{0: "rgbw", 1: "rgbw", 2: "grwb", 3: "wbgr", 4: "bwrg", 5: "rbgw", 6: "brwg", 7: "wgbr", 8: "gwrb", 9: "rgbw", 0x106: "rgbw"}

func TestPhotosAreUpright(t *testing.T) {
	t.Parallel()
	for orientation, want := range upside {
		for name, data := range map[string][]byte{
			"jpeg little-endian": jpegWith(t, corners(), exif(binary.LittleEndian, orientation)),
			"jpeg big-endian":    jpegWith(t, corners(), exif(binary.BigEndian, orientation)),
			"png":                pngWith(t, corners(), exif(binary.BigEndian, orientation)),
		} {
			format, _, _ := strings.Cut(name, " ")
			img, _ := photo(t, format, data)
			if got := seen(img); got != want {
				t.Errorf("%s, orientation %d: %s, want %s", name, orientation, got, want)
			}
			if swapped := orientation >= 5 && orientation <= 8; swapped != (img.Bounds().Dx() == 16) {
				t.Errorf("%s, orientation %d: bounds %v", name, orientation, img.Bounds())
			}
		}
	}
}

// The files are photographs by somebody else, whose names say the orientation and which all show the same scene.
func TestPhotosOfTheSameSceneLookAlike(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"Landscape", "Portrait"} {
		var first []float32
		for n := range 9 {
			data, format := shared(t, fmt.Sprintf("photos/orientation/%s_%d.jpg", kind, n))
			img, _ := photo(t, format, data)
			if b := img.Bounds(); (b.Dx() > b.Dy()) != (kind == "Landscape") {
				t.Errorf("%s_%d: bounds %v", kind, n, b)
			}
			luma := raster.LumaTo(img, 16, 16)
			if first == nil {
				first = luma
			}
			var apart float32
			for i := range luma {
				apart += max(luma[i]-first[i], first[i]-luma[i])
			}
			if apart /= 256; apart > 6 {
				t.Errorf("%s_%d is %.1f levels from %s_0 in the mean", kind, n, apart, kind)
			}
		}
	}
}

func TestPhotoFormats(t *testing.T) {
	t.Parallel()
	var asGIF, asTIFF, asBMP bytes.Buffer
	if err := errors.Join(gif.Encode(&asGIF, corners(), nil), tiff.Encode(&asTIFF, corners(), nil), bmp.Encode(&asBMP, corners())); err != nil {
		t.Fatal(err)
	}
	for format, c := range map[string]struct {
		data    []byte
		decoder string // pattern
	}{
		"jpeg": {jpegWith(t, corners(), nil), `^(libav mjpeg \d+\.\d+\.\d+|go1\.\S+ image/jpeg)$`},
		"png":  {pngWith(t, corners(), nil), `^go1\.\S+ image/png$`},
		"gif":  {asGIF.Bytes(), `^go1\.\S+ image/gif$`},
		"tiff": {asTIFF.Bytes(), `^golang\.org/x/image v\S+ tiff$`},
		"bmp":  {asBMP.Bytes(), `^golang\.org/x/image v\S+ bmp$`},
	} {
		img, decoder := photo(t, format, c.data)
		if got := seen(img); got != "rgbw" || img.Bounds() != image.Rect(0, 0, 24, 16) {
			t.Errorf("%s: %s %v", format, got, img.Bounds())
		}
		if !regexp.MustCompile(c.decoder).MatchString(decoder) {
			t.Errorf("%s: decoder %q", format, decoder)
		}
	}
}

// The same photograph as the reference decoder of WebP gives it: black is 0 and white is 255.
func TestWebPIsFullRange(t *testing.T) {
	t.Parallel()
	data, format := shared(t, "photos/immich/webp/denali.webp")
	img, decoder := photo(t, format, data)
	m := img.(*image.YCbCr)
	dark, bright := uint8(255), uint8(0)
	for _, v := range m.Y {
		dark, bright = min(dark, v), max(bright, v)
	}
	if dark > 8 || bright < 247 {
		t.Errorf("%s: luma from %d to %d", decoder, dark, bright)
	}
}

func TestAnimationsShowTheirFirstPicture(t *testing.T) {
	t.Parallel()
	t.Run("gif", func(t *testing.T) {
		t.Parallel()
		first := image.NewPaletted(image.Rect(12, 8, 24, 16), palette.Plan9) // a corner of the screen
		for i := range first.Pix {
			first.Pix[i] = uint8(first.Palette.Index(color.RGBA{0, 0, 200, 255}))
		}
		second := image.NewPaletted(image.Rect(0, 0, 24, 16), palette.Plan9)
		var b bytes.Buffer
		if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{first, second}, Delay: []int{1, 1}, Config: image.Config{Width: 24, Height: 16}}); err != nil {
			t.Fatal(err)
		}
		img, _ := photo(t, "gif", b.Bytes())
		if got := seen(img); got != "wwwb" || img.Bounds() != image.Rect(0, 0, 24, 16) {
			t.Errorf("%s %v", got, img.Bounds())
		}
	})
	t.Run("webp", func(t *testing.T) {
		t.Parallel()
		data, format := shared(t, "photos/immich/webp/denali.webp")
		still, _ := photo(t, format, data)
		moving, _ := photo(t, format, animate(t, data, still.Bounds()))
		a, b := still.(*image.YCbCr), moving.(*image.YCbCr)
		if !bytes.Equal(a.Y, b.Y) || !bytes.Equal(a.Cb, b.Cb) {
			t.Error("the first frame is not the picture it was made of")
		}
	})
}

// animate wraps the coded picture of a still WebP into the first frame of an animation (WebP Container Specification).
func animate(t *testing.T, still []byte, b image.Rectangle) []byte {
	t.Helper()
	at := bytes.Index(still, []byte("VP8 "))
	if at < 0 {
		t.Fatal("no lossy picture")
	}
	n := int(binary.LittleEndian.Uint32(still[at+4:]))
	picture := still[at : at+8+n+n%2]
	u24 := func(v int) []byte { return []byte{byte(v), byte(v >> 8), byte(v >> 16)} }
	chunk := func(name string, body []byte) []byte {
		return append(binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body))), body...)
	}
	size := append(u24(b.Dx()-1), u24(b.Dy()-1)...)
	frame := bytes.Join([][]byte{u24(0), u24(0), size, u24(100), {0}, picture}, nil)
	body := bytes.Join([][]byte{[]byte("WEBP"), chunk("VP8X", append([]byte{2, 0, 0, 0}, size...)), chunk("ANIM", make([]byte, 6)), chunk("ANMF", frame), chunk("ANMF", frame)}, nil)
	return chunk("RIFF", body)
}

// libav would hand four inks out as red, green, blue and alpha.
func TestFourInksComeFromGo(t *testing.T) {
	t.Parallel()
	data, format := shared(t, "image-neardup/te-modes/CMYK.jpg")
	_, decoder := photo(t, format, data)
	if !strings.HasSuffix(decoder, "image/jpeg") {
		t.Errorf("decoder %q", decoder)
	}
}

func TestHugePicturesAreRefusedByTheirHeader(t *testing.T) {
	t.Parallel()
	huge := pngWith(t, corners(), nil)
	binary.BigEndian.PutUint32(huge[16:], 30000)
	binary.BigEndian.PutUint32(huge[20:], 30000)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	wide := jpegWith(t, corners(), nil)
	sof := bytes.Index(wide, []byte{0xff, 0xc0})
	copy(wide[sof+5:], []byte{0xff, 0xff, 0xff, 0xff})
	var b bytes.Buffer
	if err := bmp.Encode(&b, corners()); err != nil {
		t.Fatal(err)
	}
	large := b.Bytes()
	binary.LittleEndian.PutUint32(large[18:], 30000)
	binary.LittleEndian.PutUint32(large[22:], 30000)
	screen := []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00;")
	for _, c := range []struct {
		format string
		data   []byte
		want   string
	}{
		{"png", huge, "png: refused: pixels 900,000,000 over 268,435,456"},
		{"jpeg", wide, "jpeg: refused: pixels 4,294,836,225 over 268,435,456"},
		{"bmp", large, "bmp: refused: pixels 900,000,000 over 268,435,456"},
		{"gif", screen, "gif: refused: pixels 4,294,836,225 over 268,435,456"},
		{"heic", heifOf(piece{kind: "hvc1", props: []prop{ispe(30_000, 30_000)}}), "heic: refused: pixels 900,000,000 over 268,435,456"},
		{"avif", heifOf(piece{kind: "av01", props: []prop{ispe(30_000, 30_000)}}), "avif: refused: pixels 900,000,000 over 268,435,456"},
	} {
		s, err := project(New(), pipeline.Photo, c.format, c.data)
		if !errors.Is(err, pipeline.ErrRefused) || err.Error() != c.want || len(s.footage) != 0 {
			t.Errorf("%s: %v, want %q", c.format, err, c.want)
		}
	}
}

func TestWhatCannotBeShownSaysWhy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, format string
		kind         pipeline.Kind
		data         string
		want         error // nil where only some error must come
	}{
		{"sound", "mp3", pipeline.Audio, "ID3", pipeline.ErrUnsupported},
		{"text", "pdf", pipeline.Other, "%PDF-", pipeline.ErrUnsupported},
		{"a format without decoder", "psd", pipeline.Photo, "8BPS", pipeline.ErrUnsupported},
		{"no PNG", "png", pipeline.Photo, "no picture at all", nil},
		{"no JPEG", "jpeg", pipeline.Photo, "\xff\xd8\xff\xe0 not one", nil},
		{"no WebP", "webp", pipeline.Photo, "RIFF\x00\x00\x00\x00WEBPVP8X", nil},
		{"an empty file", "gif", pipeline.Photo, "", nil},
		{"a playlist", "hls", pipeline.Video, "#EXTM3U\n", pipeline.ErrUnsupported},
		{"no AVIF", "avif", pipeline.Photo, "\x00\x00\x00\x0cftypavif", nil},
	} {
		s, err := project(New(), c.kind, c.format, []byte(c.data))
		if err == nil || (c.want != nil && !errors.Is(err, c.want)) || len(s.footage) != 0 {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestErrorsOfThoseWhoWatchComeBack(t *testing.T) {
	t.Parallel()
	enough := errors.New("enough")
	data := jpegWith(t, corners(), nil)
	it := pipeline.Item{Kind: pipeline.Photo, Format: "jpeg", Size: int64(len(data))}
	begun := func(pipeline.Footage) error { return nil }
	err := New().Project(t.Context(), it, original{bytes.NewReader(data)}, func(pipeline.Footage) error { return enough }, nil)
	if !errors.Is(err, enough) {
		t.Errorf("begin: %v", err)
	}
	err = New().Project(t.Context(), it, original{bytes.NewReader(data)}, begun, func(pipeline.Frame) error { return enough })
	if !errors.Is(err, enough) {
		t.Errorf("frame: %v", err)
	}
}

// Half of a JPEG, and a PNG with a wrong checksum: with libav what decodes is shown and the damage told; without,
// there is only the error.
func TestDamagedPhoto(t *testing.T) {
	t.Parallel()
	for format, data := range map[string][]byte{"jpeg": jpegWith(t, noisy(), nil)[:9000], "png": wrongSum(t)} {
		s, err := project(New(), pipeline.Photo, format, data)
		if err == nil {
			t.Errorf("%s: no error", format)
		}
		if libav.StillDecoder(format) == "" {
			continue
		}
		if len(s.frames) != 1 || !strings.HasPrefix(s.footage[0].Decoder, "libav ") {
			t.Fatalf("%s: %d frames, %v", format, len(s.frames), err)
		}
		whole, _ := photo(t, format, map[string][]byte{"jpeg": jpegWith(t, noisy(), nil), "png": pngWith(t, noisy(), nil)}[format])
		for x := range 160 {
			a, b := color.GrayModel.Convert(s.frames[0].Picture.At(x, 10)), color.GrayModel.Convert(whole.At(x, 10))
			if a != b {
				t.Fatalf("%s: at %d,10 %v, whole %v", format, x, a, b)
			}
		}
	}
}

func noisy() *image.Gray {
	m := image.NewGray(image.Rect(0, 0, 160, 120))
	v := uint32(1)
	for i := range m.Pix {
		v = v*1664525 + 1013904223
		m.Pix[i] = uint8(v >> 24)
	}
	return m
}

func TestVersionsAreThoseOfGoMod(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for module, version := range map[string]string{
		"golang.org/x/image": imageVersion,
	} {
		if !strings.Contains(string(mod), module+" "+version) {
			t.Errorf("go.mod has not %s %s", module, version)
		}
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add("jpeg", jpegWith(f, corners(), exif(binary.LittleEndian, 6)))
	f.Add("png", pngWith(f, corners(), exif(binary.BigEndian, 8)))
	f.Add("tiff", exif(binary.BigEndian, 3))
	f.Add("webp", append([]byte("RIFF\x30\x00\x00\x00WEBPEXIF\x1a\x00\x00\x00"), exif(binary.LittleEndian, 5)...))
	f.Fuzz(func(t *testing.T, format string, data []byte) {
		o := orientationIn(format, section(data))
		if o < raster.Normal || o > raster.Turn270 {
			t.Fatalf("orientation %d", o)
		}
		firstOfAnimation(section(data))
	})
}

// wrongSum is a PNG whose pixels are whole and whose checksum is not.
func wrongSum(t *testing.T) []byte {
	data := pngWith(t, noisy(), nil)
	at := bytes.Index(data, []byte("IEND"))
	data[at-5] ^= 1 // the last byte before the length of IEND
	return data
}
