package timeline

import "math"

// line takes a time in A to the time in B that shows the same: B = A/rate + offset, in ms. The rate is the segment's speed.
type line struct{ rate, offset float64 }

// toB is the time in B at a time in A, and toA the reverse.
func (l line) toB(a int64) int64 { return int64(math.Round(float64(float64(a)/l.rate) + l.offset)) }
func (l line) toA(b int64) int64 { return int64(math.Round(float64((float64(b) - l.offset) * l.rate))) }

// apart is how far in B two lines lie from each other at most between two times of A.
func (l line) apart(o line, from, to int64) int64 {
	return max(abs(l.toB(from)-o.toB(from)), abs(l.toB(to)-o.toB(to)))
}

func abs(n int64) int64 { return max(n, -n) }

// point is a pair of times that a line shall go through, as strongly as its weight says.
type point struct{ a, b, weight float64 }

// Bounds on what fitting may say.
const (
	slowest, fastest = 0.45, 2.2 // speeds
	steady           = 100       // ms over the whole stretch: what equal speed and another must differ by
)

// fitted is the line of least squares through the points. Where they do not tell the speed from that of l, or tell an
// impossible one, or where it is to be kept, it is l's; where equal speed fits as well, the speed is 1.
func (l line) fitted(points []point, kept bool) line {
	var n, sumA, sumB float64
	from, to := math.Inf(1), math.Inf(-1)
	for _, p := range points {
		n += p.weight
		sumA += float64(p.weight * p.a)
		sumB += float64(p.weight * p.b)
		from, to = min(from, p.a), max(to, p.a)
	}
	if n <= 0 {
		return l
	}
	meanA, meanB := sumA/n, sumB/n
	var aa, ab float64
	for _, p := range points {
		da := p.a - meanA
		aa += float64(p.weight * float64(da*da))
		ab += float64(p.weight * float64(da*(p.b-meanB)))
	}
	rate := l.rate
	if spread := math.Sqrt(aa / n); !kept && spread >= minSpread && ab > 0 {
		if r := aa / ab; r >= slowest && r <= fastest {
			rate = math.Round(r*1e4) / 1e4
		}
	}
	if math.Abs(float64((1/rate-1)*(to-from))) < steady {
		rate = 1
	}
	return line{rate, meanB - float64(meanA/rate)}
}

// minSpread is the least standard deviation, in ms of A, of points that tell a speed.
const minSpread = 500
