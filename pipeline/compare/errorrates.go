package compare

import (
	"math"

	"dokaz/pipeline"
)

// ErrorRates are the measured error rates that reports quote, strongest basis first. A basis without one was not measured apart from
// what its thresholds were set on. Exceptions, and what changed since, stand in the document.
func ErrorRates() []pipeline.ErrorRate {
	all := pipeline.ErrorRate{Version: 6, Date: "2026-11-30", Measured: "2026-11-30-matching.md"}
	near, partial, stills, footage := all, all, all, all
	near.Basis, near.Labelled, near.Found, near.Confirmed, near.Negatives, near.FalseSuggested = pipeline.NearPicture, 1920, 1917, 1864, 4_093_095, 6
	partial.Basis, partial.Labelled, partial.Found, partial.Confirmed, partial.Negatives = pipeline.PartialPicture, 1216, 1205, 1137, 4_093_095
	stills.Basis, stills.Labelled, stills.Found, stills.Confirmed, stills.Negatives = pipeline.PictureInVideo, 352, 338, 202, 28_798
	footage.Basis, footage.Labelled, footage.Found, footage.Negatives = pipeline.SharedFootage, 250, 236, 21_727
	out := []pipeline.ErrorRate{near, partial, stills, footage}
	for i := range out {
		r := &out[i]
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
