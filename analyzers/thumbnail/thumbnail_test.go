package thumbnail

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

type said struct {
	where []pipeline.Where
	made  []pipeline.Derivative
}

func (s *said) say(w pipeline.Where, f pipeline.Fact) {
	s.where, s.made = append(s.where, w), append(s.made, f.(pipeline.Derivative))
}

// watch shows frames one second apart to the analyzer.
func watch(t *testing.T, still bool, frames ...image.Image) (s said) {
	t.Helper()
	w, err := New().Watch(pipeline.Item{}, pipeline.Footage{Still: still}, s.say)
	if err != nil {
		t.Fatal(err)
	}
	for i, img := range frames {
		if err := w.Frame(context.Background(), pipeline.Frame{Picture: img, Time: time.Duration(i) * time.Second, Index: i}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.End(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

func flat(w, h int, level uint8) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = level
	}
	return m
}

func noise(seed uint64, w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range m.Pix {
		m.Pix[i] = uint8(r.Uint32())
	}
	for i := 3; i < len(m.Pix); i += 4 {
		m.Pix[i] = 255
	}
	return m
}

type shape struct {
	Role          string
	Width, Height int
}

func shapes(s said) (out []shape) {
	for _, d := range s.made {
		out = append(out, shape{d.Role, d.Width, d.Height})
	}
	return out
}

func TestPhotoGetsAPlainAndABlurredPicture(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		img  image.Image
		want []shape
	}{
		{"landscape", noise(1, 1200, 800), []shape{{"thumbnail", 480, 320}, {"thumbnail-blurred", 240, 160}}},
		{"portrait", noise(1, 300, 900), []shape{{"thumbnail", 160, 480}, {"thumbnail-blurred", 80, 240}}},
		{"small", noise(1, 100, 50), []shape{{"thumbnail", 100, 50}, {"thumbnail-blurred", 100, 50}}},
		{"one pixel", noise(1, 1, 1), []shape{{"thumbnail", 1, 1}, {"thumbnail-blurred", 1, 1}}},
		{"a line", noise(1, 5000, 1), []shape{{"thumbnail", 480, 1}, {"thumbnail-blurred", 240, 1}}},
	} {
		s := watch(t, true, c.img)
		if d := cmp.Diff(c.want, shapes(s)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
		for _, d := range s.made {
			img, err := jpeg.Decode(bytes.NewReader(d.Bytes))
			if err != nil || img.Bounds() != image.Rect(0, 0, d.Width, d.Height) || d.MediaType != "image/jpeg" || d.Digest != pipeline.DigestOf(d.Bytes) {
				t.Errorf("%s: %s is %v, %v", c.name, d.Role, img.Bounds(), err)
			}
		}
	}
}

// Two pictures that differ everywhere but in their eight by eight means have one and the same blurred picture:
// nothing finer is in it.
func TestBlurredHoldsNothingButItsMeans(t *testing.T) {
	t.Parallel()
	coarse := image.NewRGBA(image.Rect(0, 0, 320, 320))
	fine := image.NewRGBA(coarse.Rect)
	r := rand.New(rand.NewPCG(1, 2))
	var levels [64]uint8
	for i := range levels {
		levels[i] = 60 + uint8(r.Uint32()%136)
	}
	for y := range 320 {
		for x := range 320 {
			v := levels[y/40*8+x/40]
			coarse.SetRGBA(x, y, color.RGBA{v, v, v, 255})
			d := uint8(50) // two halves that cancel out within each field of forty
			if x/20%2 == 0 {
				d = -d
			}
			fine.SetRGBA(x, y, color.RGBA{v + d, v - d, v + d, 255})
		}
	}
	a, b := watch(t, true, coarse), watch(t, true, fine)
	if a.made[0].Digest == b.made[0].Digest {
		t.Error("the plain pictures are equal: the test shows nothing")
	}
	if a.made[1].Digest != b.made[1].Digest {
		t.Error("the blurred picture tells one from the other")
	}
}

// Neither blood nor a flag shows by its colour.
func TestBlurredIsGrey(t *testing.T) {
	t.Parallel()
	m := image.NewRGBA(image.Rect(0, 0, 120, 80))
	for i := range m.Pix {
		m.Pix[i] = []uint8{200, 10, 30, 255}[i%4]
	}
	for i, grey := range []bool{false, true} {
		img, err := jpeg.Decode(bytes.NewReader(watch(t, true, m).made[i].Bytes))
		if err != nil {
			t.Fatal(err)
		}
		c := color.RGBAModel.Convert(img.At(60, 40)).(color.RGBA)
		if (c.R == c.G && c.G == c.B) != grey {
			t.Errorf("picture %d shows %v", i, c)
		}
	}
}

// No edge of the blurred picture is sharp: neighbours differ by few levels although the picture is black and white.
func TestBlurredIsSmooth(t *testing.T) {
	t.Parallel()
	m := image.NewGray(image.Rect(0, 0, 480, 480))
	for i := range m.Pix {
		m.Pix[i] = uint8((i/60 + i/480/60) % 2 * 255)
	}
	img, err := jpeg.Decode(bytes.NewReader(watch(t, true, m).made[1].Bytes))
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	for y := range b.Dy() {
		for x := 1; x < b.Dx(); x++ {
			one, two := color.GrayModel.Convert(img.At(x-1, y)).(color.Gray), color.GrayModel.Convert(img.At(x, y)).(color.Gray)
			if d := max(one.Y, two.Y) - min(one.Y, two.Y); d > 16 {
				t.Fatalf("at %d,%d a step of %d levels", x, y, d)
			}
		}
	}
}

func TestFilmIsStoodForByItsFirstLivelyFrame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		frames []image.Image
		at     float64
	}{
		{"the first", []image.Image{noise(1, 64, 48), noise(2, 64, 48)}, 0},
		{"behind black ones", []image.Image{flat(64, 48, 0), flat(64, 48, 2), noise(2, 64, 48), noise(3, 64, 48)}, 2},
		{"none", []image.Image{flat(64, 48, 0), flat(64, 48, 255), flat(64, 48, 90)}, 0},
		{"too late", append(slow(10), noise(1, 64, 48)), 0},
	} {
		s := watch(t, false, c.frames...)
		if len(s.made) < 2 || s.made[0].Role != "thumbnail" || *s.where[0].Time != c.at || *s.where[1].Time != c.at {
			t.Errorf("%s: %v, times %v", c.name, shapes(s), s.where)
		}
	}
}

