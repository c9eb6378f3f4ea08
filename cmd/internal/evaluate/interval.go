package evaluate

import (
	"fmt"
	"math"
)

// Rate is a proportion with its 95 % interval (Wilson's score interval: E. B. Wilson, Probable inference, 1927).
type Rate struct {
	Hits  int     `json:"hits"`
	Of    int     `json:"of"`
	Value float64 `json:"value"` // 0 where Of is 0
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// z is the normal quantile of a two-sided 95 % interval.
const z = 1.959963984540054

// NewRate makes the rate of hits among of.
func NewRate(hits, of int) Rate {
	if of == 0 {
		return Rate{High: 1}
	}
	n, p := float64(of), float64(hits)/float64(of)
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return Rate{hits, of, p, max(0, middle-half), min(1, middle+half)}
}

// String writes the rate for a table: 97.5 % [92.9–99.1] of 120.
func (r Rate) String() string {
	if r.Of == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %% [%.1f–%.1f] of %d", 100*r.Value, 100*r.Low, 100*r.High, r.Of)
}

// upperBound is the greatest proportion that k hits among n still allow at 95 %, one-sided: that of which k or fewer
// hits come with probability 0.05 (Clopper and Pearson, The use of confidence or fiducial limits, 1934).
func upperBound(k, n int) float64 {
	if n == 0 || k >= n {
		return 1
	}
	low, high := float64(k)/float64(n), 1.0
	for range 200 {
		p := (low + high) / 2
		if atMost(k, n, p) > 0.05 {
			low = p
		} else {
			high = p
		}
	}
	return high
}

// atMost is the probability of k or fewer hits among n at proportion p, 0 < p < 1.
func atMost(k, n int, p float64) float64 {
	all, _ := math.Lgamma(float64(n) + 1)
	sum := 0.0
	for i := 0; i <= k; i++ {
		chosen, _ := math.Lgamma(float64(i) + 1)
		rest, _ := math.Lgamma(float64(n-i) + 1)
		sum += math.Exp(all - chosen - rest + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return min(sum, 1)
}
