//go:build libav

package libav

import (
	"bytes"
	"errors"
	"hash/fnv"
	"image"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dokaz/fixtures"
)

// A film entered in the middle shows, from there on, the frames it shows when it is read from its start, at the same times.
func TestEnteringChangesNoFrame(t *testing.T) {
	t.Parallel()
	passed := 0
	for name, format := range map[string]string{
		"video-neardup/tmk/chair-orig-22-sd-bar.mp4":   "mp4",
		"video-scenes/car-detection.mp4":               "mp4",
		"containers/exoplayer-mp4/midroll-5s.mp4":      "mp4",
		"video-scenes/one-by-one-person-detection.mp4": "mp4",
	} {
		data, err := os.ReadFile(filepath.Join(fixtures.SharedMedia(t), name))
		if err != nil {
			t.Fatal(err)
		}
		const from = 3 * time.Second
		all, begun := framesFrom(t, data, format, 0), framesFrom(t, data, format, from)
		if len(begun) == 0 {
			t.Fatalf("%s: no frame", name)
		}
		entered := 0
		for _, f := range all {
			if f.at < from.Seconds() {
				continue
			}
			entered++
			if begun[f.at] != f {
				t.Errorf("%s at %.3f s: %v when entered, %v from the start", name, f.at, begun[f.at], f)
				break
			}
		}
		if entered < 20 {
			t.Errorf("%s: %d frames compared", name, entered)
		}
		passed += len(all) - len(begun)
	}
	if passed < 50 {
		t.Errorf("%d frames in all were passed over", passed)
	}
}

// A stream that is not there cannot be entered.
func TestNoStreamIsNotEntered(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(fixtures.SharedMedia(t), "video-neardup/tmk/chair-orig-22-sd-bar.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(t.Context(), bytes.NewReader(data), int64(len(data)), "mp4", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Enterable(-1) || f.Enterable(99) {
		t.Error("a stream that is not there can be entered")
	}
}

type frameAt struct {
	at  float64 // seconds from the stream's start
	sum uint64
}

func framesFrom(t *testing.T, data []byte, format string, from time.Duration) map[float64]frameAt {
	t.Helper()
	f, err := Open(t.Context(), bytes.NewReader(data), int64(len(data)), format, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	index, err := f.Film()
	if err != nil {
		t.Fatal(err)
	}
	s := f.Streams()[index]
	out, enough := map[float64]frameAt{}, errors.New("enough")
	err = f.Frames(t.Context(), index, FrameOptions{From: from}, func(f Frame) error {
		img, err := f.Picture()
		if err != nil {
			return err
		}
		h := fnv.New64a()
		_, _ = h.Write(img.(*image.YCbCr).Y)
		at := s.TimeBase.Seconds(f.Time - s.Start)
		out[at] = frameAt{at, h.Sum64()}
		if at > from.Seconds()+3 && from > 0 || at > 6 {
			return enough
		}
		return nil
	})
	if err != nil && !errors.Is(err, enough) {
		t.Fatal(err)
	}
	return out
}
