package pixelhash

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/corona10/goimagehash"
	"github.com/google/go-cmp/cmp"

	"dokaz/analyzers/internal/pdq"
	"dokaz/analyzers/internal/raster"
	"dokaz/analyzers/internal/views"
	"dokaz/pipeline"
)

// drawn is a picture of coloured slopes and tiles.
func drawn(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			tile := uint8((x*8/w*37 + y*6/h*91) % 200)
			m.SetRGBA(x, y, color.RGBA{tile, uint8(255 * x / w), uint8(255 * y / h), 255})
		}
	}
	return m
}

func watchOne(t *testing.T, frames ...image.Image) ([]pipeline.Fact, error) {
	t.Helper()
	var said []pipeline.Fact
	w, err := New().Watch(pipeline.Item{Kind: pipeline.Photo}, pipeline.Footage{Decoder: "test 1", Still: true},
		func(_ pipeline.Where, f pipeline.Fact) { said = append(said, f) })
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range frames {
		if err := w.Frame(t.Context(), pipeline.Frame{Picture: p, Index: i}); err != nil {
			return said, err
		}
	}
	return said, w.End(t.Context())
}

func must(t *testing.T, h *goimagehash.ImageHash, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%016x", h.GetHash())
}

func TestHashesAreStated(t *testing.T) {
	t.Parallel()
	img := drawn(250, 180)
	bits, quality, err := pdq.OfPicture(img, img.Bounds().Size())
	if err != nil {
		t.Fatal(err)
	}
	a, errA := goimagehash.AverageHash(img)
	d, errD := goimagehash.DifferenceHash(img)
	p, errP := goimagehash.PerceptionHash(img)
	fact := func(name, bits string, quality int) pipeline.Fact {
		return pipeline.PictureHash{Algorithm: name, Bits: bits, Quality: quality, Decoder: "test 1", Width: 250, Height: 180}
	}
	want := []pipeline.Fact{fact("pdq", bits.String(), quality)}
	for _, v := range views.Of(raster.Luma(img, views.MaxSide)) {
		f := fact("pdq0", v.Bits.String(), v.Quality).(pipeline.PictureHash)
		f.View, f.Box = v.Name, &v.Box
		want = append(want, f)
	}
	if len(want) != 15 {
		t.Errorf("%d views of a picture without borders, of tiles that look set in", len(want)-1)
	}
	want = append(want, fact("ahash", must(t, a, errA), -1), fact("dhash", must(t, d, errD), -1), fact("phash", must(t, p, errP), -1))
	got, err := watchOne(t, img)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestOnlyTheFirstFrameIsHashed(t *testing.T) {
	t.Parallel()
	got, err := watchOne(t, drawn(100, 100), image.NewGray(image.Rect(0, 0, 10, 10)))
	if err != nil || len(got) < 5 || got[0].(pipeline.PictureHash).Width != 100 {
		t.Errorf("%d facts, %v", len(got), err)
	}
	again := map[string]bool{}
	for _, f := range got {
		h := f.(pipeline.PictureHash)
		if again[h.Algorithm+h.View] {
			t.Errorf("%s %s is stated twice", h.Algorithm, h.View)
		}
		again[h.Algorithm+h.View] = true
	}
}

// The frame's picture may be a reduction: what is stated is the true size, and PDQ is that of the whole within the
// bits that a reduction may cost.
func TestAReducedPictureIsStatedInFull(t *testing.T) {
	t.Parallel()
	whole := image.NewGray(image.Rect(0, 0, 2000, 1500))
	for i := range whole.Pix {
		v := uint32(i%2000*13/2000)*0x9e3779b1 ^ uint32(i/2000*11/1500)*0x85ebca6b
		whole.Pix[i] = uint8((v ^ v>>15) * 0x2c1b3c6d >> 24)
	}
	w, err := New().Watch(pipeline.Item{Kind: pipeline.Photo}, pipeline.Footage{Still: true}, func(_ pipeline.Where, f pipeline.Fact) {
		h := f.(pipeline.PictureHash)
		if h.Width != 2000 || h.Height != 1500 {
			t.Errorf("%s of %d×%d", h.Algorithm, h.Width, h.Height)
		}
		if h.Algorithm != "pdq" {
			return
		}
		bits, errBits := pipeline.ParseHash256(h.Bits)
		want, _, err := pdq.Hash(raster.Luma(whole, 2000))
		if err := errors.Join(err, errBits); err != nil || bits.Distance(want) > 4 {
			t.Errorf("%d bits from the whole picture's hash, %v", bits.Distance(want), err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Frame(t.Context(), pipeline.Frame{Picture: raster.Shrink(whole, 1000, 750), Full: image.Pt(2000, 1500)}); err != nil {
		t.Fatal(err)
	}
}

func TestASubpictureHasTheHashOfItsOwnPixels(t *testing.T) {
	t.Parallel()
	big := image.NewRGBA(image.Rect(0, 0, 400, 300))
	part := image.Rect(31, 17, 31+250, 17+180)
	src := drawn(250, 180)
	for y := range 180 {
		copy(big.Pix[big.PixOffset(31, 17+y):], src.Pix[src.PixOffset(0, y):][:4*250])
	}
	want, err := watchOne(t, src)
	if err != nil {
		t.Fatal(err)
	}
	got, err := watchOne(t, big.SubImage(part))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAnEmptyPictureIsAnError(t *testing.T) {
	t.Parallel()
	for name, img := range map[string]image.Image{"nil": nil, "no pixels": image.NewGray(image.Rect(5, 5, 5, 9))} {
		if said, err := watchOne(t, img); !errors.Is(err, pipeline.ErrMalformed) || len(said) != 0 {
			t.Errorf("%s: %v, %v", name, said, err)
		}
	}
}

func TestOddPicturesDoNotStopTheWork(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{1, 1}, {1, 4000}, {4000, 1}, {3, 2}, {5, 5}, {8, 8}, {9000, 6}} {
		got, err := watchOne(t, image.NewNRGBA(image.Rectangle{Max: size}))
		if err != nil || len(got) < 5 {
			t.Errorf("%v: %d facts, %v", size, len(got), err)
		}
	}
}

func TestAPanicOfGoimagehashIsAnError(t *testing.T) {
	t.Parallel()
	_, err := guarded(func(image.Image) (*goimagehash.ImageHash, error) { panic("index out of range") }, drawn(9, 9))
	if err == nil || !strings.Contains(err.Error(), "index out of range") {
		t.Errorf("%v", err)
	}
}

func TestAStoppedWorkEnds(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	w := &watch{say: func(pipeline.Where, pipeline.Fact) {}}
	if err := w.Frame(ctx, pipeline.Frame{Picture: drawn(20, 20)}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
