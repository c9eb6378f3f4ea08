package compare_test

import (
	"math"
	"math/rand/v2"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/geometry"
)

// scene is a square of features and smooth luma, of which photos are taken.
type scene struct {
	*rand.Rand
	features []spot
	waves    [][4]float64 // across, down, phase, strength
}

// spot is a feature in units of the scene's side.
type spot struct {
	x, y float64
	size int
	turn float64 // 256ths
	bits pipeline.Hash256
}

func newScene(seed uint64, features int) scene {
	s := scene{Rand: rand.New(rand.NewPCG(seed, 3))}
	for range features {
		s.features = append(s.features, spot{s.Float64(), s.Float64(), 112 + s.IntN(24), 256 * s.Float64(), s.hash()})
	}
	for range 24 {
		s.waves = append(s.waves, [4]float64{(s.Float64() - 0.5) * 60, (s.Float64() - 0.5) * 60, s.Float64() * 7, 0.4 + s.Float64()})
	}
	return s
}

func (s scene) hash() (h pipeline.Hash256) {
	for i := range h {
		h[i] = s.Uint64()
	}
	return h
}

// taken says how a square photo shows the scene.
type taken struct {
	by     geometry.Map                                      // from the scene to fractions of the photo
	mirror bool                                              // the scene is mirrored first
	jitter float64                                           // standard deviation of places, in sides of the photo
	over   func(x, y, luma float64) float64                  // luma that stands over the scene's, in fractions of the photo
	hidden func(x, y float64) bool                           // no features there
	flat   bool                                              // no features at all
	also   pipeline.Features                                 // features of what stands over it
	hashes func(whole pipeline.Hash256) (h pipeline.Hash256) // of the published hash; nil changes nothing
	views  []pipeline.PrintedPicture
}

const side = 800 // pixels of a photo

// scaled is the map that scales about the middle of the scene, turns clockwise by degrees and moves the middle to x, y.
func scaled(scale, degrees, x, y float64) geometry.Map {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return geometry.Map{scale * cos, -scale * sin, x, scale * sin, scale * cos, y, 0, 0, 1}.After(geometry.Map{1, 0, -0.5, 0, 1, -0.5, 0, 0, 1})
}

var straight = scaled(1, 0, 0.5, 0.5)

// take takes a photo. All photos of one scene have one published hash, unless told otherwise.
func (s scene) take(n byte, t taken) pipeline.Prints {
	s.Rand = rand.New(rand.NewPCG(uint64(n), 9))
	f := pipeline.FeaturedFrame{Miniature: &pipeline.Miniature{Width: 128, Height: 128}}
	if !t.flat {
		f.Points = append(f.Points, t.also...)
		for _, p := range s.features {
			if q, ok := s.seen(p, t); ok {
				f.Points = append(f.Points, q)
			}
		}
	}
	f.Count = len(f.Points)
	back, _ := t.by.Inverse()
	for i := range 128 * 128 {
		x, y := (float64(i%128)+0.5)/128, (float64(i/128)+0.5)/128
		luma := 90.0
		if u, v, ok := back.At(x, y); ok && u >= 0 && v >= 0 && u <= 1 && v <= 1 {
			if t.mirror {
				u = 1 - u
			}
			luma = 128
			for _, w := range s.waves {
				luma += 18 * w[3] * math.Sin(w[0]*u+w[1]*v+w[2])
			}
		}
		if t.over != nil {
			luma = t.over(x, y, luma)
		}
		f.Miniature.Luma = append(f.Miniature.Luma, byte(min(max(luma, 0), 255)))
	}
	whole := pipeline.PrintedPicture{Quality: 90}
	whole.Bits = pipeline.Hash256{uint64(len(s.features)) * 0x9e3779b97f4a7c15, math.Float64bits(s.waves[0][0]), math.Float64bits(s.waves[0][1]), 77}
	if t.hashes != nil {
		whole.Bits = t.hashes(whole.Bits)
	}
	all := []pipeline.LocalFeatures{{Algorithm: "orb-m1", Width: side, Height: side, Frames: []pipeline.FeaturedFrame{f}}}
	return pipeline.Prints{
		Item: item(n), Kind: pipeline.Photo, Pictures: append([]pipeline.PrintedPicture{whole}, t.views...), Features: all, Words: pipeline.WordsOf(all),
	}
}

// seen is a feature as a photo has it.
func (s scene) seen(p spot, t taken) (f pipeline.Feature, ok bool) {
	if t.mirror {
		p.x, p.turn, p.bits = 1-p.x, 128-p.turn, pipeline.Hash256{p.bits[2], p.bits[3], p.bits[0], p.bits[1]}
	}
	x, y, ok := t.by.At(p.x, p.y)
	x, y = x+t.jitter*s.NormFloat64(), y+t.jitter*s.NormFloat64()
	if !ok || x < 0 || y < 0 || x > 1 || y > 1 || t.hidden != nil && t.hidden(x, y) || s.Float64() < 0.2 {
		return f, false
	}
	m := t.by
	scale := math.Sqrt(math.Abs(m[0]*m[4] - m[1]*m[3]))
	f = pipeline.Feature{
		X: uint16(65535 * x), Y: uint16(65535 * y), Size: uint8(math.Round(float64(p.size) + 16*math.Log2(scale))),
		Angle: uint8(int(math.Round(p.turn+math.Atan2(m[3], m[0])*128/math.Pi)) & 255), Bits: p.bits,
	}
	for range 12 {
		f.Bits[s.IntN(4)] ^= 1 << s.IntN(64)
	}
	return f, true
}

// strange is a published hash far from that of the scene.
func strange(h pipeline.Hash256) pipeline.Hash256 {
	return pipeline.Hash256{h[0] ^ 0x5a5a5a5a5a5a5a5a, ^h[1] ^ 0x3333333333333333, h[2] ^ 0x0f0f0f0f0f0f0f0f, h[3]}
}

// moved changes some bits of the published hash.
func moved(n int) func(pipeline.Hash256) pipeline.Hash256 {
	return func(h pipeline.Hash256) pipeline.Hash256 {
		d := bits(n)
		return pipeline.Hash256{h[0] ^ d[0], h[1] ^ d[1], h[2] ^ d[2], h[3] ^ d[3]}
	}
}
