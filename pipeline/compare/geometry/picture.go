package geometry

import (
	"math"

	"dokaz/pipeline"
)

// Picture is one picture as this package wants it.
type Picture struct {
	Width, Height int               // of the upright picture, pixels
	Points        pipeline.Features // strongest first; the first maxPoints count
	Miniature     *pipeline.Miniature
}

// PictureOf is one of the featured frames of l.
func PictureOf(l pipeline.LocalFeatures, f pipeline.FeaturedFrame) Picture {
	return Picture{Width: l.Width, Height: l.Height, Points: f.Points, Miniature: f.Miniature}
}

// maxPoints bounds the features of one picture. It holds whatever the prints say.
const maxPoints = 512

// sized reports whether the picture has an area.
func (p Picture) sized() bool { return p.Width > 0 && p.Height > 0 }

// sides are the width and height of the picture in units of its longer side.
func (p Picture) sides() (w, h float64) {
	long := float64(max(p.Width, p.Height))
	return float64(p.Width) / long, float64(p.Height) / long
}

// point is a feature with its place and the radius of its patch in units of the longer side.
type point struct {
	x, y, radius float64
	size, angle  uint8
	bits         pipeline.Hash256
}

// points places the features of a picture, as they stand or as the mirrored picture has them.
func (p Picture) points(mirrored bool) []point {
	w, h := p.sides()
	out := make([]point, min(len(p.Points), maxPoints))
	for i := range out {
		f := p.Points[i]
		if mirrored {
			f = f.Mirrored()
		}
		out[i] = point{
			x: float64(f.X) / 65535 * w, y: float64(f.Y) / 65535 * h, radius: radii[f.Size],
			size: f.Size, angle: f.Angle, bits: f.Bits,
		}
	}
	return out
}

// octave is the number of steps of Feature.Size that double the radius, turn that of Feature.Angle in a full turn.
const (
	octave = 16
	turn   = 256
)

// radii and directions are tables of Feature.Size and Feature.Angle. They are rounded far above the last place of a
// double, so that every platform has the same.
var (
	radii = func() (t [256]float64) {
		for i := range t {
			t[i] = math.Ldexp(rounded(math.Exp2(float64(i%octave)/octave)), i/octave-12)
		}
		return t
	}()
	directions = func() (t [turn][2]float64) {
		for i := range t {
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / turn)
			t[i] = [2]float64{rounded(cos), rounded(sin)}
		}
		return t
	}()
)

func rounded(v float64) float64 { return math.Round(v*(1<<40)) / (1 << 40) }

// apart is the distance between two points of one picture.
func apart(p, q point) float64 { return math.Sqrt(squared(p.x-q.x, p.y-q.y)) }
