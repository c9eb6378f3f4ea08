package evaluate

import "dokaz/pipeline"

// Report is what an evaluation counted. Lists are in a fixed order.
type Report struct {
	Schema     string       `json:"schema"`
	Files      int          `json:"files"` // named by the manifest
	Pairs      int          `json:"pairs"` // rows of equal files, relation and transform count once
	Interval   string       `json:"interval"`
	Missing    []Unusable   `json:"missing"`   // files that could not be taken in; their pairs are not judged
	Troubled   []Unusable   `json:"troubled"`  // files on which an analyzer did not finish; their pairs are judged all the same
	Unjudged   int          `json:"unjudged"`  // pairs of missing files
	Positives  Group        `json:"positives"` // all pairs of which there is something to be found
	Relations  []Group      `json:"relations"`
	Transforms []Group      `json:"transforms"`
	Sources    []Group      `json:"sources"`
	Bases      []Basis      `json:"bases"`
	Negatives  []Negative   `json:"negatives"`
	Cross      []Cross      `json:"cross_source,omitempty"`
	Segments   []Segments   `json:"segments,omitempty"`
	Stills     []Stills     `json:"stills,omitempty"`
	Misses     []Miss       `json:"misses"`
	False      []FalseMatch `json:"false_matches"`
}

// empty is a report whose lists are there and empty, so that in JSON no list is null.
func empty() *Report {
	return &Report{Missing: []Unusable{}, Troubled: []Unusable{}, Relations: []Group{}, Transforms: []Group{}, Sources: []Group{},
		Bases: []Basis{}, Negatives: []Negative{}, Misses: []Miss{}, False: []FalseMatch{}}
}

// Unusable is a file and what is the matter with it.
type Unusable struct {
	File string `json:"file"`
	Why  string `json:"why"`
}

// Group counts the pairs of one relation, transform or source of which there is something to be found.
type Group struct {
	Name      string `json:"name"`
	Found     Rate   `json:"found"`     // by any match on a basis that answers the relation
	Confirmed Rate   `json:"confirmed"` // of strength confirmed
	PDQ       Rate   `json:"pdq"`       // of pairs of photos: PDQ of the whole pictures at most 31 apart
	PHash     Rate   `json:"phash"`     // of pairs of photos: goimagehash's pHash at most 10 apart
}

// Basis counts one basis: of pairs that expect it, and of matches that state it.
type Basis struct {
	Basis     pipeline.Basis `json:"basis"`
	Found     Rate           `json:"found"`     // recall: pairs that expect this basis, found on any that answers
	Confirmed Rate           `json:"confirmed"` // likewise, confirmed
	OnIt      Rate           `json:"on_it"`     // likewise, found on this very basis
	Precision Rate           `json:"precision"` // matches on this basis that are right, of those that are right or wrong
	Sure      Rate           `json:"confirmed_precision"`
	Unknown   int            `json:"unknown"` // matches of pairs of which the manifest says nothing
}

// Negative counts the pairs of one relation of which there is nothing to be found.
type Negative struct {
	Relation  Relation `json:"relation"`
	Pairs     int      `json:"pairs"`
	Confirmed int      `json:"confirmed"`
	Suggested int      `json:"suggested"`
	OtherShot int      `json:"other_shot"` // said to be the same scene, other shot, where that is true
	Upper     float64  `json:"confirmed_upper_95"`
}

// Cross counts the pairs of items of different sources.
type Cross struct {
	Kinds          string  `json:"kinds"` // "photo–photo", "photo–video", "video–video", … or "all"
	Pairs          int     `json:"pairs"`
	Confirmed      int     `json:"confirmed"`
	Suggested      int     `json:"suggested"`
	ConfirmedUpper float64 `json:"confirmed_upper_95"` // one-sided 95 % bound of the rate
	SuggestedUpper float64 `json:"suggested_upper_95"`
	PDQ            *int    `json:"pdq,omitempty"`   // pairs of photos whose PDQ lie at most 31 apart
	PHash          *int    `json:"phash,omitempty"` // … whose pHash at most 10
}

// Segments counts stretches of time. A stated stretch is right when it meets a true one with an intersection over union
// of at least 0.5 on both sides; each true one is met once.
type Segments struct {
	Name      string  `json:"name"` // a transform, "all footage", its parts by camera, or "sound"
	True      int     `json:"true"`
	Right     int     `json:"right"`
	Extra     int     `json:"extra"`     // stated and meeting nothing
	Ambiguous int     `json:"ambiguous"` // stated to be of undetermined offset: never extra, and no boundary of theirs is measured
	F1        float64 `json:"f1"`
	Median    float64 `json:"boundary_error_median"` // seconds, over the four ends of every right stretch
	P95       float64 `json:"boundary_error_p95"`
}

// Stills counts pictures out of videos.
type Stills struct {
	Name      string  `json:"name"`
	Found     Rate    `json:"found"`
	Confirmed Rate    `json:"confirmed"`
	Located   Rate    `json:"located"`   // the best stretch names the moment within 0.5 s
	Ambiguous int     `json:"ambiguous"` // of undetermined moment; located when the range holds the true one
	Median    float64 `json:"error_median"`
	P95       float64 `json:"error_p95"`
}

// Miss is a pair that was not found, or not where it is.
type Miss struct {
	A         string   `json:"a"`
	B         string   `json:"b"`
	Relation  Relation `json:"relation"`
	Transform string   `json:"transform"`
	Expected  string   `json:"expected"`
	Got       string   `json:"got"`
}

// FalseMatch is a match of a pair of which there is nothing to be found.
type FalseMatch struct {
	A     string         `json:"a"`
	B     string         `json:"b"`
	Truth string         `json:"truth"` // the relation, or "other source"
	Match pipeline.Match `json:"match"`
}
