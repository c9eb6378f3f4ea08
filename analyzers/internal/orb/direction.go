package orb

import "math"

const (
	turns  = 256     // directions told apart
	unit   = 1 << 24 // length of the vectors of compass
	radius = 15      // of a described patch, in pixels of its level
)

// compass holds a vector in each direction, clockwise from the x axis.
var compass = func() (t [turns][2]int) {
	for i := range turns/8 + 1 {
		s, c := math.Sincos(2 * math.Pi * float64(i) / turns)
		x, y := int(math.Round(c*unit)), int(math.Round(s*unit))
		t[i], t[turns/4-i] = [2]int{x, y}, [2]int{y, x}
	}
	for i := range turns / 4 {
		x, y := t[i][0], t[i][1]
		t[turns/4+i], t[turns/2+i], t[3*turns/4+i] = [2]int{-y, x}, [2]int{-x, -y}, [2]int{y, -x}
	}
	return t
}()

// disc is how far the disc reaches in the rows at each distance from its middle.
var disc = func() (t [radius + 1]int) {
	for y := range t {
		for (t[y]+1)*(t[y]+1)+y*y <= radius*(radius+1) {
			t[y]++
		}
	}
	return t
}()

// direction is that from a pixel to the centroid of luma in the disc around it.
func direction(p *plane, x, y int) uint8 {
	var mx, my int
	for dy := -radius; dy <= radius; dy++ {
		half := disc[max(dy, -dy)]
		sum, moment := 0, 0
		for k, v := range p.pix[p.at(x-half, y+dy):][:2*half+1] {
			sum += int(v)
			moment += k * int(v)
		}
		mx += moment - half*sum
		my += dy * sum
	}
	return bearing(mx, my)
}

// bearing is the direction nearest to that of a vector; no vector has direction 0.
func bearing(x, y int) uint8 {
	best, at := 0, 0
	ax, ay := max(x, -x), max(y, -y)
	for k := range turns/4 + 1 {
		if d := compass[k][0]*ax + compass[k][1]*ay; d > best {
			best, at = d, k
		}
	}
	if x < 0 {
		at = turns/2 - at
	}
	if y < 0 {
		at = -at
	}
	return uint8(at)
}
