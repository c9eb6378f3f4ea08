package pipeline

// Basis is why two items are said to correspond, from strongest to weakest.
type Basis string

// The bases.
const (
	SameBytes      Basis = "same_bytes" // one item, several receipts
	SameMedia      Basis = "same_media" // identical coded picture or packets
	NearPicture    Basis = "near_picture"
	PartialPicture Basis = "partial_picture"
	PictureInVideo Basis = "picture_in_video"
	SharedFootage  Basis = "shared_footage"
	SharedAudio    Basis = "shared_audio"
)

// Strength says which of a basis' two thresholds a match passed.
type Strength string

// The strengths. Neither says which item came first, nor that either is what it claims to be.
const (
	Suggested Strength = "suggested"
	Confirmed Strength = "confirmed"
)

// Match says that two items correspond. A is the lesser digest, except for picture_in_video, where A is the picture.
// The set of matches is a pure function of the set of items.
type Match struct {
	A         Digest    `json:"a"`
	B         Digest    `json:"b"`
	Basis     Basis     `json:"basis"`
	Strength  Strength  `json:"strength"`
	Distance  int       `json:"distance"`           // Hamming distance; of footage the median over matched frames
	Transform Transform `json:"transform"`          // takes A to B
	Segments  []Segment `json:"segments,omitempty"` // time-based media only
	Method    string    `json:"method"`             // how it was found, with version and thresholds
}

// Transform takes A's picture to B's.
type Transform struct {
	Mirror bool        `json:"mirror"`
	Rotate int         `json:"rotate"`         // degrees clockwise: 0, 90, 180, 270
	Crop   *[4]float64 `json:"crop,omitempty"` // x, y, width, height as fractions of A
}

// Segment is a stretch of A that is shown in B. Times are seconds from each stream's start.
type Segment struct {
	AStart    float64 `json:"a_start"`
	AEnd      float64 `json:"a_end"`
	BStart    float64 `json:"b_start"`
	BEnd      float64 `json:"b_end"`
	Speed     float64 `json:"speed"`               // of B against A; 1 is equal
	Frames    int     `json:"frames,omitempty"`    // matched sampled frames
	Distance  int     `json:"distance,omitempty"`  // median Hamming distance of those
	Ambiguous bool    `json:"ambiguous,omitempty"` // static picture: the offset is not determined
}

// Prints are an item's fingerprints as comparing wants them.
type Prints struct {
	Item     Digest
	Kind     Kind
	Seq      int64 // order of becoming visible; 0 while in flight
	Pictures []PrintedPicture
	Footage  []FrameHashes
}

// PrintedPicture is the PDQ hash of a photo.
type PrintedPicture struct {
	Bits    Hash256
	Quality int
}

// PrintsOf gathers the fingerprints among measurements.
func PrintsOf(it Item, ms []Measurement) Prints {
	p := Prints{Item: it.Digest, Kind: it.Kind}
	for _, m := range ms {
		switch f := m.Fact.(type) {
		case PictureHash:
			if f.Algorithm != "pdq" {
				continue
			}
			if h, err := ParseHash256(f.Bits); err == nil {
				p.Pictures = append(p.Pictures, PrintedPicture{h, f.Quality})
			}
		case FrameHashes:
			if len(f.Frames) > 0 {
				p.Footage = append(p.Footage, f)
			}
		}
	}
	return p
}

// Empty reports whether there is nothing to compare.
func (p Prints) Empty() bool { return len(p.Pictures) == 0 && len(p.Footage) == 0 }
