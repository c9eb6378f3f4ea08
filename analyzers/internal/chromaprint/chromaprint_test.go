package chromaprint

import (
	"bufio"
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "have fpcalc write testdata/fpcalc.txt anew")

// tune is music of a kind: three voices of triangle waves, each of which takes another pitch every so often, over noise.
// It is whole numbers throughout, so that it can be made anew anywhere.
func tune(rate, samples, loud int) []int16 {
	state := uint32(20110702)
	random := func(n int) int {
		state = state*1664525 + 1013904223
		return int(state >> 8 % uint32(n))
	}
	out := make([]int16, samples)
	var pitch, phase [3]int // 1/16 Hz, and 1/(16·rate) of a period
	for i := range out {
		sum := random(401) - 200
		for v := range pitch {
			if i%(rate/(2+v)) == 0 {
				pitch[v] = 16*55<<v + random(16*220)
			}
			phase[v] = (phase[v] + pitch[v]) % (16 * rate)
			at := phase[v] * 400 / (16 * rate)
			sum += 10 * (100 - max(at, 400-at) + 200)
		}
		out[i] = int16(sum * loud / 4096)
	}
	return out
}

// vectors are the tunes of testdata/fpcalc.txt, by name.
func vectors() map[string]struct {
	rate    int
	samples []int16
} {
	out := map[string]struct {
		rate    int
		samples []int16
	}{}
	for _, rate := range []int{8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000} {
		for name, loud := range map[string]int{"loud": 4096, "quiet": 40} {
			out[fmt.Sprintf("%s %d", name, rate)] = struct {
				rate    int
				samples []int16
			}{rate, tune(rate, 12*rate+17, loud)}
		}
	}
	out["silence 44100"] = struct {
		rate    int
		samples []int16
	}{44100, make([]int16, 5*44100)}
	return out
}

// words runs samples through resampler and printer, in pieces of the given length.
func words(t testing.TB, rate int, samples []int16, piece int) []uint32 {
	t.Helper()
	r, err := NewResampler(rate)
	if err != nil {
		t.Fatal(err)
	}
	p := New(Usual)
	for part := range slices.Chunk(samples, piece) {
		in := make([]float32, len(part))
		for i, s := range part {
			in[i] = float32(s) / (1 << 15)
		}
		p.Feed(r.Feed(in))
	}
	p.Feed(r.End())
	return p.Words()
}

const frozen = "testdata/fpcalc.txt"

// published reads what fpcalc said: lines of name, tab and words.
func published(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open(frozen)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	out := map[string]string{}
	for s := bufio.NewScanner(f); s.Scan(); {
		if name, words, ok := strings.Cut(s.Text(), "\t"); ok {
			out[name] = words
		}
	}
	return out
}

func TestWordsEqualThoseOfFpcalc(t *testing.T) {
	t.Parallel()
	want := published(t)
	if len(want) != len(vectors()) {
		t.Fatalf("%d vectors, %d published", len(vectors()), len(want))
	}
	for name, v := range vectors() {
		got := words(t, v.rate, v.samples, 4096)
		if text := joined(got); text != want[name] {
			t.Errorf("%s:\n%s\nwant\n%s", name, text, want[name])
		}
	}
}

func joined(words []uint32) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(words), "[]"), " ", ",")
}

// The program itself, where it is installed, says what is frozen.
func TestFpcalcSaysTheSame(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("fpcalc")
	if err != nil {
		t.Skip("SKIPPED, NOT PASSED: no fpcalc (Debian: libchromaprint-tools)")
	}
	var names []string
	said := map[string]string{}
	for name, v := range vectors() {
		file := filepath.Join(t.TempDir(), "tune.wav")
		if err := os.WriteFile(file, wav(v.rate, v.samples), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(program, "-raw", "-plain", "-length", "0", file).Output()
		if len(out) == 0 { // Debian's 1.5.1 calls the end of the file an error and exits with 3, having said all
			t.Fatalf("fpcalc: %v", err)
		}
		said[name] = strings.TrimSpace(string(out))
		names = append(names, name)
	}
	slices.Sort(names)
	if *update {
		text := "# fpcalc -raw -plain -length 0, version 1.5.1 of Debian 12 (libchromaprint-tools), of the tunes in chromaprint_test.go\n"
		for _, name := range names {
			text += name + "\t" + said[name] + "\n"
		}
		if err := os.WriteFile(frozen, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := published(t)
	for _, name := range names {
		if said[name] != want[name] {
			t.Errorf("%s: fpcalc says %s", name, said[name])
		}
	}
}

// wav is one channel of 16-bit samples as a RIFF file.
func wav(rate int, samples []int16) []byte {
	le := binary.LittleEndian
	b := append([]byte("RIFF"), le.AppendUint32(nil, uint32(36+2*len(samples)))...)
	b = append(b, "WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"...)
	b = le.AppendUint32(le.AppendUint32(b, uint32(rate)), uint32(2*rate))
	b = append(b, "\x02\x00\x10\x00data"...)
	b = le.AppendUint32(b, uint32(2*len(samples)))
	for _, s := range samples {
		b = le.AppendUint16(b, uint16(s))
	}
	return b
}

func TestPiecesMakeNoDifference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		rate := rapid.SampledFrom([]int{8000, Rate, 44100}).Draw(r, "rate")
		samples := tune(rate, 4*rate, 3000)
		want := words(t, rate, samples, len(samples))
		if got := words(t, rate, samples, rapid.IntRange(7, 9000).Draw(r, "piece")); !slices.Equal(got, want) {
			r.Fatalf("%v, in one piece %v", got, want)
		}
	})
}

