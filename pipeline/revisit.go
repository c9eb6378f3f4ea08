package pipeline

// Revisit says which frames of a film are wanted once more, and larger than its fingerprints keep them.
type Revisit struct {
	Stretches [][2]float64 `json:"stretches"` // from and to, seconds from the stream's start; ascending, none meets another
	Apart     float64      `json:"apart"`     // seconds between two frames, at least; 0 wants every frame
}

// Frames bounds how many frames a revisit comes to, where they are no more than so many a second.
func (r Revisit) Frames(perSecond float64) int {
	if r.Apart > 0 {
		perSecond = min(perSecond, 1/r.Apart)
	}
	n := 0
	for _, s := range r.Stretches {
		n += int(float64((s[1]-s[0])*perSecond)) + 1
	}
	return n
}
