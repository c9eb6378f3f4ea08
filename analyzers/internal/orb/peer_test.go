package orb

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"dokaz/analyzers/internal/raster"
	"dokaz/fixtures"
	"dokaz/pipeline"
)

var dump = flag.String("dump", "", "write the pictures compared with OpenCV to this folder, for testdata/opencv.py")

// peerPictures are photographs of the shared media.
var peerPictures = []string{
	"image-neardup/te-bridge-mods/aaa-orig.jpg",
	"image-neardup/blockhash/clipper_ship.jpg",
	"image-neardup/blockhash/00106901.jpg",
	"photos/immich/albums/nature/prairie_falcon.jpg",
	"photos/immich/metadata/rating/mongolels.jpg",
	"photos/metadata-extractor/jpg/HTC Desire.jpg",
}

// peerFeatures is how many features both are asked for.
const peerFeatures = 500

// picture is grey.
type picture struct{ *image.Gray }

func newPicture(w, h int) picture { return picture{image.NewGray(image.Rect(0, 0, w, h))} }

func (p picture) size() (w, h int) { return p.Rect.Dx(), p.Rect.Dy() }

// reducedTo is p area-averaged to a longer side.
func (p picture) reducedTo(side int) picture {
	luma, w, h := raster.Luma(p.Gray, side)
	out := newPicture(w, h)
	for i, v := range luma {
		out.Pix[i] = uint8(v + 0.5)
	}
	return out
}

// affine takes fractions of a picture's width and height to those of its disguise.
type affine [6]float64

func (m affine) at(x, y float64) (float64, float64) {
	return m[0]*x + m[1]*y + m[2], m[3]*x + m[4]*y + m[5]
}

// drawn is w×h pixels with at(x,y), in pixels, at their middles; NaN leaves the ground.
func (p picture) drawn(ground picture, at func(x, y float64) (float64, float64)) picture {
	w, h := ground.size()
	pw, ph := p.size()
	out := picture{&image.Gray{Pix: slices.Clone(ground.Pix), Stride: ground.Stride, Rect: ground.Rect}}
	for i := range w * h {
		x, y := at(float64(i%w)+0.5, float64(i/w)+0.5)
		x, y = x-0.5, y-0.5
		if x < 0 || y < 0 || x > float64(pw-1) || y > float64(ph-1) {
			continue
		}
		u, v := min(int(x), pw-2), min(int(y), ph-2)
		fx, fy := x-float64(u), y-float64(v)
		g := func(i, j int) float64 { return float64(p.Pix[j*p.Stride+i]) }
		out.Pix[i] = uint8(math.Round((1-fy)*((1-fx)*g(u, v)+fx*g(u+1, v)) + fy*((1-fx)*g(u, v+1)+fx*g(u+1, v+1))))
	}
	return out
}

func (p picture) coded(t *testing.T, quality int) picture {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p.Gray, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return picture{m.(*image.Gray)}
}

// disguise is something done to a picture; other is what may stand round it.
type disguise struct {
	name string
	wear func(t *testing.T, p, other picture) (picture, affine)
}

var asIs = affine{1, 0, 0, 0, 1, 0}

var disguises = []disguise{
	{"jpeg 10", func(t *testing.T, p, _ picture) (picture, affine) { return p.coded(t, 10), asIs }},
	{"darker", func(_ *testing.T, p, _ picture) (picture, affine) {
		out := newPicture(p.size())
		for i, v := range p.Pix {
			out.Pix[i] = uint8(math.Round(255 * math.Pow(float64(v)/255, 2)))
		}
		return out, asIs
	}},
	{"small", func(_ *testing.T, p, _ picture) (picture, affine) { return p.reducedTo(240), asIs }},
	{"cropped", func(_ *testing.T, p, _ picture) (picture, affine) {
		w, h := p.size()
		box := image.Rect(w/4, h/8, w/4+w*6/10, h/8+h*6/10)
		out := newPicture(box.Dx(), box.Dy())
		for y := range box.Dy() {
			copy(out.Pix[y*out.Stride:][:box.Dx()], p.Pix[(y+box.Min.Y)*p.Stride+box.Min.X:])
		}
		sx, sy := float64(w)/float64(box.Dx()), float64(h)/float64(box.Dy())
		return out, affine{sx, 0, -float64(box.Min.X) / float64(box.Dx()), 0, sy, -float64(box.Min.Y) / float64(box.Dy())}
	}},
	{"turned by 10°", func(_ *testing.T, p, _ picture) (picture, affine) {
		w, h := p.size()
		sin, cos := math.Sincos(10 * math.Pi / 180)
		cx, cy := float64(w)/2, float64(h)/2
		out := p.drawn(newPicture(w, h), func(x, y float64) (float64, float64) {
			x, y = x-cx, y-cy
			return x*cos + y*sin + cx, y*cos - x*sin + cy
		})
		a := float64(h) / float64(w)
		return out, affine{cos, -sin * a, 0.5 - 0.5*cos + 0.5*sin*a, sin / a, cos, 0.5 - 0.5*sin/a - 0.5*cos}
	}},
	{"within another", func(_ *testing.T, p, other picture) (picture, affine) {
		w, h := p.size()
		ow, oh := other.size()
		small := p.reducedTo(max(w, h) / 2)
		sw, sh := small.size()
		out := small.drawn(other, func(x, y float64) (float64, float64) { return x - float64(ow)/3, y - float64(oh)/4 })
		return out, affine{float64(sw) / float64(ow), 0, 1. / 3, 0, float64(sh) / float64(oh), 0.25}
	}},
}

