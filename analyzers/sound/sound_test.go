//go:build libav

package sound

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dokaz/analyzers/internal/chromaprint"
	"dokaz/analyzers/internal/libav"
	"dokaz/analyzers/internal/libav/avitest"
	"dokaz/fixtures"
	"dokaz/pipeline"
)

type original struct{ *bytes.Reader }

func (original) Close() error { return nil }

// read runs the analyzer on a file in memory.
func read(t *testing.T, data []byte) ([]pipeline.AudioPrint, error) {
	t.Helper()
	f, ok := pipeline.Sniff(data)
	if !ok {
		t.Fatal("not a format we know")
	}
	it := pipeline.Item{Digest: pipeline.DigestOf(data), Size: int64(len(data)), Kind: f.Kind, Format: f.Name}
	var out []pipeline.AudioPrint
	err := New().Read(t.Context(), it, original{bytes.NewReader(data)}, func(_ pipeline.Where, f pipeline.Fact) {
		if p, ok := f.(pipeline.AudioPrint); ok {
			out = append(out, p)
		}
	})
	return out, err
}

// glide is a tone that rises and falls, as 16-bit samples at the rate of fingerprints: so no resampling comes in.
func glide(seconds float64) (samples []int16) {
	phase := 0.0
	for i := range int(seconds * chromaprint.Rate) {
		at := float64(i) / chromaprint.Rate
		phase += 2 * math.Pi * (600 + 400*math.Sin(1.7*at)) / chromaprint.Rate
		samples = append(samples, int16(9000*math.Sin(phase)))
	}
	return samples
}

func wav(samples []int16) []byte {
	var b []byte
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return avitest.WAV(avitest.PCM, chromaprint.Rate, 1, 16, b)
}

func printOf(p chromaprint.Pace, algorithm string, samples []int16) pipeline.AudioPrint {
	q := chromaprint.New(p)
	q.Feed(samples)
	decoder := "libav pcm_s16le " + strings.Fields(libav.Version())[3]
	return pipeline.AudioPrint{Algorithm: algorithm, Decoder: decoder, Step: p.Step(), Words: q.Words()}
}

func TestASoundIsStatedOnceAndAShortOneTwice(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[float64]func([]int16) []pipeline.AudioPrint{
		12: func(s []int16) []pipeline.AudioPrint {
			return []pipeline.AudioPrint{printOf(chromaprint.Usual, "chromaprint2", s)}
		},
		5: func(s []int16) []pipeline.AudioPrint {
			return []pipeline.AudioPrint{printOf(chromaprint.Usual, "chromaprint2", s), printOf(chromaprint.Fine, "chromaprint2-fine", s)}
		},
		2: func(s []int16) []pipeline.AudioPrint {
			return []pipeline.AudioPrint{printOf(chromaprint.Fine, "chromaprint2-fine", s)}
		},
	} {
		t.Run(fmt.Sprint(seconds), func(t *testing.T) {
			t.Parallel()
			samples := glide(seconds)
			got, err := read(t, wav(samples))
			if d := cmp.Diff(want(samples), got); err != nil || d != "" {
				t.Errorf("%v (-want +got):\n%s", err, d)
			}
		})
	}
}

func TestWithoutEnoughSoundNothingIsStated(t *testing.T) {
	t.Parallel()
	film := avitest.File{Width: 64, Height: 48, Rate: 10, FourCC: "MJPG", Frames: [][]byte{avitest.Grey(64, 48, 9)}}
	for name, data := range map[string][]byte{"too short": wav(glide(1)), "no stream": film.Bytes(), "no sample": wav(nil)} {
		if got, err := read(t, data); !errors.Is(err, pipeline.ErrUnsupported) || got != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestACutFileIsStatedAsFarAsItGoes(t *testing.T) {
	t.Parallel()
	samples := glide(12)
	data := wav(samples)
	got, err := read(t, data[:len(data)*2/3])
	want := printOf(chromaprint.Usual, "chromaprint2", samples)
	if err != nil && libav.Damage(err) == nil || len(got) == 0 {
		t.Fatalf("%d prints, %v", len(got), err)
	}
	n := len(got[0].Words)
	if d := cmp.Diff(want.Words[:n], got[0].Words); n < 30 || d != "" {
		t.Errorf("%d words: %s", n, d)
	}
}

func TestSoundBeyondTheBoundIsCut(t *testing.T) {
	t.Parallel()
	h := newHearing(4 * time.Second)
	mono := make([]float32, 3*chromaprint.Rate)
	if err := h.hear(libav.Samples{Rate: chromaprint.Rate, Mono: mono}); err != nil {
		t.Fatal(err)
	}
	if err := h.hear(libav.Samples{Rate: chromaprint.Rate, Mono: mono}); !errors.Is(err, errEnough) {
		t.Fatalf("%v", err)
	}
	h.end()
	if p := h.prints()[0]; h.heard != 4*chromaprint.Rate || !p.Cut || len(p.Words) != 11 {
		t.Errorf("%d samples, %d words, cut %v", h.heard, len(p.Words), p.Cut)
	}
}

func TestAChangeOfRateGoesOn(t *testing.T) {
	t.Parallel()
	h := newHearing(pipeline.DefaultLimits().Sound)
	for _, rate := range []int{44100, 8000, 22050} {
		if err := h.hear(libav.Samples{Rate: rate, Mono: make([]float32, 2*rate)}); err != nil {
			t.Fatal(err)
		}
	}
	h.end()
	if d := h.heard - 6*chromaprint.Rate; d < -3 || d > 3 {
		t.Errorf("%d samples too many of six seconds", d)
	}
	if err := h.hear(libav.Samples{Rate: 10, Mono: make([]float32, 10)}); !errors.Is(err, pipeline.ErrUnsupported) {
		t.Errorf("10 Hz: %v", err)
	}
}

// fpcalc reads files with another FFmpeg: at least 99 words of a hundred are the same.
func TestWordsOfRealFilesAreFpcalcs(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("fpcalc")
	if err != nil {
		t.Skip("SKIPPED, NOT PASSED: no fpcalc (Debian: libchromaprint-tools)")
	}
	dir := fixtures.SharedMedia(t)
	var words, wrong int
	for _, name := range []string{
		"audio-neardup/debian.wav", "audio-neardup/debian.mp3", "audio-neardup/debian.ogg", "video-neardup/movie-hello/movie-hello.mp4",
		"video-neardup/movie-hello/movie-hello.avi", "video-neardup/tmk/chair-22-sd-sepia-bar.mp4", "video-scenes/car-detection.mp4",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		said, err := exec.Command(program, "-raw", "-plain", "-length", "0", file).Output()
		if len(said) == 0 { // Debian's 1.5.1 calls the end of the file an error and exits with 3, having said all
			t.Fatalf("fpcalc: %v", err)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got, err := read(t, data)
		if err != nil || len(got) == 0 {
			t.Fatalf("%s: %v", name, err)
		}
		want := strings.Split(strings.TrimSpace(string(said)), ",")
		if len(want) != len(got[0].Words) {
			t.Errorf("%s: %d words, fpcalc's %d", name, len(got[0].Words), len(want))
			continue
		}
		for i, w := range got[0].Words {
			words++
			if fmt.Sprint(w) != want[i] {
				wrong++
			}
		}
	}
	t.Logf("%d of %d words differ", wrong, words)
	if words < 500 || wrong*100 > words {
		t.Errorf("%d of %d words differ", wrong, words)
	}
}
