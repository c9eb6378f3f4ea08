package compare

import (
	"math"

	"dokaz/pipeline"
)

// ErrorRates are the measured error rates that reports quote, strongest basis first. A basis without one was not measured apart from
// what its thresholds were set on. Exceptions, and what changed since, stand in the document.
func ErrorRates() []pipeline.ErrorRate {
	out := []pipeline.ErrorRate{
		{Basis: pipeline.NearPicture, Labelled: 2100, Found: 2091, Confirmed: 2033, Negatives: 1_311_868, FalseSuggested: 10},
		{Basis: pipeline.PartialPicture, Labelled: 1326, Found: 1268, Confirmed: 1115, Negatives: 1_311_868},
		{Basis: pipeline.SharedFootage, Labelled: 250, Found: 235, Negatives: 56_083},
	}
	for i := range out {
		r := &out[i]
		r.Version, r.Date, r.Measured = 2, "2026-11-23", "2026-11-23-matching.md"
		r.MostMissed = upper(r.Labelled-r.Found, r.Labelled)
		r.MostFalseConfirmed = upper(r.FalseConfirmed, r.Negatives)
	}
	return out
}

// upper is the upper end of the two-sided 95 % interval of hits among n, to two significant digits and never below (Wilson, "Probable
// inference, the law of succession, and statistical inference", 1927); 1 where there is nothing to go by.
func upper(hits, n int) float64 {
	if n <= 0 {
		return 1
	}
	const z = 1.959963984540054 // 97.5 % of the normal distribution
	p, m := float64(hits)/float64(n), float64(n)
	spread := z * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	end := min((p+z*z/(2*m)+spread)/(1+z*z/m), 1)
	unit := math.Pow(10, math.Floor(math.Log10(end))-1)
	return min(math.Ceil(end/unit)*unit, 1)
}