func TestNoWordBeforeItsSpan(t *testing.T) {
	t.Parallel()
	for _, pace := range []Pace{Usual, Fine} {
		p := New(pace)
		span := int(math.Round(pace.Span() * Rate))
		tones := tune(Rate, span+int(pace), 4096)
		p.Feed(tones[:span-1])
		if n := len(p.Words()); n != 0 {
			t.Errorf("pace %d: %d words of less than their span", pace, n)
		}
		p.Feed(tones[span-1 : span])
		if n := len(p.Words()); n != 1 {
			t.Errorf("pace %d: %d words of one span", pace, n)
		}
		p.Feed(tones[span:])
		if n := len(p.Words()); n != 2 {
			t.Errorf("pace %d: %d words of one span and a step", pace, n)
		}
	}
}

func TestSilenceIsOneWordAtAnyPace(t *testing.T) {
	t.Parallel()
	for _, pace := range []Pace{Usual, Fine} {
		p := New(pace)
		p.Feed(make([]int16, 4*Rate))
		for _, w := range p.Words() {
			if w != 627964279 { // what fpcalc says of silence
				t.Fatalf("pace %d: %d", pace, w)
			}
		}
	}
}

func TestRatesOutOfBoundsAreRefused(t *testing.T) {
	t.Parallel()
	for _, rate := range []int{math.MinInt, -1, 0, 1, MinRate, MaxRate + 1, math.MaxInt} {
		if _, err := NewResampler(rate); err == nil {
			t.Errorf("%d Hz accepted", rate)
		}
	}
}

// Sound keeps its length and a tone its height and strength, at any rate.
func TestResamplingKeepsATone(t *testing.T) {
	t.Parallel()
	for _, rate := range []int{MinRate + 1, 7350, 8000, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 192000, 352800, MaxRate} {
		r, err := NewResampler(rate)
		if err != nil {
			t.Fatal(err)
		}
		in := make([]float32, rate*2)
		for i := range in {
			in[i] = float32(0.5 * math.Sin(2*math.Pi*200*float64(i)/float64(rate)))
		}
		out := append(slices.Clone(r.Feed(in)), r.End()...)
		if len(out) < 2*Rate-2 || len(out) > 2*Rate+2 {
			t.Errorf("%d Hz: %d samples of two seconds", rate, len(out))
		}
		worst := 0.0
		for i, v := range out[100 : len(out)-100] {
			worst = max(worst, math.Abs(float64(v)/(1<<15)-0.5*math.Sin(2*math.Pi*200*float64(i+100)/Rate)))
		}
		if worst > 0.002 {
			t.Errorf("%d Hz: off by %.4f", rate, worst)
		}
	}
}

func TestSamplesBeyondFullScaleAreClipped(t *testing.T) {
	t.Parallel()
	r, err := NewResampler(Rate)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.Feed([]float32{2, -2, 1, -1, 0.5, 1.5 / (1 << 15), 2.5 / (1 << 15)}), []int16{32767, -32768, 32767, -32768, 16384, 2, 2}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// The transform equals its definition.
func TestPowerIsThatOfTheTransform(t *testing.T) {
	t.Parallel()
	var frame [frameLength]float64
	for i, s := range tune(Rate, frameLength, 4096) {
		frame[i] = float64(s) / (1 << 15)
	}
	out := make([]float64, highest-lowest)
	newFourier().power(&frame, lowest, out)
	for k := lowest; k < highest; k += 97 {
		var re, im float64
		for i, v := range frame {
			sin, cos := math.Sincos(2 * math.Pi * float64(k*i%frameLength) / frameLength)
			re, im = re+v*cos, im-v*sin
		}
		if want := re*re + im*im; math.Abs(out[k-lowest]-want) > 1e-9*(1+want) {
			t.Errorf("frequency %d: %g, want %g", k, out[k-lowest], want)
		}
	}
}
