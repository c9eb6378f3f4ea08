package pipeline

// ErrorRate is how often one basis of matches was right on material of which the truth is known from sources other than those on
// which thresholds were set. Exceptions, and what changed since, stand in the document.
type ErrorRate struct {
	Basis          Basis  `json:"basis"`
	Version        int    `json:"version"`             // of compare
	Date           string `json:"date"`                // of the measurement, RFC 3339
	Measured       string `json:"measured_in"`         // the document that says on what, under docs/measurements
	Labelled       int    `json:"labelled"`            // pairs of which there was something to be found
	Found          int    `json:"found"`               // of them, suggested or confirmed
	Confirmed      int    `json:"confirmed,omitempty"` // 0 where it was not counted
	Negatives      int    `json:"negatives"`           // pairs of which there was nothing to be found: of different sources
	FalseConfirmed int    `json:"false_confirmed"`
	FalseSuggested int    `json:"false_suggested"`

	// Bounds, as fractions: the upper ends of two-sided 95 % intervals after Wilson.
	MostMissed         float64 `json:"most_missed"`
	MostFalseConfirmed float64 `json:"most_false_confirmed"`
}