// open decodes a photograph as grey of at most 960 pixels.
func open(t *testing.T, file string) picture {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	luma, w, h := raster.Luma(m, 960)
	out := newPicture(w, h)
	for i, v := range luma {
		out.Set(i%w, i/w, color.Gray{Y: uint8(v + 0.5)})
	}
	return out
}

func featuresOf(p picture) pipeline.Features {
	luma, w, h := raster.Luma(p.Gray, Side)
	return Features(luma, w, h, peerFeatures)
}

// nearestOf is the feature with the nearest descriptor, how far it is and how far the second.
func nearestOf(f pipeline.Feature, all pipeline.Features) (at, d, second int) {
	d, second = 257, 257
	for i, o := range all {
		if n := f.Bits.Distance(o.Bits); n < d {
			at, d, second = i, n, d
		} else if n < second {
			second = n
		}
	}
	return at, d, second
}

// found counts the different 64ths of a picture where a feature has its counterpart in the disguise: each the other's nearest, by 80
// bits or less and less than 0.8 of the second's, and within 1 % of the longer side of where it must be.
func found(a, b pipeline.Features, m affine, w, h int) int {
	places := map[[2]uint16]bool{}
	for i, f := range a {
		j, d, second := nearestOf(f, b)
		if len(b) == 0 || d > 80 || float64(d) > 0.8*float64(second) {
			continue
		}
		if back, _, _ := nearestOf(b[j], a); back != i {
			continue
		}
		x, y := m.at(float64(f.X)/65535, float64(f.Y)/65535)
		dx, dy := (x-float64(b[j].X)/65535)*float64(w), (y-float64(b[j].Y)/65535)*float64(h)
		if math.Hypot(dx, dy) < 0.01*float64(max(w, h)) {
			places[[2]uint16{f.X / 1024, f.Y / 1024}] = true
		}
	}
	return len(places)
}

// As many places are found again as with OpenCV's ORB, for each disguise.
func TestAsManyPlacesAreFoundAgainAsByOpenCV(t *testing.T) {
	t.Parallel()
	dir := fixtures.SharedMedia(t)
	theirs := peer(t)
	var pictures []picture
	for _, n := range peerPictures {
		pictures = append(pictures, open(t, filepath.Join(dir, n)))
	}
	for _, d := range disguises {
		ours, opencv := 0, 0
		for i, p := range pictures {
			q, m := d.wear(t, p, pictures[(i+1)%len(pictures)])
			if *dump != "" {
				write(t, fmt.Sprintf("%d", i), p)
				write(t, fmt.Sprintf("%d %s", i, d.name), q)
				note(t, fmt.Sprintf("%d", i), fmt.Sprintf("%d %s", i, d.name), m)
			}
			w, h := q.size()
			ours += found(featuresOf(p), featuresOf(q), m, w, h)
			opencv += theirs[fmt.Sprintf("%d %s", i, d.name)]
		}
		t.Logf("%s: %d places, OpenCV %d", d.name, ours, opencv)
		if ours < opencv || opencv == 0 {
			t.Errorf("%s: %d places, OpenCV %d", d.name, ours, opencv)
		}
	}
}

// peer reads what OpenCV found.
func peer(t *testing.T) map[string]int {
	t.Helper()
	f, err := os.Open("testdata/opencv.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, row := range rows {
		if out[row[0]], err = strconv.Atoi(row[1]); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// write puts a picture reduced to Side into the dump.
func write(t *testing.T, name string, p picture) {
	t.Helper()
	p = p.reducedTo(Side)
	w, h := p.size()
	if err := os.WriteFile(filepath.Join(*dump, name+".pgm"), append(fmt.Appendf(nil, "P5\n%d %d\n255\n", w, h), p.Pix...), 0o644); err != nil {
		t.Fatal(err)
	}
}

// note adds a pair to the dump's list.
func note(t *testing.T, a, b string, m affine) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(*dump, "pairs.csv"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(f, "%s,%s,%v,%v,%v,%v,%v,%v\n", a, b, m[0], m[1], m[2], m[3], m[4], m[5])
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}
