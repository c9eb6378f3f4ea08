package orb

import (
	"math"
	"math/rand/v2"
)

// leaves is a picture of discs and rectangles that lie over one another, of sizes with density r^-3: the dead leaves model, whose
// statistics are those of photographs (A. Lee, D. Mumford and J. Huang, "Occlusion models for natural images", 2001).
func leaves(w, h int, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 20))
	out := make([]float32, w*h)
	for i := range out {
		out[i] = -1
	}
	for bare := w * h; bare > w*h/500; {
		bare -= leaf(out, w, h, r)
	}
	for i, v := range out {
		out[i] = min(max(v+float32(2*r.NormFloat64()), 0), 255)
	}
	return out
}

// leaf lays one more leaf below those that are there and returns how many pixels of it are seen.
func leaf(out []float32, w, h int, r *rand.Rand) (seen int) {
	const least, most = 4.0, 200.0
	u := r.Float64()
	size := 1 / math.Sqrt(u/(most*most)+(1-u)/(least*least))
	cx, cy := r.Float64()*float64(w), r.Float64()*float64(h)
	luma, du, dv := 255*r.Float64(), 20*r.NormFloat64()/size, 20*r.NormFloat64()/size
	sin, cos := math.Sincos(2 * math.Pi * r.Float64())
	narrow, round := 0.3+0.7*r.Float64(), r.IntN(2) == 0
	for y := max(0, int(cy-1.5*size)); y < min(h, int(cy+1.5*size)); y++ {
		for x := max(0, int(cx-1.5*size)); x < min(w, int(cx+1.5*size)); x++ {
			dx, dy := float64(x)-cx, float64(y)-cy
			a, b := (dx*cos+dy*sin)/size, (dy*cos-dx*sin)/(size*narrow)
			inside := max(math.Abs(a), math.Abs(b)) < 1
			if round {
				inside = a*a+b*b < 1
			}
			if inside && out[y*w+x] < 0 {
				out[y*w+x] = float32(min(max(luma+du*dx+dv*dy, 0), 255))
				seen++
			}
		}
	}
	return seen
}
