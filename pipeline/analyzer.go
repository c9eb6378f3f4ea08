package pipeline

import (
	"context"
	"image"
	"time"
)

// Spec declares an analyzer.
type Spec struct {
	Name       string     // directory name under analyzers/
	Version    int        // bumped whenever output can change
	Parameters string     // everything configurable that output depends on, in words: "2 frames/s + keyframes"; also the decoder build
	Kinds      []Kind     // items it examines; others get the outcome skipped
	Yields     []FactKind // facts it can state
}

// Ref identifies how something was measured: equal bytes and equal Ref give equal measurements.
// (item, Ref) is the memo key of resume, retry and upgrade.
type Ref struct {
	Analyzer   string `json:"analyzer"`
	Version    int    `json:"version"`
	Parameters string `json:"parameters,omitempty"`
}

// Ref returns the memo key of the analyzer declared by s.
func (s Spec) Ref() Ref { return Ref{s.Name, s.Version, s.Parameters} }

// Analyzer measures and never judges. It is also a Reader or a Watcher.
type Analyzer interface{ Spec() Spec }

// Reader is an analyzer of bytes.
type Reader interface {
	Analyzer
	// Read measures o and says what it finds as it finds it. What was said before an error stays said.
	// ErrRefused and ErrUnsupported in the returned error's chain become the outcomes refused and skipped.
	// It must bound memory, depth and time itself and never modify o.
	Read(ctx context.Context, it Item, o Original, say Say) error
}

// Watcher is an analyzer of pictures in time; a photo is a stream of one frame. The stream is decoded once
// for all who watch.
type Watcher interface {
	Analyzer
	// Watch begins on one stream. The Watch returned is called from one goroutine.
	Watch(it Item, s Footage, say Say) (Watch, error)
}

// Watch is one watcher at work on one stream.
type Watch interface {
	// Frame sees one frame. The frame's picture is valid only during the call.
	Frame(ctx context.Context, f Frame) error
	// End says what can only be said at the end. It is called once, also after a decoding error.
	End(ctx context.Context) error
}

// Footage describes what a watcher is about to see.
type Footage struct {
	Decoder string // which decoder gives the pixels, with version
	Stream  int    // index in the container; 0 for photos
	Still   bool   // one frame: a photo

	Decoded *Decoded // what decoding came to: whole once the stream has ended, nil where nobody counts
}

// Frame is one decoded picture.
type Frame struct {
	Picture image.Image   // upright: Exif orientation or display matrix applied; *image.YCbCr is full range
	Full    image.Point   // true width and height of the upright picture where Picture is a reduction of it; else zero
	Time    time.Duration // presentation time from the stream's start; 0 for photos
	Index   int           // count of frames shown before this one
	Key     bool          // coded as a keyframe
	Between bool          // shown beside the even sampling, since the picture moves fast: not of those that stand for the film
	Sketch  *Sketch       // of a film, where it could be had, as coded: not turned upright
}

// Size is the true width and height of the upright picture, of which Picture may be a reduction.
func (f Frame) Size() image.Point {
	if f.Full != (image.Point{}) {
		return f.Full
	}
	return f.Picture.Bounds().Size()
}

// Say takes a fact and its place. Facts are kept in the order in which they are said.
type Say func(w Where, f Fact)

// Where is the place of a statement in the file.
type Where struct {
	Path   string   `json:"path,omitempty"`   // structure: "APP1/IFD0", "moov/udta"
	Offset *int64   `json:"offset,omitempty"` // bytes from the start of the file
	Length int64    `json:"length,omitempty"` // bytes
	Time   *float64 `json:"time,omitempty"`   // seconds in the stream
}

// At is the place of length bytes at offset.
func At(offset, length int64) Where { return Where{Offset: &offset, Length: length} }

// In is the place named by a structural path.
func In(path string) Where { return Where{Path: path} }

// Measurement is one fact, where it stands and how it was measured.
type Measurement struct {
	By    Ref
	Where Where
	Fact  Fact
}

// Status is the end of one analyzer's work on one item.
type Status string

// The statuses.
const (
	Done    Status = "done"
	Partial Status = "partial" // said something, then stopped: Reason says at what
	Failed  Status = "failed"  // could not read it, or its process died
	Refused Status = "refused" // a limit or policy forbade it
	Skipped Status = "skipped" // not for this kind of item, or no means in this build
)

// Outcome exists for every analyzer on every item.
type Outcome struct {
	By     Ref           `json:"by"`
	Status Status        `json:"status"`
	Reason string        `json:"reason,omitempty"` // hostile text may be quoted in it
	Took   time.Duration `json:"-"`                // never part of a report's core
}

// Examination is everything the analyzers said of one item.
type Examination struct {
	Outcomes     []Outcome     `json:"outcomes"`     // in the order of the analyzers' list
	Measurements []Measurement `json:"measurements"` // in the order said, analyzer by analyzer
}
