//go:build libav

package libav

import (
	"bytes"
	"context"
	"errors"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"dokaz/analyzers/internal/libav/avitest"
	"dokaz/fixtures"
)

// Frames that are glanced at cost no other frame a single sample, and some of them are not deblocked.
func TestGlancesChangeNoOtherFrame(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(fixtures.SharedMedia(t), "video-neardup/tmk/chair-orig-22-sd-bar.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	glanced := func(ticks int64) bool { return ticks/512%3 > 0 }
	plain, sparing := lumaByTime(t, data, nil), lumaByTime(t, data, glanced)
	same, other := 0, 0
	for ticks, want := range plain {
		switch got := sparing[ticks]; {
		case bytes.Equal(got, want):
			same++
		case glanced(ticks) && len(got) == len(want):
			other++
		default:
			t.Errorf("the frame at %d changed though nobody glanced at it", ticks)
		}
	}
	if other < 10 || same < 10 {
		t.Errorf("%d frames changed, %d did not", other, same)
	}
}

// lumaByTime is that of the first frames of a film.
func lumaByTime(t *testing.T, data []byte, glanced func(int64) bool) map[int64][]byte {
	t.Helper()
	f, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), "mp4", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	index, err := f.Film()
	if err != nil {
		t.Fatal(err)
	}
	out, enough := map[int64][]byte{}, errors.New("enough")
	err = f.Frames(t.Context(), index, FrameOptions{Glanced: glanced}, func(f Frame) error {
		img, err := f.Picture()
		if err != nil {
			return err
		}
		out[f.Time] = bytes.Clone(img.(*image.YCbCr).Y)
		if len(out) == 60 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Fatal(err)
	}
	return out
}

// A reduced frame is the mean over its boxes, halves up, of boxes of every size.
func TestReducedIsTheMeanOfBoxes(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 4))
	m := image.NewGray(image.Rect(0, 0, 208, 96))
	for i := range m.Pix {
		m.Pix[i] = uint8(r.IntN(256))
	}
	film := avitest.File{Width: 208, Height: 96, Rate: 10, FourCC: "MJPG", Frames: [][]byte{avitest.JPEG(m)}}
	err := eachFrame(t, film, FrameOptions{}, func(f Frame) error {
		img, err := f.Picture()
		if err != nil {
			return err
		}
		whole := img.(*image.YCbCr)
		for asked := 12; asked <= 208; asked++ {
			side := (208 + asked - 1) / asked
			small, ok := f.Reduced(asked)
			if !ok || small.Rect.Size() != image.Pt(208/side, 96/side) {
				t.Fatalf("boxes of %d: %v, %v", side, ok, small)
			}
			for y := range small.Rect.Dy() {
				for x := range small.Rect.Dx() {
					if want := meanOfBox(whole, x*side, y*side, side); small.GrayAt(x, y).Y != want {
						t.Fatalf("boxes of %d: (%d,%d) is %d, not %d", side, x, y, small.GrayAt(x, y).Y, want)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func meanOfBox(m *image.YCbCr, x, y, side int) uint8 {
	sum := 0
	for j := range side {
		for i := range side {
			sum += int(m.Y[m.YOffset(x+i, y+j)])
		}
	}
	return uint8((sum + side*side/2) / (side * side))
}
