//go:build libav

package libav

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"strings"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/google/go-cmp/cmp"

	"dokaz/analyzers/internal/libav/avitest"
	"dokaz/pipeline"
)

// levels is a film of flat grey frames, 10 a second.
func levels(values ...uint8) avitest.File {
	f := avitest.File{Width: 64, Height: 48, Rate: 10, FourCC: "MJPG"}
	for _, v := range values {
		f.Frames = append(f.Frames, avitest.Grey(64, 48, v))
	}
	return f
}

func open(t *testing.T, data []byte, format string, l Limits) *File {
	t.Helper()
	f, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), format, l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// shown is what a test keeps of a frame.
type shown struct {
	Time int64
	Key  bool
	Luma uint8
}

func watch(f *File, ctx context.Context) ([]shown, error) {
	var out []shown
	err := f.Frames(ctx, 0, FrameOptions{}, func(fr Frame) error {
		img, err := fr.Picture()
		if err != nil {
			return err
		}
		m := img.(*image.YCbCr)
		out = append(out, shown{fr.Time, fr.Key, m.Y[m.YStride*20+30]})
		return nil
	})
	return out, err
}

func TestFramesGiveWhatWasCoded(t *testing.T) {
	t.Parallel()
	f := open(t, levels(0, 60, 120, 255).Bytes(), "avi", Limits{})
	got, err := watch(f, context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]shown{{0, true, 0}, {1, true, 60}, {2, true, 120}, {3, true, 255}}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	s := f.Streams()[0]
	if s.Codec != "mjpeg" || s.Width != 64 || s.Height != 48 || s.AverageRate != (Ratio{10, 1}) || s.CodecTag != "MJPG" || s.Decoder != "mjpeg" {
		t.Errorf("stream %+v", s)
	}
	if _, err := watch(f, context.Background()); err == nil {
		t.Error("a file was read twice")
	}
}

