package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/analyzers/internal/libav"
	"dokaz/analyzers/internal/raster"
	"dokaz/pipeline"
)

func section(data []byte) *io.SectionReader {
	return io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))
}

func box(name string, body ...[]byte) []byte {
	b := bytes.Join(body, nil)
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(b)+8)), append([]byte(name), b...)...)
}

// property is an item property.
type prop struct {
	name string
	body []byte
}

// piece is an item; its number is its place in the list, from 1.
type piece struct {
	kind  string
	data  []byte
	props []prop
	from  []byte // items it is derived from
}

func ispe(w, h int) prop {
	return prop{"ispe", []byte{0, 0, 0, 0, byte(w >> 24), byte(w >> 16), byte(w >> 8), byte(w), byte(h >> 24), byte(h >> 16), byte(h >> 8), byte(h)}}
}

// heifOf is a file of items, the first of which is primary (ISO/IEC 23008-12; ISO/IEC 14496-12 §8.11). Their bytes lie in idat.
func heifOf(items ...piece) []byte {
	var container, idat, infos, locations, associations, references []byte
	properties := 0
	for i, it := range items {
		id := byte(i + 1)
		infos = append(infos, box("infe", []byte{2, 0, 0, 0, 0, id, 0, 0}, []byte(it.kind), []byte{0})...)
		locations = append(locations, 0, id, 0, 1, 0, 0, 0, 1) // method 1: in idat
		locations = binary.BigEndian.AppendUint32(locations, uint32(len(idat)))
		locations = binary.BigEndian.AppendUint32(locations, uint32(len(it.data)))
		idat = append(idat, it.data...)
		associations = append(associations, 0, id, byte(len(it.props)))
		for _, p := range it.props {
			properties++
			container = append(container, box(p.name, p.body)...)
			associations = append(associations, byte(properties)|0x80)
		}
		if it.from != nil {
			body := []byte{0, id, 0, byte(len(it.from))}
			for _, to := range it.from {
				body = append(body, 0, to)
			}
			references = append(references, box("dimg", body)...)
		}
	}
	n := byte(len(items))
	return append(box("ftyp", []byte("mif1\x00\x00\x00\x00mif1heic")), box("meta", make([]byte, 4),
		box("hdlr", make([]byte, 8), []byte("pict"), make([]byte, 13)), box("pitm", []byte{0, 0, 0, 0, 0, 1}),
		box("iloc", []byte{1, 0, 0, 0, 0x44, 0x00, 0, n}, locations), box("iinf", []byte{0, 0, 0, 0, 0, n}, infos),
		box("iprp", box("ipco", container), box("ipma", []byte{0, 0, 0, 0, 0, 0, 0, n}, associations)),
		box("iref", make([]byte, 4), references), box("idat", idat))...)
}

