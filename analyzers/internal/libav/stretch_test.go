//go:build libav

package libav

import (
	"bytes"
	"context"
	"image"
	"slices"
	"testing"
	"time"

	"dokaz/analyzers/internal/libav/avitest"
	"dokaz/analyzers/internal/raster"
)

func TestStretchIsLevels(t *testing.T) {
	t.Parallel()
	all := make([]uint8, 256)
	for v := range all {
		all[v] = uint8(v)
	}
	for _, chroma := range []bool{false, true} {
		got := make([]uint8, 256)
		stretch(got, all, chroma)
		if want := raster.Levels(8, true, chroma); !slices.Equal(got, want) {
			t.Errorf("chroma %v: %v, want %v", chroma, got, want)
		}
	}
}

func TestPicturesOfOneShapeShareMemory(t *testing.T) {
	t.Parallel()
	film := avitest.File{Width: 32, Height: 16, Rate: 10, FourCC: "MJPG"}
	for i := range 3 {
		film.Frames = append(film.Frames, avitest.Grey(32, 16, uint8(40*i)))
	}
	var seen []*uint8
	err := eachFrame(t, film, FrameOptions{}, func(f Frame) error {
		img, err := f.Picture()
		if err != nil {
			return err
		}
		y := img.(*image.YCbCr).Y
		if y[0] != uint8(40*len(seen)) {
			t.Errorf("frame %d begins with %d", len(seen), y[0])
		}
		seen = append(seen, &y[0])
		return nil
	})
	if err != nil || len(seen) != 3 || seen[0] != seen[2] {
		t.Errorf("%d frames, %v", len(seen), err)
	}
}

func TestKeyframesThatFollowCloselyAreNotDecoded(t *testing.T) {
	t.Parallel()
	film := avitest.File{Width: 32, Height: 16, Rate: 10, FourCC: "MJPG"}
	for i := range 25 {
		film.Frames = append(film.Frames, avitest.Grey(32, 16, uint8(10*i)))
		if i%7 > 0 {
			film.Frames[i] = []byte("no picture, which a decoder would say") // never looked at
		}
	}
	for apart, want := range map[time.Duration][]int64{700 * time.Millisecond: {0, 7, 14, 21}, 610 * time.Millisecond: {0, 7, 14, 21}} {
		var times []int64
		err := eachFrame(t, film, FrameOptions{KeysOnly: true, Apart: apart}, func(f Frame) error {
			times = append(times, f.Time)
			return nil
		})
		if err != nil || !slices.Equal(times, want) {
			t.Errorf("%v apart: frames at %v, %v; want %v", apart, times, err, want)
		}
	}
}

func eachFrame(t *testing.T, film avitest.File, opts FrameOptions, show func(Frame) error) error {
	t.Helper()
	data := film.Bytes()
	f, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), "avi", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return f.Frames(t.Context(), 0, opts, show)
}
