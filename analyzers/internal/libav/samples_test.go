//go:build libav

package libav

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"os/exec"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/analyzers/internal/libav/avitest"
	"dokaz/pipeline"
)

// hear collects the samples of a file's main sound stream.
func hear(ctx context.Context, f *File) (rate int, mono []float32, err error) {
	stream, err := f.Sound()
	if err != nil {
		return 0, nil, err
	}
	err = f.Samples(ctx, stream, func(s Samples) error {
		if len(s.Mono) == 0 || len(s.Mono) > 8192 {
			return errors.New("a block of a wrong length")
		}
		rate = s.Rate
		mono = append(mono, s.Mono...)
		return nil
	})
	return rate, mono, err
}

// packed writes numbers as little-endian samples.
func packed(t *testing.T, values any) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := binary.Write(&b, binary.LittleEndian, values); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Equal values in every format that WAVE has come out equal, and channels are mixed.
func TestSamplesOfAllFormats(t *testing.T) {
	t.Parallel()
	one, two := []float32{0, 0.5, -0.5, -1, 0.25}, []float32{0.25, -0.25, 0}
	root := float32(math.Sqrt2 / 2 / (math.Sqrt2 + 2)) // of six channels
	for name, c := range map[string]struct {
		code, channels, bits int
		samples              any
		want                 []float32
	}{
		"u8":         {avitest.PCM, 1, 8, []uint8{128, 192, 64, 0, 160}, one},
		"s16":        {avitest.PCM, 1, 16, []int16{0, 1 << 14, -1 << 14, -1 << 15, 1 << 13}, one},
		"s24":        {avitest.PCM, 1, 24, []uint8{0, 0, 0, 0, 0, 0x40, 0, 0, 0xc0, 0, 0, 0x80, 0, 0, 0x20}, one},
		"s32":        {avitest.PCM, 1, 32, []int32{0, 1 << 30, -1 << 30, -1 << 31, 1 << 29}, one},
		"flt":        {avitest.Float, 1, 32, one, one},
		"dbl":        {avitest.Float, 1, 64, []float64{0, 0.5, -0.5, -1, 0.25}, one},
		"u8 two":     {avitest.PCM, 2, 8, []uint8{128, 192, 128, 64, 192, 64}, two},
		"s16 two":    {avitest.PCM, 2, 16, []int16{0, 1 << 14, 0, -1 << 14, 1 << 14, -1 << 14}, two},
		"flt two":    {avitest.Float, 2, 32, []float32{0, 0.5, 0, -0.5, 0.5, -0.5}, two},
		"s16 six":    {avitest.PCM, 6, 16, []int16{1 << 14, 0, 0, 0, 0, 0, 0, 0, 0, 1 << 14, 0, 0}, []float32{root / 2, 0}},
		"flt beyond": {avitest.Float, 1, 32, []float32{3, float32(math.NaN()), float32(math.Inf(1))}, []float32{3, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := avitest.WAV(c.code, 8000, c.channels, c.bits, packed(t, c.samples))
			rate, got, err := hear(t.Context(), open(t, data, "wav", Limits{}))
			if d := cmp.Diff(c.want, got); err != nil || rate != 8000 || d != "" {
				t.Errorf("%d Hz, %v (-want +got):\n%s", rate, err, d)
			}
		})
	}
}

// The program ffmpeg, of another version, hears the same: every sample within one step of 16 bits.
func TestSamplesEqualThoseOfTheProgram(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("SKIPPED, NOT PASSED: no ffmpeg program to compare with")
	}
	for _, name := range []string{
		"audio-neardup/debian.wav", "audio-neardup/debian.mp3", "audio-neardup/debian.ogg",
		"video-neardup/movie-hello/movie-hello.mp4", "video-neardup/tmk/chair-19-sd-bar.mp4",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src, size, format := shared(t, name)
			raw, err := exec.Command(program, "-v", "error", "-i", src.Name(), "-map", "0:a:0", "-ac", "1", "-f", "s16le", "-").Output()
			if err != nil {
				t.Fatal(err)
			}
			f, err := Open(t.Context(), src, size, format, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			_, mono, err := hear(t.Context(), f)
			if err != nil || len(mono) != len(raw)/2 {
				t.Fatalf("%d samples, the program's %d: %v", len(mono), len(raw)/2, err)
			}
			for i, v := range mono {
				want := int16(binary.LittleEndian.Uint16(raw[2*i:]))
				if got := min(max(float64(v)*(1<<15), math.MinInt16), math.MaxInt16); math.Abs(got-float64(want)) > 1 {
					t.Fatalf("sample %d is %.2f, the program's %d", i, got, want)
				}
			}
		})
	}
}

// long is a WAVE file of 20,000 samples that count up.
func long() []byte {
	var b []byte
	for i := range 20_000 {
		b = binary.LittleEndian.AppendUint16(b, uint16(i))
	}
	return avitest.WAV(avitest.PCM, 44100, 1, 16, b)
}

func TestSamplesOfACutFile(t *testing.T) {
	t.Parallel()
	data := long()
	_, whole, err := hear(t.Context(), open(t, data, "wav", Limits{}))
	if err != nil || len(whole) != 20_000 {
		t.Fatalf("%d samples, %v", len(whole), err)
	}
	_, part, err := hear(t.Context(), open(t, data[:20_000], "wav", Limits{}))
	if len(part) < 9000 || !slices.Equal(part, whole[:len(part)]) {
		t.Errorf("%d samples, %v", len(part), err)
	}
}

func TestSamplesKeepLimitsAndEndWhenAsked(t *testing.T) {
	t.Parallel()
	if _, _, err := hear(t.Context(), open(t, long(), "wav", Limits{Frames: 2})); !errors.Is(err, pipeline.ErrRefused) {
		t.Errorf("frames without limit: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	enough := errors.New("enough")
	n := 0
	err := open(t, long(), "wav", Limits{}).Samples(ctx, 0, func(Samples) error { n++; return enough })
	if !errors.Is(err, enough) || n != 1 {
		t.Errorf("%d blocks, %v", n, err)
	}
	err = open(t, long(), "wav", Limits{}).Samples(ctx, 0, func(Samples) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAFilmWithoutSound(t *testing.T) {
	t.Parallel()
	f := open(t, levels(1, 2).Bytes(), "avi", Limits{})
	if _, err := f.Sound(); !errors.Is(err, pipeline.ErrUnsupported) {
		t.Errorf("%v", err)
	}
	if err := f.Samples(t.Context(), 0, nil); err == nil {
		t.Error("pictures were heard")
	}
}

func FuzzSamples(f *testing.F) {
	f.Add(long()[:3000], "wav")
	f.Add(avitest.WAV(avitest.Float, 48000, 6, 32, make([]byte, 480)), "wav")
	f.Add([]byte("#!AMR\n\x3c\x00\x00"), "amr")
	f.Fuzz(func(t *testing.T, data []byte, format string) {
		file, err := Open(t.Context(), bytes.NewReader(data), int64(len(data)), format, Limits{Frames: 10_000})
		if err != nil {
			return
		}
		defer file.Close()
		_, mono, _ := hear(t.Context(), file)
		for _, v := range mono {
			if v-v != 0 {
				t.Fatal("a sample is no number")
			}
		}
	})
}