// flat is a JPEG of one grey with a white upper left quarter, in which turns show.
func flat(w, h int, level uint8) []byte {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			if m.SetGray(x, y, color.Gray{Y: level}); x < w/2 && y < h/2 {
				m.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 100}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func jpegItem(w, h int, level uint8, more ...prop) piece {
	return piece{kind: "jpeg", data: flat(w, h, level), props: append([]prop{ispe(w, h)}, more...)}
}

// levels are the grey values in the middle of the cells of a grid laid over a picture.
func levels(img image.Image, columns, rows int) (out []int) {
	b := img.Bounds()
	for y := range rows {
		for x := range columns {
			g := color.GrayModel.Convert(img.At(b.Min.X+(2*x+1)*b.Dx()/columns/2, b.Min.Y+(2*y+1)*b.Dy()/rows/2)).(color.Gray)
			out = append(out, int(g.Y))
		}
	}
	return out
}

func close2(a, b int) bool { return a-b <= 2 && b-a <= 2 }

func needLibav(t testing.TB) {
	t.Helper()
	if libav.CodedDecoder(libav.JPEG) == "" {
		t.Skip("SKIPPED, NOT PASSED: a build without libav")
	}
}

func TestHEIFItems(t *testing.T) {
	t.Parallel()
	needLibav(t)
	nclx := func(full byte) prop { return prop{"colr", append([]byte("nclx\x00\x01\x00\x0d\x00\x06"), full)} }
	aperture := func(w, h, x, y int32) prop {
		var b []byte
		for _, v := range []int32{w, 1, h, 1, x, 1, y, 1} {
			b = binary.BigEndian.AppendUint32(b, uint32(v))
		}
		return prop{"clap", b}
	}
	tiles := func(grid piece) []piece {
		return []piece{grid, jpegItem(64, 64, 40), jpegItem(64, 64, 80), jpegItem(64, 64, 120), jpegItem(64, 64, 160)}
	}
	grid := func(w, h byte) piece {
		return piece{kind: "grid", data: []byte{0, 0, 1, 1, 0, w, 0, h}, props: []prop{ispe(int(w), int(h))}, from: []byte{2, 3, 4, 5}}
	}
	cropped := grid(128, 128)
	cropped.props = append(cropped.props, aperture(64, 128, 32, 0), prop{"irot", []byte{1}})
	for _, c := range []struct {
		name  string
		items []piece
		size  image.Point
		want  []int // of cells of two columns and two rows
	}{
		{"as it stands", []piece{jpegItem(64, 32, 50)}, image.Pt(64, 32), []int{255, 50, 50, 50}},
		{"turned anticlockwise once", []piece{jpegItem(64, 32, 50, prop{"irot", []byte{1}})}, image.Pt(32, 64), []int{50, 50, 255, 50}},
		{"turned, then mirrored", []piece{jpegItem(64, 32, 50, prop{"irot", []byte{1}}, prop{"imir", []byte{1}})}, image.Pt(32, 64), []int{50, 50, 50, 255}},
		{"mirrored, then turned", []piece{jpegItem(64, 32, 50, prop{"imir", []byte{1}}, prop{"irot", []byte{1}})}, image.Pt(32, 64), []int{255, 50, 50, 50}},
		{"flipped", []piece{jpegItem(64, 32, 50, prop{"imir", []byte{0}})}, image.Pt(64, 32), []int{50, 50, 255, 50}},
		{"limited range", []piece{jpegItem(64, 32, 16+219/2, nclx(0))}, image.Pt(64, 32), []int{255, 127, 127, 127}},
		{"full range", []piece{jpegItem(64, 32, 125, nclx(0x80))}, image.Pt(64, 32), []int{255, 125, 125, 125}},
		{"the right half of it", []piece{jpegItem(64, 32, 50, aperture(32, 32, 16, 0))}, image.Pt(32, 32), []int{50, 50, 50, 50}},
		{"a grid", tiles(grid(128, 128)), image.Pt(128, 128), nil},
		{"a grid that shows a part of its last tiles", tiles(grid(100, 75)), image.Pt(100, 75), nil},
		{"a grid, cropped and turned", tiles(cropped), image.Pt(128, 64), nil},
		{"the picture of another", []piece{{kind: "iden", from: []byte{2}}, jpegItem(64, 32, 50)}, image.Pt(64, 32), []int{255, 50, 50, 50}},
		{"an overlay", []piece{
			{kind: "iovl", data: []byte{0, 0, 0x10, 0, 0x10, 0, 0x10, 0, 0xff, 0xff, 0, 64, 0, 64, 0, 32, 0xff, 0xf0}, from: []byte{2}}, jpegItem(32, 64, 200),
		}, image.Pt(64, 64), []int{16, 200, 16, 16}},
	} {
		s, err := New().heif(t.Context(), section(heifOf(c.items...)))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := s.picture.Bounds().Size(); got != c.size {
			t.Errorf("%s: %v, want %v", c.name, got, c.size)
		}
		for i, v := range levels(s.picture, 2, 2) {
			if c.want != nil && !close2(v, c.want[i]) {
				t.Errorf("%s: levels %v, want %v", c.name, levels(s.picture, 2, 2), c.want)
				break
			}
		}
	}
}

// Each tile's lower right quarter has its own grey; the cell in the middle of it tells where the tile is.
func TestHEIFGridPutsTilesInTheirPlaces(t *testing.T) {
	t.Parallel()
	needLibav(t)
	grid := piece{kind: "grid", data: []byte{0, 0, 1, 1, 0, 128, 0, 128}, props: []prop{ispe(128, 128)}, from: []byte{2, 3, 4, 5}}
	all := []piece{grid, jpegItem(64, 64, 40), jpegItem(64, 64, 80), jpegItem(64, 64, 120), jpegItem(64, 64, 160)}
	s, err := New().heif(t.Context(), section(heifOf(all...)))
	if err != nil {
		t.Fatal(err)
	}
	want := []int{255, 40, 255, 80, 40, 40, 80, 80, 255, 120, 255, 160, 120, 120, 160, 160}
	got := levels(s.picture, 4, 4)
	for i := range want {
		if !close2(got[i], want[i]) {
			t.Fatalf("cells %v, want %v", got, want)
		}
	}

	all[2].data = all[2].data[:40] // the second tile breaks: the others are shown, and it is said
	s, err = New().heif(t.Context(), section(heifOf(all...)))
	if d := libav.Damage(err); d == nil || s.picture == nil || !strings.Contains(err.Error(), "1 of 4 tiles") {
		t.Fatalf("%v", err)
	}
	if got := levels(s.picture, 4, 4); !close2(got[15], 160) || !close2(got[6], 0) {
		t.Errorf("cells %v", got)
	}
}

func TestHEIFRefuses(t *testing.T) {
	t.Parallel()
	needLibav(t)
	p := Within(pipeline.Limits{Pixels: 10_000})
	grid := func(w, h byte, from ...byte) piece {
		return piece{kind: "grid", data: []byte{0, 0, 14, 16, 0, w, 0, h}, props: []prop{ispe(int(w), int(h))}, from: from}
	}
	loop := piece{kind: "iden", from: []byte{1}}
	many := slices.Repeat([]byte{2}, 255)
	for _, c := range []struct {
		name  string
		items []piece
		want  error
	}{
		{"a picture that states more pixels than the limit", []piece{{kind: "jpeg", data: flat(8, 8, 9), props: []prop{ispe(101, 100)}}}, pipeline.ErrRefused},
		{"a picture that states few and has many", []piece{{kind: "jpeg", data: flat(128, 128, 9), props: []prop{ispe(8, 8)}}}, nil},
		{"an item derived from itself", []piece{loop}, pipeline.ErrRefused},
		{"a grid of more pixels than the limit", []piece{grid(255, 255, many...), jpegItem(8, 8, 9)}, pipeline.ErrRefused},
		{"one tile named 255 times, more pixels than anything shows", []piece{grid(16, 16, many...), {kind: "jpeg", data: flat(64, 64, 9), props: []prop{ispe(1, 1)}}}, pipeline.ErrRefused},
		{"a grid that lacks tiles", []piece{grid(64, 64, 2, 2), jpegItem(8, 8, 9)}, nil},
		{"an unknown coding", []piece{{kind: "unci", data: []byte{1}, props: []prop{ispe(1, 1)}}}, pipeline.ErrUnsupported},
	} {
		s, err := p.heif(t.Context(), section(heifOf(c.items...)))
		if s.picture != nil || err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func FuzzHEIF(f *testing.F) {
	f.Add(heifOf(jpegItem(16, 16, 50, prop{"irot", []byte{1}})))
	f.Add(heifOf(piece{kind: "grid", data: []byte{0, 0, 0, 1, 0, 32, 0, 16}, from: []byte{2, 2}}, jpegItem(16, 16, 50)))
	f.Add(heifOf(piece{kind: "iden", from: []byte{1}}))
	f.Add(heifOf(piece{kind: "iovl", data: []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 16, 0, 1, 0, 1}, from: []byte{2}}, jpegItem(16, 16, 50)))
	p := Within(pipeline.Limits{Pixels: 1 << 16})
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = p.heif(context.Background(), section(data))
	})
}