func TestPacketsOfAFilm(t *testing.T) {
	t.Parallel()
	file := levels(10, 20, 30)
	var got []Packet
	if err := open(t, file.Bytes(), "avi", Limits{}).Packets(context.Background(), func(p Packet) error {
		got = append(got, p)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 {
		t.Fatalf("%d packets", len(got))
	}
	for i, p := range got {
		if p.DTS != int64(i) || p.Duration != 1 || p.Size != len(file.Frames[i]) || !p.Key || p.Corrupt || p.Stream != 0 {
			t.Errorf("packet %d: %+v", i, p)
		}
	}
}

// Plain pixels bottom-up come with a negative line size and as blue, green, red.
func TestPlainPixelsBottomUp(t *testing.T) {
	t.Parallel()
	pix := make([]byte, 4*2*3)
	copy(pix, []byte{1, 2, 3})           // lower left: blue 1, green 2, red 3
	copy(pix[12+9:], []byte{30, 20, 10}) // upper right
	f := open(t, avitest.File{Width: 4, Height: 2, Rate: 1, FourCC: "\x00\x00\x00\x00", Frames: [][]byte{pix}}.Bytes(), "avi", Limits{})
	var got image.Image
	if err := f.Frames(context.Background(), 0, FrameOptions{}, func(fr Frame) (err error) {
		got, err = fr.Picture()
		return err
	}); err != nil {
		t.Fatal(err)
	}
	m, ok := got.(*image.RGBA)
	if !ok {
		t.Fatalf("a %T", got)
	}
	if c, d := m.RGBAAt(0, 1), m.RGBAAt(3, 0); c != (color.RGBA{3, 2, 1, 255}) || d != (color.RGBA{10, 20, 30, 255}) {
		t.Errorf("lower left %v, upper right %v", c, d)
	}
}

// Packed 4:2:2 goes the slow way: Y U Y V, limited range.
func TestPackedPixels(t *testing.T) {
	t.Parallel()
	f := open(t, avitest.File{Width: 4, Height: 2, Rate: 1, FourCC: "YUY2", BitCount: 16, Frames: [][]byte{{
		16, 128, 235, 128, 126, 240, 16, 16,
		235, 16, 16, 240, 16, 128, 16, 128,
	}}}.Bytes(), "avi", Limits{})
	var got *image.YCbCr
	if err := f.Frames(context.Background(), 0, FrameOptions{}, func(fr Frame) error {
		img, err := fr.Picture()
		got, _ = img.(*image.YCbCr)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want := &image.YCbCr{
		Y: []uint8{0, 255, 128, 0, 255, 0, 0, 0}, Cb: []uint8{128, 255, 1, 128}, Cr: []uint8{128, 1, 255, 128},
		YStride: 4, CStride: 2, SubsampleRatio: image.YCbCrSubsampleRatio422, Rect: image.Rect(0, 0, 4, 2),
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestDamageIsCountedAndPassedOver(t *testing.T) {
	t.Parallel()
	file := levels(10, 20, 30, 40)
	file.Frames[2] = []byte("no picture at all")
	got, err := watch(open(t, file.Bytes(), "avi", Limits{}), context.Background())
	d := Damage(err)
	if len(got) != 3 || got[2].Luma != 40 || d == nil || d.Packets != 1 || d.First != 0.2 || d.Ended != nil {
		t.Errorf("%d frames, %v", len(got), err)
	}
}

func TestTruncatedFileGivesWhatIsThere(t *testing.T) {
	t.Parallel()
	data := levels(10, 20, 30, 40).Bytes()
	data = data[:len(data)-len(avitest.Grey(64, 48, 40))-200] // into the third frame
	f := open(t, data, "avi", Limits{})
	got, _ := watch(f, context.Background()) // the cut frame may decode in part, which is no error
	if len(got) < 2 || got[0].Luma != 10 || got[1].Luma != 20 {
		t.Errorf("frames %v", got)
	}
	if err := open(t, data, "avi", Limits{}).Packets(context.Background(), func(Packet) error { return nil }); Damage(err) == nil {
		t.Errorf("packets: %v", err)
	}
}

func TestLimitsAreNamed(t *testing.T) {
	t.Parallel()
	wide := levels(1)
	wide.Width, wide.Height = 30000, 30000
	many := levels(1, 2)
	many.MoreStreams = 69
	for name, c := range map[string]struct {
		file avitest.File
		l    Limits
		want string
	}{
		"streams": {many, Limits{}, "streams 70 over 64"},
		"packets": {levels(1, 2, 3, 4), Limits{Samples: 2}, "samples 3 over 2"},
		"frames":  {levels(1, 2, 3, 4), Limits{Frames: 2}, "frames 3 over 2"},
		"pixels":  {levels(1, 2), Limits{Pixels: 3000}, "pixels 3,072 over 3,000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := c.file.Bytes()
			f, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), "avi", c.l)
			if err == nil {
				defer f.Close()
				_, err = watch(f, context.Background())
			}
			if !errors.Is(err, pipeline.ErrRefused) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// failing breaks off at an offset.
type failing struct {
	io.ReaderAt
	from int64
	err  error
}

func (f failing) ReadAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) > f.from {
		return 0, f.err
	}
	return f.ReaderAt.ReadAt(b, at)
}

func TestCorruptOriginalIsNoDamage(t *testing.T) {
	t.Parallel()
	file := levels(10, 20, 30)
	for range 200 {
		file.Frames = append(file.Frames, avitest.Grey(64, 48, 99))
	}
	data := file.Bytes()
	for _, from := range []int64{0, 100_000} {
		src := failing{bytes.NewReader(data), from, fmt.Errorf("blob: %w", pipeline.ErrCorrupt)}
		f, err := Open(context.Background(), src, int64(len(data)), "avi", Limits{})
		if err == nil {
			_, err = watch(f, context.Background())
			f.Close()
		}
		if !errors.Is(err, pipeline.ErrCorrupt) {
			t.Errorf("failing from byte %d: %v", from, err)
		}
	}
}

func TestCancelledContextEndsDecoding(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	f := open(t, levels(1, 2, 3, 4).Bytes(), "avi", Limits{})
	n := 0
	err := f.Frames(ctx, 0, FrameOptions{}, func(Frame) error {
		n++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || n != 1 {
		t.Errorf("%d frames, %v", n, err)
	}
	if _, err := Open(ctx, bytes.NewReader(levels(1).Bytes()), 1000, "avi", Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("open: %v", err)
	}
}

func TestErrorOfTheWatcherComesBack(t *testing.T) {
	t.Parallel()
	enough := errors.New("enough")
	f := open(t, levels(1, 2).Bytes(), "avi", Limits{})
	if err := f.Frames(context.Background(), 0, FrameOptions{}, func(Frame) error { return enough }); !errors.Is(err, enough) {
		t.Error(err)
	}
}

func TestMetadataIsBoundedAndValid(t *testing.T) {
	t.Parallel()
	file := levels(1)
	file.Info = map[string]string{"ISFT": strings.Repeat("x", 5000), "IART": "caf\xe9"}
	got := map[string]Entry{}
	for _, e := range open(t, file.Bytes(), "avi", Limits{}).Container().Metadata {
		got[e.Key] = e
	}
	if e := got["software"]; len(e.Value) != maxValue || !e.Cut {
		t.Errorf("software: %d bytes, cut %v", len(e.Value), e.Cut)
	}
	if e := got["artist"]; e.Value != "caf\uFFFD" || e.Cut {
		t.Errorf("artist: %+v", e)
	}
}

// The list here is the one that is compiled: one name more in either is an error, in a build made for Dokaz.
func TestCodecListIsTheBuilds(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, name := range codecs {
		listed[name] = true
		if astiav.FindDecoderByName(name) == nil {
			t.Errorf("decoder %s is not in this build", name)
		}
	}
	for format, name := range demuxers {
		if astiav.FindInputFormat(name) == nil {
			t.Errorf("demuxer %s of %s is not in this build", name, format)
		}
	}
	if !strings.Contains(buildConfiguration(), "--disable-everything") {
		t.Log("a system's FFmpeg: what else it holds is not compared")
		return
	}
	for _, c := range astiav.Codecs() {
		if c.IsDecoder() && !listed[c.Name()] {
			t.Errorf("decoder %s is compiled in and not listed", c.Name())
		}
		if c.IsEncoder() {
			t.Errorf("encoder %s is compiled in", c.Name())
		}
	}
}
