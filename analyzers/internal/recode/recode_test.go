package recode

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dokaz/fixtures"
	"dokaz/fixtures/stock/craft"
)

const most = 30_000_000

// bytesOfAll are the smaller of the shared JPEG files.
func bytesOfAll(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	root := fixtures.SharedMedia(t)
	for _, set := range []string{"photos", "containers", "c2pa", "robustness"} {
		err := filepath.WalkDir(filepath.Join(root, set), func(name string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() || !strings.HasPrefix(strings.ToLower(filepath.Ext(name)), ".jp") {
				return err
			}
			b, err := os.ReadFile(name)
			if len(b) < 400_000 {
				out[filepath.Join(set, filepath.Base(name))] = b
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestTheSamePicture: what is written decodes to the very pixels of what was read, by Go's decoder, and nothing stands before and behind it.
func TestTheSamePicture(t *testing.T) {
	t.Parallel()
	whole, other := 0, 0
	shapes := map[image.YCbCrSubsampleRatio]int{}
	for name, b := range bytesOfAll(t) {
		want, wrong := jpeg.Decode(bytes.NewReader(b))
		got, err := JPEG(b, most, new([]byte))
		if errors.Is(err, ErrOther) || errors.Is(err, ErrBroken) && wrong != nil {
			other++
			continue
		}
		if err != nil || wrong != nil && !strings.Contains(wrong.Error(), "EOF") {
			t.Errorf("%s: %v; image/jpeg: %v", name, err, wrong)
			continue
		}
		if wrong != nil {
			continue
		}
		whole++
		same(t, name, want, got)
		if y, is := want.(*image.YCbCr); is {
			shapes[y.SubsampleRatio]++
		}
	}
	t.Logf("%d pictures coded anew, %d of other kinds, %v", whole, other, shapes)
	if whole < 50 || len(shapes) < 3 {
		t.Errorf("%d pictures of %d samplings show little", whole, len(shapes))
	}
}

func same(t *testing.T, name string, want image.Image, got Picture) {
	t.Helper()
	again, err := jpeg.Decode(bytes.NewReader(got.JPEG))
	if err != nil || again.Bounds() != want.Bounds() || got.Luma.Bounds() != want.Bounds() {
		t.Errorf("%s: %v", name, err)
		return
	}
	if !bytes.Equal(pixels(want), pixels(again)) {
		t.Errorf("%s: other pixels than before", name)
	}
	far, size := 0, want.Bounds().Size()
	for y := range size.Y {
		for x := range size.X {
			d := int(got.Luma.Pix[y*got.Luma.Stride+x]) - brightness(want, x, y)
			far = max(far, d, -d)
		}
	}
	if far > 2 {
		t.Errorf("%s: brightness differs by %d levels", name, far)
	}
}

// pixels are the planes of a picture, as they were decoded.
func pixels(img image.Image) []byte {
	if c, is := img.(*image.YCbCr); is {
		return slices.Concat(c.Y, c.Cb, c.Cr)
	}
	return img.(*image.Gray).Pix
}

func brightness(img image.Image, x, y int) int {
	if c, is := img.(*image.YCbCr); is {
		return int(c.Y[c.YOffset(x, y)])
	}
	return int(img.(*image.Gray).GrayAt(x, y).Y)
}

// TestBrokenPictures: what is cut, changed or has other bounds gives an error or a picture that decodes, and never another.
func TestBrokenPictures(t *testing.T) {
	t.Parallel()
	img := image.NewRGBA(image.Rect(0, 0, 33, 21))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = uint8(r.Uint32())
	}
	b, err := craft.JPEG(img, 90)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := JPEG(b, 32*21, new([]byte)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	for n := range len(b) - 2 {
		if p, err := JPEG(b[:n], most, new([]byte)); err == nil {
			t.Errorf("cut at %d of %d: %d bytes", n, len(b), len(p.JPEG))
		}
	}
	for i := range b {
		for _, bit := range []byte{1, 0x80} {
			c := bytes.Clone(b)
			c[i] ^= bit
			p, err := JPEG(c, most, new([]byte))
			if err != nil {
				continue
			}
			want, wrong := jpeg.Decode(bytes.NewReader(c))
			got, err := jpeg.Decode(bytes.NewReader(p.JPEG))
			switch {
			case err != nil:
				t.Errorf("byte %d changed: what is written does not decode: %v", i, err)
			case wrong == nil && got.Bounds() != want.Bounds():
				t.Errorf("byte %d changed: %v, %v", i, got.Bounds(), want.Bounds())
			}
		}
	}
}

func FuzzJPEG(f *testing.F) {
	img := image.NewGray(image.Rect(0, 0, 9, 9))
	b, err := craft.JPEG(img, 50)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	for name, b := range bytesOfAll(f) {
		if len(b) < 8000 && strings.HasPrefix(name, "robustness") {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := JPEG(b, 1<<20, new([]byte))
		if err != nil {
			return
		}
		if _, err := jpeg.Decode(bytes.NewReader(p.JPEG)); err != nil {
			t.Errorf("what is written does not decode: %v", err)
		}
	})
}

func BenchmarkJPEG(b *testing.B) {
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for i := range img.Pix {
		img.Pix[i] = uint8(i / 640 * i % 640 / 3)
	}
	coded, err := craft.JPEG(img, 85)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("anew", func(b *testing.B) {
		for b.Loop() {
			if _, err := JPEG(coded, most, new([]byte)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decoded and coded by image/jpeg", func(b *testing.B) {
		for b.Loop() {
			img, err := jpeg.Decode(bytes.NewReader(coded))
			if err != nil {
				b.Fatal(err)
			}
			var out bytes.Buffer
			if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 85}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