// A phone's photograph, in the size that its spatial extent states.
func TestHEIC(t *testing.T) {
	t.Parallel()
	needLibav(t)
	data, format := shared(t, "containers/exoplayer-mp4/sample_MP.heic")
	img, decoder := photo(t, format, data)
	if img.Bounds() != image.Rect(0, 0, 1080, 1920) || decoder != libav.CodedDecoder(libav.HEVC) {
		t.Errorf("%v by %s", img.Bounds(), decoder)
	}
}

// A turn put into a real file by its properties turns what is shown.
func TestAVIFIsTurned(t *testing.T) {
	t.Parallel()
	needLibav(t)
	data, format := shared(t, "photos/immich/avif/8bit-sRGB.avif")
	straight, _ := photo(t, format, data)
	at := bytes.Index(data, []byte("pixi")) // a property that nobody needs, longer than irot
	if at < 0 {
		t.Fatal("the file has no property to replace")
	}
	turned := slices.Clone(data)
	copy(turned[at:], "irot\x01")
	img, _ := photo(t, format, turned)
	if img.Bounds().Dx() != straight.Bounds().Dy() {
		t.Fatalf("bounds %v", img.Bounds())
	}
	want := raster.LumaTo(raster.Orient(straight, raster.Turn270), 16, 16)
	if d := cmp.Diff(want, raster.LumaTo(img, 16, 16)); d != "" {
		t.Error(strings.TrimSpace(d))
	}
}
