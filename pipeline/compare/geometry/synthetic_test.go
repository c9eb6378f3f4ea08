package geometry

import (
	"cmp"
	"math"
	"math/rand/v2"

	"dokaz/pipeline"
)

// lot draws features and luma from a seed.
type lot struct{ *rand.Rand }

func newLot(seed uint64) lot { return lot{rand.New(rand.NewPCG(seed, 77))} }

// scene is features with their places, sizes and directions in units of the longer side, and luma that is smooth
// and everywhere.
type scene struct {
	w, h     int
	features []point
	waves    [][4]float64 // across, down, phase, strength
}

func (l lot) descriptor() (h pipeline.Hash256) {
	for i := range h {
		h[i] = l.Uint64()
	}
	return h
}

// flipped is a descriptor with each bit changed by chance.
func (l lot) flipped(h pipeline.Hash256, chance float64) pipeline.Hash256 {
	for i := range 256 {
		if l.Float64() < chance {
			h[i/64] ^= 1 << (i % 64)
		}
	}
	return h
}

func (l lot) scene(w, h, n int) scene {
	s := scene{w: w, h: h}
	long := float64(max(w, h))
	for range n {
		s.features = append(s.features, point{
			x: l.Float64() * float64(w) / long, y: l.Float64() * float64(h) / long,
			size: uint8(112 + l.IntN(32)), angle: uint8(l.IntN(256)), bits: l.descriptor(),
		})
	}
	for range 24 {
		s.waves = append(s.waves, [4]float64{(l.Float64() - 0.5) * 60, (l.Float64() - 0.5) * 60, l.Float64() * 7, 0.4 + l.Float64()})
	}
	return s
}

// luma of the scene at a place in units of its longer side.
func (s scene) luma(x, y float64) float64 {
	v := 0.0
	for _, w := range s.waves {
		v += w[3] * math.Sin(w[0]*x+w[1]*y+w[2])
	}
	return 128 + 18*v
}

// view is how a picture shows a scene: by a map from units of the scene's longer side to units of the picture's.
type view struct {
	w, h     int
	by       Map
	mirror   bool    // the scene is mirrored before the map
	places   float64 // standard deviation of the features' places, in tolerances
	bits     float64 // chance of a descriptor's bit to change
	lost     float64 // share of the features that are not found again
	strange  int     // features of nothing in the scene
	bare     bool    // no miniature
	cells    int     // of the longer side of the miniature; 0 is 128
	fine     int     // samples across a cell of the miniature; 0 is one
	overlaid func(x, y float64) (luma float64, ok bool)
}

// show makes the picture.
func (l lot) show(s scene, v view) Picture {
	p := Picture{Width: v.w, Height: v.h}
	w, h := p.sides()
	width, _ := Picture{Width: s.w, Height: s.h}.sides()
	for _, f := range s.features {
		if v.mirror {
			f.x, f.angle, f.bits = width-f.x, 128-f.angle, pipeline.Hash256{f.bits[2], f.bits[3], f.bits[0], f.bits[1]}
		}
		x, y, ok := v.by.At(f.x, f.y)
		j, _ := v.by.slope(f.x, f.y)
		if !ok || x < 0 || y < 0 || x >= w || y >= h || l.Float64() < v.lost {
			continue
		}
		scale := math.Sqrt(determinant(j))
		c, d := math.Cos(float64(f.angle)*math.Pi/128), math.Sin(float64(f.angle)*math.Pi/128)
		turned := math.Atan2(j[2]*c+j[3]*d, j[0]*c+j[1]*d) / math.Pi * 128
		size := float64(f.size) + octave*math.Log2(scale)
		if size < 1 || size > 254 {
			continue
		}
		far := reach(radii[uint8(size)]) * v.places
		if _, covered := v.at(x, y); covered {
			continue
		}
		p.Points = append(p.Points, feature(x+l.NormFloat64()*far, y+l.NormFloat64()*far, w, h, uint8(math.Round(size)), uint8(int(math.Round(turned))&255), l.flipped(f.bits, v.bits)))
	}
	for range v.strange {
		p.Points = append(p.Points, feature(l.Float64()*w, l.Float64()*h, w, h, uint8(112+l.IntN(32)), uint8(l.IntN(256)), l.descriptor()))
	}
	l.Shuffle(len(p.Points), func(i, j int) { p.Points[i], p.Points[j] = p.Points[j], p.Points[i] })
	if !v.bare {
		p.Miniature = v.miniature(s, p)
	}
	return p
}

func (v view) at(x, y float64) (float64, bool) {
	if v.overlaid == nil {
		return 0, false
	}
	return v.overlaid(x, y)
}

func feature(x, y, w, h float64, size, angle uint8, bits pipeline.Hash256) pipeline.Feature {
	part := func(v, of float64) uint16 { return uint16(min(max(math.Round(v/of*65535), 0), 65535)) }
	return pipeline.Feature{X: part(x, w), Y: part(y, h), Size: size, Angle: angle, Bits: bits}
}

// miniature renders the picture; what lies outside the scene is grey.
func (v view) miniature(s scene, p Picture) *pipeline.Miniature {
	w, h := p.sides()
	cells := float64(cmp.Or(v.cells, 128))
	m := &pipeline.Miniature{Width: int(math.Round(cells * w)), Height: int(math.Round(cells * h))}
	back, _ := v.by.Inverse()
	sw, sh := Picture{Width: s.w, Height: s.h}.sides()
	n := max(v.fine, 1)
	for y := range m.Height {
		for x := range m.Width {
			sum := 0.0
			for k := range n * n {
				u := (float64(x) + (float64(k%n)+0.5)/float64(n)) / float64(m.Width) * w
				t := (float64(y) + (float64(k/n)+0.5)/float64(n)) / float64(m.Height) * h
				sum += v.luma(s, back, u, t, sw, sh)
			}
			m.Luma = append(m.Luma, uint8(min(max(math.Round(sum/float64(n*n)), 0), 255)))
		}
	}
	return m
}

// luma of the picture at a place in units of its longer side.
func (v view) luma(s scene, back Map, x, y, w, h float64) float64 {
	if over, ok := v.at(x, y); ok {
		return over
	}
	a, b, ok := back.At(x, y)
	if !ok || a < 0 || b < 0 || a > w || b > h {
		return 90
	}
	if v.mirror {
		a = w - a
	}
	return s.luma(a, b)
}
