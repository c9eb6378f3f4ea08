package pipeline

// Code is the stable name of a finding: "time.claim_differs". Its texts live in report/words.
type Code string

// Weight is one of four words. There is no overall score.
type Weight string

// The weights.
const (
	Note        Weight = "note"        // worth knowing, speaks neither way
	Supports    Weight = "supports"    // agrees with a claim
	Questions   Weight = "questions"   // needs a person's look; has common benign explanations
	Contradicts Weight = "contradicts" // two statements cannot both be true as they stand
)

// Cite points at what a finding rests on.
type Cite struct {
	Analyzer string `json:"analyzer,omitempty"` // of a measurement or an outcome
	Where    Where  `json:"where"`
	What     string `json:"what"`            // field or statement: "ExifIFD:DateTimeOriginal", "claim:claimed_time"
	Value    string `json:"value,omitempty"` // as stated; hostile text
}

// Finding is a rule's reading of what was measured. Every finding cites.
type Finding struct {
	Code   Code              `json:"code"`
	Weight Weight            `json:"weight"`
	Values map[string]string `json:"values,omitempty"` // fills the words' template; hostile text
	Cites  []Cite            `json:"cites"`
}

// Rule judges a dossier. Judge is pure: no bytes, no clock, no network; findings come in a stable order.
type Rule struct {
	Code  Code
	Judge func(Dossier) []Finding
}

// Dossier is everything known of an item when its report is made.
type Dossier struct {
	Item        Item        `json:"item"`
	Receipts    []Receipt   `json:"receipts"` // ordered by Key
	Examination Examination `json:"examination"`
	Neighbours  []Neighbour `json:"neighbours"` // nearest first, at most MaxNeighbours
	Cluster     *Cluster    `json:"cluster,omitempty"`
	Rates       []ErrorRate `json:"error_rates,omitempty"` // of the ways of matching, as measured
	Proofs      []ProofLink `json:"proofs,omitempty"`      // proofs among the case's items that name its bytes, then items that its own proofs name; each by digest, at most MaxProofLinks
}

// MaxNeighbours bounds the matches a report carries; the cluster tells the whole size.
const MaxNeighbours = 50

// Neighbour is a match seen from one item, with what a reader needs to recognise the other.
type Neighbour struct {
	Match     Match   `json:"match"`
	Other     Item    `json:"other"`
	Name      string  `json:"name"`                // the other's first receipt's name by Key
	Thumbnail *Digest `json:"thumbnail,omitempty"` // derivative of the other
	Blurred   *Digest `json:"blurred,omitempty"`   // derivative of the other

	Decision *PairDecision `json:"decision,omitempty"` // the last word of a person on the pair
	Facts    []Measurement `json:"-"`                  // what the other states of itself, for rules to set beside the item's own; bounded
}

// Degree says how many items a confirmed match of pictures joins to one.
type Degree struct {
	Item       Digest
	Neighbours int
}

// Cluster is the group an item belongs to. Membership needs a match with the representative, never a chain.
type Cluster struct {
	Representative Digest `json:"representative"`
	Size           int    `json:"size"` // items, this one included
}
