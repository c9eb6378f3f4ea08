package compare

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The upper ends of Wilson's intervals as other programs give them, to two digits and not below: 1.96²/(n+1.96²) of none, and
// statsmodels' proportion_confint(10, 100, method="wilson"), 0.1743657.
func TestErrorRatesAreBoundedAfterWilson(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		hits, n int
		want    float64
	}{{0, 0, 1}, {0, 100, 0.037}, {10, 100, 0.18}, {100, 100, 1}, {0, 1_000_000, 3.9e-6}} {
		if got := upper(c.hits, c.n); math.Abs(got-c.want) > 1e-9*c.want {
			t.Errorf("%d of %d: %g, not %g", c.hits, c.n, got, c.want)
		}
	}
}

// What reports quote must be what a document tells, of counts that can be.
func TestErrorRatesAreDocumented(t *testing.T) {
	t.Parallel()
	if len(ErrorRates()) == 0 {
		t.Fatal("nothing is measured")
	}
	for _, r := range ErrorRates() {
		if _, err := os.Stat(filepath.Join("..", "..", "docs", "measurements", r.Measured)); err != nil {
			t.Errorf("%s: %v", r.Basis, err)
		}
		if _, err := time.Parse(time.DateOnly, r.Date); err != nil {
			t.Errorf("%s: %v", r.Basis, err)
		}
		if r.Confirmed > r.Found || r.Found > r.Labelled || r.FalseConfirmed+r.FalseSuggested > r.Negatives || r.Version < 1 || r.Version > Version {
			t.Errorf("%+v", r)
		}
		if !(r.MostMissed > 0 && r.MostMissed < 0.2) || !(r.MostFalseConfirmed > 0 && r.MostFalseConfirmed < 1e-3) {
			t.Errorf("%s: missed at most %g, falsely confirmed at most %g", r.Basis, r.MostMissed, r.MostFalseConfirmed)
		}
	}
}
