package pipeline

// Revisit says which frames of a film are wanted once more, and larger than its fingerprints keep them.
type Revisit struct {
	Stretches [][2]float64 `json:"stretches"` // from and to, seconds from the stream's start; ascending, none meets another
	Apart     float64      `json:"apart"`     // seconds between two frames, at least; 0 wants every frame
}
