package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/gen2brain/avif"
	"github.com/google/go-cmp/cmp"

	"dokaz/analyzers/internal/raster"
)

func section(data []byte) *io.SectionReader {
	return io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))
}

// property is an item property and whether the primary item has it.
type property struct {
	name string
	body []byte
	has  bool
}

func box(name string, body ...[]byte) []byte {
	b := bytes.Join(body, nil)
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(b)+8)), append([]byte(name), b...)...)
}

// heif is a file of one item without a picture (ISO/IEC 23008-12; ISO/IEC 14496-12 §8.11).
func heif(itemType string, list ...property) []byte {
	var container []byte
	var indices []byte
	for i, p := range list {
		container = append(container, box(p.name, p.body)...)
		if p.has {
			indices = append(indices, byte(i+1)|0x80) // essential
		}
	}
	ipma := append([]byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 7, byte(len(indices))}, indices...)
	infe := append([]byte{2, 0, 0, 0, 0, 7, 0, 0}, append([]byte(itemType), 0)...)
	return append(box("ftyp", []byte("mif1\x00\x00\x00\x00avif")), box("meta", make([]byte, 4),
		box("hdlr", make([]byte, 8), []byte("pict"), make([]byte, 13)), box("pitm", []byte{0, 0, 0, 0, 0, 7}),
		box("iinf", []byte{0, 0, 0, 0, 0, 1}, box("infe", infe)), box("iprp", box("ipco", container), box("ipma", ipma)))...)
}

func TestHEIFProperties(t *testing.T) {
	t.Parallel()
	size := property{"ispe", []byte{0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 2}, true}
	nclx := func(full byte) property {
		return property{"colr", append([]byte("nclx\x00\x01\x00\x0d\x00\x06"), full), true}
	}
	for _, c := range []struct {
		name string
		list []property
		want description
	}{
		{"nothing said", []property{size}, description{primary: "av01"}},
		{"turned anticlockwise once", []property{size, {"irot", []byte{1}, true}}, description{primary: "av01", turns: []raster.Orientation{raster.Turn270}}},
		{"another item's turn", []property{size, {"irot", []byte{1}, false}}, description{primary: "av01"}},
		{"turned, then mirrored", []property{{"irot", []byte{3}, true}, {"imir", []byte{1}, true}}, description{primary: "av01", turns: []raster.Orientation{raster.Turn90, raster.Mirror}}},
		{"flipped", []property{{"imir", []byte{0}, true}}, description{primary: "av01", turns: []raster.Orientation{raster.Flip}}},
		{"limited range", []property{nclx(0)}, description{primary: "av01", limited: true}},
		{"full range", []property{nclx(0x80)}, description{primary: "av01"}},
		{"empty properties", []property{{"irot", nil, true}, {"ispe", nil, true}, {"colr", []byte("nclx"), true}}, description{primary: "av01"}},
	} {
		got, err := New().heifAllowed(section(heif("av01", c.list...)))
		if d := cmp.Diff(c.want, got, cmp.AllowUnexported(description{})); err != nil || d != "" {
			t.Errorf("%s: %v (-want +got):\n%s", c.name, err, d)
		}
	}
}

func FuzzHEIFProperties(f *testing.F) {
	f.Add(heif("av01", property{"irot", []byte{1}, true}, property{"ispe", []byte{0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 2}, true}))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = New().heifAllowed(section(data))
	})
}

// A phone's photograph, in the size that its spatial extent states.
func TestHEIC(t *testing.T) {
	t.Parallel()
	data, format := shared(t, "containers/exoplayer-mp4/sample_MP.heic")
	img, decoder := photo(t, format, data)
	if img.Bounds() != image.Rect(0, 0, 1080, 1920) || decoder != "gen2brain/heic "+heicVersion {
		t.Errorf("%v by %s", img.Bounds(), decoder)
	}
}

// AVIF as the library of its inventors decodes it, in size and in what it shows.
func TestAVIFEqualsLibavif(t *testing.T) {
	t.Parallel()
	data, format := shared(t, "photos/immich/avif/8bit-sRGB.avif")
	img, decoder := photo(t, format, data)
	want, err := avif.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds() != want.Bounds() {
		t.Fatalf("%v, want %v", img.Bounds(), want.Bounds())
	}
	got, other := raster.LumaTo(img, 32, 32), raster.LumaTo(want, 32, 32)
	for i := range got {
		if got[i]-other[i] > 4 || other[i]-got[i] > 4 {
			t.Fatalf("%s: luma %d is %v, want about %v", decoder, i, got[i], other[i])
		}
	}
}

// A turn put into a real file by its properties turns what is shown.
func TestAVIFIsTurned(t *testing.T) {
	t.Parallel()
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
