package orb

import (
	"sync"

	"dokaz/pipeline"
)

// point is a place of the patch, in pixels along its direction and clockwise across it.
type point struct{ u, v int8 }

// vicinity is the luma about a corner, in rows of vicinitySide from radius pixels above and left of it.
type vicinity [vicinitySide * vicinitySide]uint16

const vicinitySide = 32 // 2·radius+1, and one more

// index is the place of a vicinity that lies at a point from the corner.
func (p point) index() uint16 { return uint16((int(p.v)+radius)*vicinitySide + int(p.u) + radius) }

// turned holds for every direction where in the vicinity the tests' two ends lie.
var turned = sync.OnceValue(func() *[turns][256][2]uint16 {
	t := new([turns][256][2]uint16)
	for a, axis := range compass {
		for i, test := range tests {
			for e, p := range test {
				t[a][i][e] = turn(p, axis).index()
				t[a][128+i][e] = turn(point{p.u, -p.v}, axis).index()
			}
		}
	}
	return t
})

// turn is where a place of the patch lies when the patch points along axis.
func turn(p point, axis [2]int) point {
	u, v := int(p.u), int(p.v)
	return point{nearest(u*axis[0] - v*axis[1]), nearest(u*axis[1] + v*axis[0])}
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
	f := pipeline.Feature{X: place(c.x, p.w), Y: place(c.y, p.h), Size: sizeOf(max(p.w, p.h)), Angle: direction(p, c.x, c.y)}
	var about vicinity
	for y := range vicinitySide {
		copy(about[y*vicinitySide:][:vicinitySide], p.pix[p.at(c.x-radius, c.y-radius+y):])
	}
	about.compare(&f.Bits, &turned()[f.Angle])
	return f
}

// compare sets the bits of the tests whose first end is darker than the second, without a branch that no processor could foretell.
func (p *vicinity) compare(bits *pipeline.Hash256, ends *[256][2]uint16) {
	const within = vicinitySide*vicinitySide - 1 // spares the look whether a place lies in it
	for k := range bits {
		var w uint64
		for _, t := range ends[64*k:][:64] {
			less := uint64(p[t[0]&within]) - uint64(p[t[1]&within])
			w = w>>1 | less&(1<<63)
		}
		bits[k] = w
	}
}

// place is the middle of pixel i of n, in 65535ths of their length.
func place(i, n int) uint16 { return uint16(((2*i+1)*65535 + n) / (2 * n)) }

// sizes are those of levels up to Side.
var sizes = sync.OnceValue(func() (t [Side + 1]uint8) {
	for n := range t {
		t[n] = size(n)
	}
	return t
})

// sizeOf is size, which takes a while.
func sizeOf(n int) uint8 {
	if n <= Side {
		return sizes()[n]
	}
	return size(n)
}

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