func slow(n int) (out []image.Image) {
	for range n {
		out = append(out, flat(64, 48, 0))
	}
	return out
}

func TestStripRunsAlongTheFilm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		frames int
		want   []float64
	}{
		{1, nil},
		{3, []float64{0, 1, 2}},
		{8, []float64{0, 1, 2, 3, 4, 5, 6, 7}},
		{16, []float64{0, 2, 4, 6, 8, 10, 12, 15}},
		{17, []float64{0, 2, 4, 6, 8, 10, 12, 16}}, // thinned once: every other is left
		{1000, []float64{0, 128, 256, 384, 512, 640, 768, 960}},
	} {
		frames := make([]image.Image, c.frames)
		for i := range frames {
			frames[i] = flat(40, 30, uint8(i))
		}
		s := watch(t, false, frames...)
		var plain, blurred []float64
		for i, d := range s.made[2:] {
			switch d.Role {
			case "keyframe":
				plain = append(plain, *s.where[i+2].Time)
			case "keyframe-blurred":
				blurred = append(blurred, *s.where[i+2].Time)
			default:
				t.Errorf("role %q", d.Role)
			}
		}
		if d := cmp.Diff([][]float64{c.want, c.want}, [][]float64{plain, blurred}); d != "" {
			t.Errorf("%d frames (-want +got):\n%s", c.frames, d)
		}
	}
}

func TestNoFrames(t *testing.T) {
	t.Parallel()
	if s := watch(t, false); len(s.made) != 0 {
		t.Errorf("made %v of nothing", shapes(s))
	}
	if s := watch(t, false, image.NewGray(image.Rectangle{})); len(s.made) != 0 {
		t.Errorf("made %v of an empty frame", shapes(s))
	}
	w, err := New().Watch(pipeline.Item{}, pipeline.Footage{Still: true}, new(said).say)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Frame(context.Background(), pipeline.Frame{Picture: image.NewGray(image.Rectangle{})}); err == nil {
		t.Error("an empty photo has a thumbnail")
	}
}
