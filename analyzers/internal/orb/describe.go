package orb

import (
	"sync"

	"dokaz/pipeline"
)

// point is a place of the patch, in pixels along its direction and clockwise across it.
type point struct{ u, v int8 }

// offset is a place relative to a pixel.
type offset struct{ x, y int8 }

// turned holds where the tests lie for every direction.
var turned = sync.OnceValue(func() *[turns][256][2]offset {
	t := new([turns][256][2]offset)
	for a, axis := range compass {
		for i, test := range tests {
			for e, p := range test {
				t[a][i][e] = turn(p, axis)
				t[a][128+i][e] = turn(point{p.u, -p.v}, axis)
			}
		}
	}
	return t
})

// turn is where a place of the patch lies when the patch points along axis.
func turn(p point, axis [2]int) offset {
	u, v := int(p.u), int(p.v)
	return offset{nearest(u*axis[0] - v*axis[1]), nearest(u*axis[1] + v*axis[0])}
}

// nearest divides by unit and rounds halves away from zero, so that mirrored places stay mirrored.
func nearest(v int) int8 {
	if v < 0 {
		return -nearest(-v)
	}
	return int8((v + unit/2) / unit)
}

// describe gives a corner of level p its direction and descriptor.
func describe(p *plane, c *corner) pipeline.Feature {
	f := pipeline.Feature{X: place(c.x, p.w), Y: place(c.y, p.h), Size: size(max(p.w, p.h)), Angle: direction(p, c.x, c.y)}
	at := p.at(c.x, c.y)
	value := func(o offset) uint16 { return p.pix[at+int(o.y)*p.stride+int(o.x)] }
	for i, t := range turned()[f.Angle] {
		if value(t[0]) < value(t[1]) {
			f.Bits[i/64] |= 1 << (i % 64)
		}
	}
	return f
}

// place is the middle of pixel i of n, in 65535ths of their length.
func place(i, n int) uint16 { return uint16(((2*i+1)*65535 + n) / (2 * n)) }

// size is the patch's radius at a level of n pixels, as pipeline.Feature gives it: 16·log2(4096·15/n), rounded.
func size(n int) uint8 {
	s := 0
	for s < 255 && bigger(s, n) {
		s++
	}
	return uint8(s)
}

// halves holds 2^(16+(2i+1)/32).
var halves = [16]uint64{66971, 69936, 73032, 76266, 79642, 83169, 86851, 90696, 94711, 98905, 103283, 107856, 112631, 117618, 122825, 128263}

// bigger reports whether 4096·15/n lies above 2^((s+1/2)/16).
func bigger(s, n int) bool { return uint64(4096*radius)<<16>>(s/16) > halves[s%16]*uint64(n) }
