//go:build libav

package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gen2brain/avif"
	"github.com/gen2brain/heic"

	"dokaz/analyzers/internal/libav"
	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/raster"
	"dokaz/fixtures"
)

// pictures lists the HEIF files at hand: the shared ones, and those of the two packages that serve as oracles.
func pictures(t testing.TB) (out []string) {
	t.Helper()
	var roots []string
	if dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/gen2brain/heic", "github.com/gen2brain/avif").Output(); err == nil {
		roots = strings.Fields(string(dir))
	}
	for _, root := range append(roots, fixtures.SharedMedia(t)) {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch strings.ToLower(filepath.Ext(path)) {
			case ".heic", ".heif", ".avif", ".avifs":
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// Nearly all pixels are within two steps of 256 of those of libheif and libavif compiled to WebAssembly. The rest is theirs: FFmpeg's own
// program of another version, held against the same tiles below, agrees with ours in every bit. Their build of libde265
// smooths edges otherwise here and there, and reduces chroma anew where a picture is not from a phone.
func TestHEIFIsNearOtherDecoders(t *testing.T) {
	t.Parallel()
	compared := 0
	for _, path := range pictures(t) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 200_000 && filepath.Base(path) != "8bit-sRGB.avif" && filepath.Base(path) != "IMG_2682.heic" {
			continue // decoding by WebAssembly takes seconds each
		}
		var want image.Image
		decode := heic.Decode
		if strings.Contains(path, "avif") && !strings.Contains(path, "libheif-corpus") {
			decode = avif.Decode
		}
		want, theirs := decode(bytes.NewReader(data))
		got, limited, ours := rawly(t, data)
		name := filepath.Base(path)
		switch {
		case theirs != nil:
			continue
		case ours != nil && strings.Contains(path, "robustness"):
			t.Logf("%s decodes there alone: %v", name, ours)
			continue
		case ours != nil:
			t.Errorf("%s: %v", name, ours)
			continue
		}
		if got.Bounds().Size() != want.Bounds().Size() {
			t.Errorf("%s: %v, want %v", name, got.Bounds(), want.Bounds())
			continue
		}
		if got.Bounds().Dx() <= 72 {
			continue // all of it may be spoilt
		}
		m, ok := want.(*image.YCbCr)
		if ok && limited {
			raster.Stretch(m)
		}
		share, n := 0.0, 0
		if ok || isGrey(want) {
			share, n = nearLuma(got, want)
		} else {
			share, n = nearColours(got, want)
		}
		t.Logf("%s: %.3f%% of %d pixels within 2", name, 100*share, n)
		if n == 0 {
			continue // every pixel is clipped
		}
		if compared++; share < 0.94 {
			t.Errorf("%s: only %.3f%% of pixels within 2", name, 100*share)
		}
	}
	if compared < 8 {
		t.Errorf("only %d files compared", compared)
	}
}

func isGrey(m image.Image) bool { _, ok := m.(*image.Gray); return ok }

// Each tile, and each picture without tiles, equals what the program ffmpeg of Debian decodes from the same bytes, bit for bit.
func TestHEICEqualsFFmpeg(t *testing.T) {
	t.Parallel()
	compared := 0
	for _, path := range pictures(t) {
		if filepath.Ext(path) != ".heic" || strings.Contains(path, "robustness") {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		src := section(data)
		items, err := parts.Items(src, src.Size())
		if err != nil {
			t.Fatal(err)
		}
		h := assembly{ctx: t.Context(), src: src, items: map[uint32]parts.Item{}, limit: 1 << 28, pixels: 1 << 29, bytes: maxCodedBytes}
		defer h.close()
		for i, it := range items {
			if it.Type != "hvc1" || i%7 != 0 && !it.Primary {
				continue
			}
			got, err := h.coded(it, libav.HEVC, libav.RangeFull, nil)
			if err != nil {
				t.Errorf("%s item %d: %v", path, it.ID, err)
				continue
			}
			want := decodedByFFmpeg(t, elementary(t, &h, it), got.Bounds().Size())
			if want == nil {
				continue
			}
			luma := nearly(got)
			for y := range got.Bounds().Dy() {
				for x := range got.Bounds().Dx() {
					if v := int(want[y*got.Bounds().Dx()+x]); luma(x, y) != v {
						t.Fatalf("%s item %d at %d,%d: %d, ffmpeg has %d", filepath.Base(path), it.ID, x, y, luma(x, y), v)
					}
				}
			}
			compared++
		}
	}
	if compared < 10 {
		t.Errorf("only %d pictures compared", compared)
	}
}

// elementary is an item as a stream by itself: parameter sets and picture behind start codes.
func elementary(t *testing.T, h *assembly, it parts.Item) (out []byte) {
	t.Helper()
	p, _ := property(it, "hvcC")
	c, err := h.read(p.Body, p.Length)
	if err != nil || len(c) < 23 {
		t.Fatal(err)
	}
	lists := int(c[22])
	for c = c[23:]; lists > 0; lists-- {
		n := int(binary.BigEndian.Uint16(c[1:]))
		for c = c[3:]; n > 0; n-- {
			l := int(binary.BigEndian.Uint16(c))
			out = append(append(out, 0, 0, 0, 1), c[2:2+l]...)
			c = c[2+l:]
		}
	}
	b, err := h.bytesOf(it)
	if err != nil {
		t.Fatal(err)
	}
	for len(b) > 4 {
		l := int(binary.BigEndian.Uint32(b))
		out = append(append(out, 0, 0, 0, 1), b[4:4+l]...)
		b = b[4+l:]
	}
	return out
}

// decodedByFFmpeg is the luma of a picture of eight bits as coded, of a deeper one nil.
func decodedByFFmpeg(t *testing.T, stream []byte, size image.Point) []byte {
	t.Helper()
	cmd := exec.Command("ffmpeg", "-v", "error", "-f", "hevc", "-i", "-", "-frames:v", "1", "-vf", "extractplanes=y", "-f", "rawvideo", "-")
	cmd.Stdin = bytes.NewReader(stream)
	out, err := cmd.Output()
	if err != nil && len(out) == 0 {
		t.Skipf("SKIPPED, NOT PASSED: ffmpeg: %v", err)
	}
	if len(out) != size.X*size.Y {
		return nil // deeper samples, which are rounded here
	}
	return out
}

// rawly decodes, samples as they are coded unless the file states the range beside them.
func rawly(t *testing.T, data []byte) (img image.Image, limited bool, err error) {
	src := section(data)
	items, err := parts.Items(src, src.Size())
	if err != nil {
		return nil, false, err
	}
	h := assembly{ctx: t.Context(), src: src, items: map[uint32]parts.Item{}, limit: 1 << 28, pixels: 1 << 29, bytes: maxCodedBytes}
	defer h.close()
	for _, it := range items {
		h.items[it.ID] = it
	}
	for _, it := range items {
		limited = limited || h.rangeOf(it, libav.RangeCoded) == libav.RangeLimited
		if it.Primary {
			img, err = h.item(it, libav.RangeFull, nil, 0)
		}
	}
	if img == nil && err == nil {
		err = fmt.Errorf("no primary item")
	}
	return img, limited, err
}

// nearly reads luma.
func nearly(img image.Image) func(x, y int) int {
	switch m := img.(type) {
	case *image.YCbCr:
		return func(x, y int) int { return int(m.Y[m.YOffset(x, y)]) }
	case *image.Gray:
		return func(x, y int) int { return int(m.GrayAt(x, y).Y) }
	}
	return func(x, y int) int {
		r, g, b, _ := img.At(x, y).RGBA()
		return int(299*r+587*g+114*b) / 257_000
	}
}

// nearLuma is the share of pixels of which luma differs by two at most.
func nearLuma(got, want image.Image) (share float64, n int) {
	b, near := got.Bounds(), 0
	one, other := nearly(got), nearly(want)
	for y := range b.Dy() {
		for x := range b.Dx() {
			if spoilt(x, y, b.Dx(), b.Dy()) {
				continue
			}
			if n++; close2(one(x, y), other(x, y)) {
				near++
			}
		}
	}
	return float64(near) / float64(n), n
}

// spoilt reports whether a pixel is one that the oracles give wrongly: both hand out memory that they have freed, and the allocator
// writes its own words to the first bytes and the last.
func spoilt(x, y, w, h int) bool { return y < 2 && x < 64 || y >= h-2 && x >= w-64 }

// nearColours holds luma against that of the oracle's colours, from which it came by one of the standard matrices, where none of
// them was clipped.
func nearColours(got, want image.Image) (best float64, counted int) {
	luma := nearly(got)
	b := got.Bounds()
	for _, k := range [][2]float64{{0.299, 0.114}, {0.2126, 0.0722}, {0.2627, 0.0593}} { // BT.601, BT.709, BT.2020
		near, n := 0, 0
		for y := range b.Dy() {
			for x := range b.Dx() {
				r16, g16, b16, _ := want.At(x, y).RGBA()
				r, g, b := float64(r16)/257, float64(g16)/257, float64(b16)/257
				if min(r, g, b) < 2 || max(r, g, b) > 253 || spoilt(x, y, got.Bounds().Dx(), got.Bounds().Dy()) {
					continue
				}
				if n++; math.Abs(k[0]*r+(1-k[0]-k[1])*g+k[1]*b-float64(luma(x, y))) <= 2.5 {
					near++
				}
			}
		}
		if n > 0 {
			best, counted = max(best, float64(near)/float64(n)), n
		}
	}
	return best, counted
}

// A phone's photograph of 12 megapixels beside libheif in WebAssembly, CPU time, medians of five taken in turn; the
// module was compiled before.
//
//	go test -tags "libav nodynamic" -run '^$' -bench BenchmarkHEIC -benchtime 1x ./analyzers/media
func BenchmarkHEIC(b *testing.B) {
	data, err := os.ReadFile(filepath.Join(fixtures.SharedMedia(b), "photos", "immich", "heic", "IMG_2682.heic"))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := heic.Decode(bytes.NewReader(data)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var ours, peer []time.Duration
		for range 5 {
			began := cpuTime(b)
			if _, err := New().heif(b.Context(), section(data)); err != nil {
				b.Fatal(err)
			}
			middle := cpuTime(b)
			if _, err := heic.Decode(bytes.NewReader(data)); err != nil {
				b.Fatal(err)
			}
			ours, peer = append(ours, middle-began), append(peer, cpuTime(b)-middle)
		}
		slices.Sort(ours)
		slices.Sort(peer)
		b.ReportMetric(ours[2].Seconds()*1000, "ms")
		b.ReportMetric(peer[2].Seconds()*1000, "libheif-wasm-ms")
		b.ReportMetric(peer[2].Seconds()/ours[2].Seconds(), "ratio")
	}
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
