//go:build libav

package media

import (
	"image"
	"testing"
	"time"

	"dokaz/analyzers/internal/libav/avitest"
	"dokaz/pipeline"
)

// bars is a film of upright bars, 25 a second, that stand for so many frames and then run to the right.
func bars(stand, run int) avitest.File {
	f := avitest.File{Width: 320, Height: 160, Rate: 25, FourCC: "MJPG"}
	for i := range stand + run {
		m := image.NewGray(image.Rect(0, 0, f.Width, f.Height))
		for k := range m.Pix {
			if (k%f.Width+20*max(0, i-stand))/40%2 == 0 {
				m.Pix[k] = 200
			}
		}
		f.Frames = append(f.Frames, avitest.JPEG(m))
	}
	return f
}

func TestFramesOfFastMovementAreShownBetweenTheSamples(t *testing.T) {
	t.Parallel()
	s, err := project(New(), pipeline.Video, "avi", bars(50, 25).Bytes())
	if err != nil {
		t.Fatal(err)
	}
	standing, running, index := 0, 0, 0
	for _, f := range s.frames {
		if !f.Between {
			if f.Index != index {
				t.Errorf("frame %d is counted as %d", index, f.Index)
			}
			index++
			continue
		}
		if f.Size() != image.Pt(320, 160) || f.Picture.Bounds().Dx() > betweenSide {
			t.Errorf("at %v: %v of %v", f.Time, f.Picture.Bounds(), f.Size())
		}
		if f.Time < 2*time.Second {
			standing++
		} else {
			running++
		}
	}
	if standing != 0 || running < 14 {
		t.Errorf("%d frames between while nothing moves, %d while all does", standing, running)
	}
}
