package compare

import (
	"math"

	"dokaz/pipeline"
)

// Calibration is how often a basis was right on material of which the truth is known, at the thresholds of one version.
type Calibration struct {
	Basis      pipeline.Basis `json:"basis"`
	Version    int            `json:"version"`     // of compare
	Date       string         `json:"date"`        // of the measurement, RFC 3339
	Measured   string         `json:"measured_in"` // the document that says on what, under docs/measurements
	Labelled   int            `json:"labelled"`    // pairs of which there was something to be found
	Found      int            `json:"found"`       // of them, suggested or confirmed
	Confirmed  int            `json:"confirmed"`
	Negatives  int            `json:"negatives"` // pairs of which there was nothing to be found: of different sources
	FalsePairs FalsePairs     `json:"false"`
}

// FalsePairs are the negatives that were matched.
type FalsePairs struct {
	Confirmed int `json:"confirmed"`
	Suggested int `json:"suggested"`
}

// Calibrations are the measured error rates that reports quote, strongest basis first. A basis without one was not measured on sources
// that no threshold was set on.
func Calibrations() []Calibration {
	const document = "2026-11-23-matching.md"
	return []Calibration{
		{
			Basis: pipeline.NearPicture, Version: 2, Date: "2026-11-23", Measured: document,
			Labelled: 2100, Found: 2091, Confirmed: 2033, Negatives: 1_311_868, FalsePairs: FalsePairs{Suggested: 10},
		},
		{
			Basis: pipeline.PartialPicture, Version: 2, Date: "2026-11-23", Measured: document,
			Labelled: 1326, Found: 1268, Confirmed: 1115, Negatives: 1_311_868,
		},
	}
}

// Missed bounds the share of pairs that are not found: the upper end of the two-sided 95 % interval after Wilson, "Probable inference, the law of
// succession, and statistical inference", 1927.
func (c Calibration) Missed() float64 { return wilson(c.Labelled-c.Found, c.Labelled) }

// FalselyConfirmed bounds the share of negatives that are confirmed, likewise.
func (c Calibration) FalselyConfirmed() float64 { return wilson(c.FalsePairs.Confirmed, c.Negatives) }

// FalselyMatched bounds the share of negatives that are suggested or confirmed, likewise.
func (c Calibration) FalselyMatched() float64 {
	return wilson(c.FalsePairs.Confirmed+c.FalsePairs.Suggested, c.Negatives)
}

// wilson is the upper end of the interval of hits among n; 1 where there is nothing to go by.
func wilson(hits, n int) float64 {
	if n <= 0 {
		return 1
	}
	const z = 1.959963984540054 // 97.5 % of the normal distribution
	p, m := float64(hits)/float64(n), float64(n)
	spread := z * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return min((p+z*z/(2*m)+spread)/(1+z*z/m), 1)
}
