//go:build libav

package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"os"
	"strings"
	"testing"

	"dokaz/analyzers/internal/libav"
	"dokaz/analyzers/internal/pdq"
	"dokaz/analyzers/internal/raster"
	"dokaz/pipeline"
)

// large is a picture with detail of all sizes.
func large(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			tile := uint8((x*11/w*53 + y*9/h*97) % 200)
			grain := uint8((x/8*7 + y/8*13) % 40)
			m.SetRGBA(x, y, color.RGBA{tile + grain, uint8(x*255/w) ^ grain, uint8(y * 255 / h), 255})
		}
	}
	return m
}

// apart is the mean difference of two pictures' colours once both are as small as a thumbnail.
func apart(a, b image.Image) float64 {
	size := a.Bounds()
	w, h := raster.Fit(size.Dx(), size.Dy(), 480)
	p, q := raster.Shrink(a, w, h), raster.Shrink(b, w, h)
	sum := 0
	for i, v := range p.Pix {
		sum += max(int(v)-int(q.Pix[i]), int(q.Pix[i])-int(v))
	}
	return float64(sum) / float64(w*h*3)
}

func TestLargeJPEGsAreReduced(t *testing.T) {
	t.Parallel()
	grey := image.NewGray(image.Rect(0, 0, 1700, 1100))
	for i := range grey.Pix {
		grey.Pix[i] = uint8(i%1700*255/1700) ^ uint8(i/1700/9)
	}
	for name, c := range map[string]struct {
		picture     image.Image
		orientation uint16
		bounds      image.Point
		full        image.Point
		at          string
	}{
		"once":                 {large(2000, 1500), 1, image.Pt(1000, 750), image.Pt(2000, 1500), " at 1/2"},
		"odd sides":            {large(1999, 1101), 1, image.Pt(1000, 551), image.Pt(1999, 1101), " at 1/2"},
		"to a quarter, turned": {large(3300, 900), 6, image.Pt(225, 825), image.Pt(900, 3300), " at 1/4"},
		"mirrored":             {large(1600, 300), 2, image.Pt(800, 150), image.Pt(1600, 300), " at 1/2"},
		"to an eighth":         {large(6400, 1408), 1, image.Pt(800, 176), image.Pt(6400, 1408), " at 1/8"},
		"grey":                 {grey, 1, image.Pt(850, 550), image.Pt(1700, 1100), " at 1/2"},
		"narrow":               {large(3300, 310), 1, image.Pt(1650, 155), image.Pt(3300, 310), " at 1/2"},
		"very narrow":          {large(3300, 90), 1, image.Pt(3300, 90), image.Point{}, ""},
		"not large":            {large(1599, 1200), 1, image.Pt(1599, 1200), image.Point{}, ""},
	} {
		data := jpegWith(t, c.picture, exif(binary.LittleEndian, c.orientation))
		s, err := project(New(), pipeline.Photo, "jpeg", data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		f, decoder := s.frames[0], s.footage[0].Decoder
		if f.Picture.Bounds().Size() != c.bounds || f.Full != c.full || !strings.HasSuffix(decoder, c.at) {
			t.Errorf("%s: %v of %v by %s", name, f.Picture.Bounds().Size(), f.Full, decoder)
		}
		if c.full != (image.Point{}) && f.Size() != c.full {
			t.Errorf("%s: size %v", name, f.Size())
		}
		whole, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		upright := raster.Orient(raster.Plain(whole), raster.Orientation(c.orientation))
		if d := apart(upright, f.Picture); d > 3 {
			t.Errorf("%s: a thumbnail differs by %.2f levels from one of the whole", name, d)
		}
	}
}

// A JPEG that breaks off is shown in part, reduced as well.
func TestABrokenLargeJPEGIsReduced(t *testing.T) {
	t.Parallel()
	data := jpegWith(t, large(2000, 1500), nil)
	s, err := project(New(), pipeline.Photo, "jpeg", data[:len(data)/2])
	if libav.Damage(err) == nil || len(s.frames) != 1 {
		t.Fatalf("%d frames, %v", len(s.frames), err)
	}
	if f := s.frames[0]; f.Full != image.Pt(2000, 1500) || f.Picture.Bounds().Dx() != 1000 {
		t.Errorf("%v of %v", f.Picture.Bounds(), f.Full)
	}
	whole, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	upper := image.Rect(0, 0, 2000, 600)
	shown := s.frames[0].Picture.(*image.YCbCr).SubImage(image.Rect(0, 0, 1000, 300))
	if d := apart(whole.(*image.YCbCr).SubImage(upper), shown); d > 3 {
		t.Errorf("what is there differs by %.2f levels", d)
	}
}

// FFmpeg does not reduce a JPEG whose components are sampled so; it is decoded whole.
// Made by: convert -size 320x1600 'gradient:rgb(200,40,40)-rgb(20,90,220)' -rotate 90 ppm:- | cjpeg -quality 50 -sample 1x4
// (libjpeg-turbo 2.1.5).
func TestAJPEGThatCannotBeReducedIsWhole(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/sampled-1x4.jpg")
	if err != nil {
		t.Fatal(err)
	}
	s, err := project(New(), pipeline.Photo, "jpeg", data)
	if err != nil {
		t.Fatal(err)
	}
	if f := s.frames[0]; f.Full != (image.Point{}) || f.Picture.Bounds() != image.Rect(0, 0, 1600, 320) || strings.Contains(s.footage[0].Decoder, " at ") {
		t.Errorf("%v of %v by %s", f.Picture.Bounds(), f.Full, s.footage[0].Decoder)
	}
}

// Inks are decoded whole, by Go's decoder, as before.
func TestALargeJPEGOfInksIsWhole(t *testing.T) {
	t.Parallel()
	data, format := shared(t, "image-neardup/te-modes/CMYK.jpg")
	s, err := project(New(), pipeline.Photo, format, data)
	if err != nil || s.frames[0].Full != (image.Point{}) || s.frames[0].Picture.Bounds().Dx() != 1600 {
		t.Errorf("%v, %v", s.frames[0].Full, err)
	}
}

// The hash of a photograph that was reduced while decoding lies within the bits of the whole one's that the publishers
// allow another implementation: of these all, of 97 the 97 within four.
func TestReducedPhotographsHaveTheHashOfTheWhole(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"photos/forensics-samples/IMG_20200827_231612.jpg", "photos/forensics-samples/IMG_20200124_231153.jpg",
		"photos/immich/metadata/gps-position/empty_gps.jpg", "photos/immich/albums/text/japanese-shop.jpg",
		"photos/orientation/Landscape_6.jpg", "c2pa/nikon-20221019-building.jpeg", "c2pa/adobe-20220124-CI.jpg",
	} {
		data, format := shared(t, name)
		s, err := project(New(), pipeline.Photo, format, data)
		if err != nil {
			t.Fatal(err)
		}
		f := s.frames[0]
		if f.Full == (image.Point{}) {
			t.Errorf("%s is shown whole: %v", name, f.Picture.Bounds())
		}
		got, quality, err := pdq.OfPicture(f.Picture, f.Size())
		if err != nil {
			t.Fatal(err)
		}
		whole, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		upright := raster.Orient(raster.Plain(whole), orientationOfBytes(data))
		if d := apart(upright, f.Picture); d > 3 {
			t.Errorf("%s: a thumbnail differs by %.2f levels from one of the whole", name, d)
		}
		want, _, err := pdq.Hash(raster.Luma(upright, max(f.Full.X, f.Full.Y)))
		if d := got.Distance(want); err != nil || d > 10 {
			t.Errorf("%s: %d bits from the hash of the whole, quality %d, %v", name, d, quality, err)
		}
	}
}

func orientationOfBytes(data []byte) raster.Orientation {
	return orientationIn("jpeg", io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data))))
}
