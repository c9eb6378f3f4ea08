//go:build libav

package libav

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"dokaz/analyzers/internal/raster"
	"dokaz/fixtures"
	"dokaz/pipeline"
)

// shared opens one of the real media beside the repository.
func shared(t *testing.T, name string) (*os.File, int64, string) {
	t.Helper()
	f, err := os.Open(filepath.Join(fixtures.SharedMedia(t), filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() }) // opened for reading
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	head := make([]byte, pipeline.SniffLength)
	n, _ := f.ReadAt(head, 0)
	format, _ := pipeline.Sniff(head[:n])
	return f, st.Size(), format.Name
}

// The program ffmpeg, of another version and by its own path from file to pixels, must see the same samples:
// every sample of every sixth frame, stretched to full range by the real formula.
func TestFramesEqualThoseOfTheProgram(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("SKIPPED: no ffmpeg program to compare with")
	}
	for name, c := range map[string]struct {
		pixels string
		depth  int
	}{
		"containers/exoplayer-mp4/sample_with_color_info.mp4": {"yuv420p10le", 10}, // HEVC, 10 bits
		"containers/exoplayer-mp4/testvid_1022ms.mp4":         {"yuv420p", 8},      // H.264
		"containers/exoplayer-mp4/sample_av1.mp4":             {"yuv420p", 8},
		"video-neardup/movie-hello/movie-hello.mpeg":          {"yuv420p", 8},
		"video-neardup/movie-hello/movie-hello.ogg":           {"yuv420p", 8}, // Theora
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src, size, format := shared(t, name)
			raw, err := exec.Command(program, "-v", "error", "-noautorotate", "-flags", "bitexact", "-i", src.Name(), "-map", "0:v:0",
				"-fps_mode", "passthrough", "-pix_fmt", c.pixels, "-f", "rawvideo", "-").Output()
			if err != nil {
				t.Fatal(err)
			}
			f, err := Open(context.Background(), src, size, format, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			film, err := f.Film()
			if err != nil {
				t.Fatal(err)
			}
			s := f.Streams()[film]
			if err := compare(f, s, raw, c.depth); err != nil {
				t.Error(err)
			}
		})
	}
}

func compare(f *File, s Stream, raw []byte, depth int) error {
	bytesPer := (depth + 7) / 8
	luma, chroma := s.Width*s.Height, ((s.Width+1)/2)*((s.Height+1)/2)
	per := (luma + 2*chroma) * bytesPer
	full := s.PixelFormat == "yuvj420p"
	tables := [3][]uint8{raster.Levels(depth, !full, false), raster.Levels(depth, !full, true), raster.Levels(depth, !full, true)}
	n := 0
	err := f.Frames(context.Background(), s.Index, FrameOptions{}, func(fr Frame) error {
		defer func() { n++ }()
		if n%6 != 0 {
			return nil
		}
		if len(raw) < (n+1)*per {
			return errors.New("more frames than the program's")
		}
		img, err := fr.Picture()
		if err != nil {
			return err
		}
		m, ok := img.(*image.YCbCr)
		if !ok || m.YStride != s.Width || m.SubsampleRatio != image.YCbCrSubsampleRatio420 {
			return errors.New("not the picture expected")
		}
		frame := raw[n*per:]
		for c, plane := range [][]uint8{m.Y, m.Cb, m.Cr} {
			for i, got := range plane {
				v := int(frame[i*bytesPer])
				if bytesPer == 2 {
					v |= int(frame[2*i+1]) << 8
				}
				if got != tables[c][v] {
					return errors.New("frame, plane or sample differs")
				}
			}
			frame = frame[len(plane)*bytesPer:]
		}
		return nil
	})
	if err == nil && n*per != len(raw) {
		err = errors.New("the program shows another number of frames")
	}
	return err
}

// photo is a JPEG with edges, noise and colour.
func photo(t *testing.T, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), uint8((x/16+y/16)%2*200 + int(r.Uint32()%40)), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Two decoders may round the inverse transform differently, by one level here and there (ITU-T T.83).
func TestStillEqualsGosDecoder(t *testing.T) {
	t.Parallel()
	coded := photo(t, 331, 217)
	img, err := DecodeStill(context.Background(), bytes.NewReader(coded), int64(len(coded)), "jpeg", 0, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := jpeg.Decode(bytes.NewReader(coded))
	if err != nil {
		t.Fatal(err)
	}
	got, other := img.(*image.YCbCr), want.(*image.YCbCr)
	if got.Bounds() != other.Bounds() || got.SubsampleRatio != other.SubsampleRatio {
		t.Fatalf("%v %v, want %v %v", got.Bounds(), got.SubsampleRatio, other.Bounds(), other.SubsampleRatio)
	}
	for y := range 217 {
		for x := range 331 {
			a, b := got.YCbCrAt(x, y), other.YCbCrAt(x, y)
			if far(a.Y, b.Y) || far(a.Cb, b.Cb) || far(a.Cr, b.Cr) {
				t.Fatalf("at %d,%d: %v and %v", x, y, a, b)
			}
		}
	}
}

func far(a, b uint8) bool { return max(a, b)-min(a, b) > 1 }

func TestStillInPart(t *testing.T) {
	t.Parallel()
	coded := photo(t, 320, 240)
	img, err := DecodeStill(context.Background(), bytes.NewReader(coded[:len(coded)/2]), int64(len(coded)/2), "jpeg", 0, Limits{})
	if img == nil || Damage(err) == nil {
		t.Fatalf("%v, %v", img, err)
	}
	whole, err := DecodeStill(context.Background(), bytes.NewReader(coded), int64(len(coded)), "jpeg", 0, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for x := range 320 { // the upper rows are whole
		if a, b := img.(*image.YCbCr).YCbCrAt(x, 40), whole.(*image.YCbCr).YCbCrAt(x, 40); a != b {
			t.Fatalf("at %d,40: %v and %v", x, a, b)
		}
	}
}

func TestStillAtHalfSize(t *testing.T) {
	t.Parallel()
	coded := photo(t, 320, 240)
	img, err := DecodeStill(context.Background(), bytes.NewReader(coded), int64(len(coded)), "jpeg", 1, Limits{})
	if err != nil || img.Bounds() != image.Rect(0, 0, 160, 120) {
		t.Errorf("%v, %v", img.Bounds(), err)
	}
}

func TestStillRefusesWhatIsNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		data   string
		format string
		want   error
	}{
		"empty":     {"", "jpeg", nil},
		"no JPEG":   {"no picture at all", "jpeg", nil},
		"of a film": {"RIFF", "avi", pipeline.ErrUnsupported},
	} {
		img, err := DecodeStill(context.Background(), bytes.NewReader([]byte(c.data)), int64(len(c.data)), c.format, 0, Limits{})
		if img != nil || err == nil || (c.want != nil && !errors.Is(err, c.want)) {
			t.Errorf("%s: %v, %v", name, img, err)
		}
	}
}
