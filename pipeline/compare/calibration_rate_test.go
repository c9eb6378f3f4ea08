package compare

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The upper ends of Wilson's intervals as other programs give them: 1.96²/(n+1.96²) of none, and statsmodels'
// proportion_confint(10, 100, method="wilson").
func TestErrorRatesAreBoundedAfterWilson(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		hits, n int
		want    float64
	}{{0, 0, 1}, {0, 100, 0.0369935}, {10, 100, 0.1743657}, {100, 100, 1}, {0, 1_000_000, 3.841444e-6}} {
		if got := wilson(c.hits, c.n); math.Abs(got-c.want) > 1e-6*max(1, c.want) || c.n > 1000 && math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%d of %d: %g, not %g", c.hits, c.n, got, c.want)
		}
	}
}

// What reports quote must be what a document tells, of counts that can be.
func TestCalibrationsAreDocumented(t *testing.T) {
	t.Parallel()
	if len(Calibrations()) == 0 {
		t.Fatal("nothing is calibrated")
	}
	for _, c := range Calibrations() {
		if _, err := os.Stat(filepath.Join("..", "..", "docs", "measurements", c.Measured)); err != nil {
			t.Errorf("%s: %v", c.Basis, err)
		}
		if _, err := time.Parse(time.DateOnly, c.Date); err != nil {
			t.Errorf("%s: %v", c.Basis, err)
		}
		if c.Confirmed > c.Found || c.Found > c.Labelled || c.FalsePairs.Confirmed+c.FalsePairs.Suggested > c.Negatives || c.Version < 1 || c.Version > Version {
			t.Errorf("%+v", c)
		}
		if m := c.Missed(); !(m > 0 && m < 0.2) || c.FalselyConfirmed() > c.FalselyMatched() || c.FalselyMatched() > 1e-3 {
			t.Errorf("%s: missed ≤ %g, falsely confirmed ≤ %g, falsely matched ≤ %g", c.Basis, m, c.FalselyConfirmed(), c.FalselyMatched())
		}
	}
}
