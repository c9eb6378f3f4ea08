package pipeline

import "math"

// Damage says how much of a stream or a photo could be read, where that is not all of it. Some of it or nothing may be the file's
// fault, some its header's: both what was read and what was stated stand here.
type Damage struct {
	Of        string    `json:"of"`                  // what is counted: "frames", "rows" of a photo, "packets" of sound, "samples" as a header places them
	Stream    int       `json:"stream"`              // index in the container; 0 for photos
	Read      int64     `json:"read"`                // so many of these
	Stated    int64     `json:"stated,omitempty"`    // by the header; 0 where it does not say
	Until     float64   `json:"until,omitempty"`     // seconds from the stream's start: the end of the last that was read
	Duration  float64   `json:"duration,omitempty"`  // seconds as stated
	Missing   int64     `json:"missing,omitempty"`   // bytes that the header places beyond the file's end
	Errors    int64     `json:"errors,omitempty"`    // pieces that do not decode
	Concealed int64     `json:"concealed,omitempty"` // frames that decode with errors, which the decoder hides
	Times     []float64 `json:"times,omitempty"`     // from and to of each stretch in which errors lie, in seconds
}

// Decoded is what decoding one stream came to. Times count from the stream's start.
type Decoded struct {
	Read, Stated      int64     // frames; rows of a photo
	Until, Duration   float64   // seconds
	Errors, Concealed int64     // packets that do not decode, frames with hidden errors
	Times             Stretches // of both
	Limited           bool      // a limit or nobody's interest ended it: what is missing says nothing of the file
}

// The slack of what a header states: encoders drop frames and round times, and an edit list leaves frames out.
const (
	slackFrames  = 2
	slackShare   = 20  // one in so many
	slackSeconds = 2.0 // sound and picture seldom end together
)

// Damage is the fact of what is not whole; ok is false where everything stated was read without an error.
func (d Decoded) Damage(of string, stream int) (f Damage, ok bool) {
	f = Damage{
		Of: of, Stream: stream, Read: d.Read, Stated: d.Stated, Until: thousandths(d.Until), Duration: thousandths(d.Duration),
		Errors: d.Errors, Concealed: d.Concealed, Times: d.Times.Seconds(),
	}
	short := d.Stated > 0 && d.Read < d.Stated-max(slackFrames, d.Stated/slackShare)
	early := d.Duration > 0 && d.Until > 0 && d.Until < d.Duration-slackSeconds
	return f, !d.Limited && (d.Errors > 0 || d.Concealed > 0 || short || early)
}

func thousandths(seconds float64) float64 {
	if math.IsNaN(seconds) || math.IsInf(seconds, 0) {
		return 0
	}
	return math.Round(seconds*1000) / 1000
}

// Stretches gathers points in time, those less than a second apart as one stretch; at most MaxStretches, of which the last takes the rest.
type Stretches struct{ ends []float64 }

// MaxStretches bounds the stretches of errors told of one stream.
const MaxStretches = 64

// Add adds a point in time, in seconds. NaN, where the time is not known, adds none.
func (s *Stretches) Add(at float64) {
	if math.IsNaN(at) || math.IsInf(at, 0) {
		return
	}
	n := len(s.ends)
	if n > 0 && at >= s.ends[n-2] && (at <= s.ends[n-1]+1 || n == 2*MaxStretches) {
		s.ends[n-1] = max(s.ends[n-1], at)
		return
	}
	if n < 2*MaxStretches {
		s.ends = append(s.ends, at, at)
	}
}

// Seconds are from and to of each.
func (s Stretches) Seconds() (out []float64) {
	for _, v := range s.ends {
		out = append(out, thousandths(v))
	}
	return out
}
