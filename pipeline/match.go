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
	Distance  int       `json:"distance"`             // Hamming distance; of footage and sound the median over matched frames or words
	Transform Transform `json:"transform"`            // takes A to B
	Segments  []Segment `json:"segments,omitempty"`   // time-based media only
	Share     *Share    `json:"share,omitempty"`      // time-based media only
	Inliers   int       `json:"inliers,omitempty"`    // local features that one geometric transform maps onto each other
	Agreement float64   `json:"agreement,omitempty"`  // correlation, -1 to 1, of the luma where the pictures overlap once laid on each other
	OtherShot bool      `json:"other_shot,omitempty"` // the same scene at another moment or from another place: not a copy
	WithSound bool      `json:"with_sound,omitempty"` // footage: the sound is in common as well, at the same offset
	Moment    *Moment   `json:"moment,omitempty"`     // picture_in_video: what decoding the film once more said
	Method    string    `json:"method"`               // how it was found, with version and thresholds
}

// Moment is what frames of a film, decoded once more about where a picture was found, say of when it was taken.
type Moment struct {
	Time     float64 `json:"time"`           // seconds from the stream's start: of the frame nearest to the picture
	Unlike   float64 `json:"unlike"`         // that frame, over the places that move: 0 is the same, about 1 as unlike as any moment, 2 nothing to compare
	Next     float64 `json:"next,omitempty"` // likewise the nearest of those more than half a second away; absent where none was compared
	Frames   int     `json:"frames"`         // decoded once more and compared
	Cells    int     `json:"cells"`          // places that move, of a grid of at most 160 a side
	Told     bool    `json:"told"`           // the frame is near enough to be of the picture's moment
	Distinct bool    `json:"distinct"`       // and no other moment comes as near
	Not      Unseen  `json:"not,omitempty"`  // why no frame was compared; then the match is as it was without
}

// Unseen is why a film was not looked at once more.
type Unseen string

// The reasons.
const (
	FilmAbsent Unseen = "absent" // its bytes are not at hand
	FilmUnread Unseen = "unread" // its frames could not be shown
)

// Share is how much of A and of B the segments of a match cover, as fractions of the time that was compared.
type Share [2]float64

// Transform takes A's picture to B's: first turned clockwise by Rotate, then mirrored left to right.
type Transform struct {
	Mirror bool        `json:"mirror"`
	Rotate int         `json:"rotate"`           // degrees clockwise: 0, 90, 180, 270
	Crop   *Box        `json:"crop,omitempty"`   // the part of A that B shows, where B does not show the whole of A
	Within *Box        `json:"within,omitempty"` // the part of B that shows A, where A does not fill B
	Matrix *[9]float64 `json:"matrix,omitempty"` // homography, row by row, from fractions of A's width and height to those of B's
}

// Segment is a stretch of A that is shown, or heard, in B. Times are seconds from each stream's start.
type Segment struct {
	AStart    float64  `json:"a_start"`
	AEnd      float64  `json:"a_end"`
	BStart    float64  `json:"b_start"`
	BEnd      float64  `json:"b_end"`
	Speed     float64  `json:"speed"`               // seconds of A that pass in one second of B; 1 is equal, 2 is B twice as fast
	Frames    int      `json:"frames,omitempty"`    // matched sampled frames, or words of sound
	Distance  int      `json:"distance,omitempty"`  // median Hamming distance of those
	Mirror    bool     `json:"mirror,omitempty"`    // shown mirrored left to right
	Strength  Strength `json:"strength,omitempty"`  // of this stretch by itself
	Ambiguous bool     `json:"ambiguous,omitempty"` // static picture: the offset is not determined
}

// Area is how much of a picture a box holds; no box holds all of it.
func (b *Box) Area() float64 {
	if b == nil {
		return 1
	}
	return b[2] * b[3]
}

// Prints are an item's fingerprints as comparing wants them. Features are kept on a shelf and read when two items are to be
// held against each other; where only candidates are looked for they are absent, and Words stand for them.
type Prints struct {
	Item     Digest
	Kind     Kind
	Seq      int64            // order of becoming visible; 0 while in flight
	Pictures []PrintedPicture // of a photo, the published whole-picture hash first, then views
	Words    [][]FeatureWord  // of the local features of a photo, or of each of some frames of a video: ascending, each once
	Footage  []FrameHashes
	Features []LocalFeatures
	Sound    []AudioPrint
	Coded    []Digest // CodedDigest.Key of what the item shows, or of what is heard where it shows nothing: ascending, each once
}

// PrintedPicture is a hash of a photo or of a view of it.
type PrintedPicture struct {
	Bits    Hash256
	Quality int
	View    string // as in PictureHash; "" is the published PDQ of the whole picture
	Box     Box    // the zero Box with View ""
}

// PrintsOf gathers the fingerprints among measurements.
func PrintsOf(it Item, ms []Measurement) Prints {
	p := Prints{Item: it.Digest, Kind: it.Kind}
	for _, m := range ms {
		switch f := m.Fact.(type) {
		case PictureHash:
			if pic, ok := printed(f); ok {
				p.Pictures = append(p.Pictures, pic)
			}
		case FrameHashes:
			if len(f.Frames) > 0 {
				p.Footage = append(p.Footage, f)
			}
		case LocalFeatures:
			if len(f.Frames) > 0 {
				p.Features = append(p.Features, f)
			}
		case AudioPrint:
			if len(f.Words) > 0 {
				p.Sound = append(p.Sound, f)
			}
		}
	}
	p.Coded = codedOf(it.Kind, ms)
	p.Words = WordsOf(p.Features)
	return p
}

// printed reads a hash that matching uses.
func printed(f PictureHash) (PrintedPicture, bool) {
	if (f.Algorithm != "pdq" || f.View != "") && (f.Algorithm != "pdq0" || f.View == "" || f.Box == nil) {
		return PrintedPicture{}, false
	}
	h, err := ParseHash256(f.Bits)
	p := PrintedPicture{Bits: h, Quality: f.Quality, View: f.View}
	if f.Box != nil {
		p.Box = *f.Box
	}
	return p, err == nil
}

// Empty reports whether there is nothing to compare.
func (p Prints) Empty() bool {
	return len(p.Pictures) == 0 && len(p.Footage) == 0 && len(p.Features) == 0 && len(p.Words) == 0 && len(p.Sound) == 0 && len(p.Coded) == 0
}
