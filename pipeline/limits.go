package pipeline

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Limits bound what one file may make an examination do. Where a header says that a limit will be passed, nothing is decoded; where
// only reading shows it, what came before stays said. A field that is not positive stands for its default.
type Limits struct {
	Pixels   int64         `koanf:"pixels" json:"pixels"`     // of one picture, one frame, or one HEIF canvas; its tiles together twice that
	Frames   int64         `koanf:"frames" json:"frames"`     // decoded of one film, or blocks of pictures of one animation
	Animated int64         `koanf:"animated" json:"animated"` // pixels of all frames of one animation together, by their headers
	Shown    int64         `koanf:"shown" json:"shown"`       // sampled frames of one film that are measured
	Film     time.Duration `koanf:"film" json:"film"`         // of a film that is measured, from its start
	Sound    time.Duration `koanf:"sound" json:"sound"`       // of a sound that is measured, from its start
	Streams  int64         `koanf:"streams" json:"streams"`   // in one container
	Samples  int64         `koanf:"samples" json:"samples"`   // coded pieces of all streams: stated in tables, and read
	Nesting  int64         `koanf:"nesting" json:"nesting"`   // boxes within boxes: ISO base media, EBML, JUMBF
	Inflated int64         `koanf:"inflated" json:"inflated"` // bytes of one compressed text, profile or header
	Archive  ArchiveLimits `koanf:"archive" json:"archive"`
}

// ArchiveLimits bound what one archive may unfold to.
type ArchiveLimits struct {
	Members int64 `koanf:"members" json:"members"` // entries of any kind
	Bytes   int64 `koanf:"bytes" json:"bytes"`     // of all members together
	Ratio   int64 `koanf:"ratio" json:"ratio"`     // bytes of the members for each byte of the archive; the first Slack bytes are free
	Slack   int64 `koanf:"slack" json:"slack"`     // bytes
	Depth   int64 `koanf:"depth" json:"depth"`     // archives within one another
	Window  int64 `koanf:"window" json:"window"`   // bytes that a decompressor may be made to hold: its dictionary
}

// DefaultLimits hold the largest photographs that cameras make, a day of a phone's filming, and a phone's whole camera roll as an
// archive, and stop a bomb at a hundred times its size.
func DefaultLimits() Limits {
	return Limits{
		Pixels: 1 << 28, Frames: 5_000_000, Animated: 1 << 34, Shown: 40_000, Film: 6 * time.Hour, Sound: 2 * time.Hour, Streams: 64, Samples: 20_000_000,
		Nesting: 16, Inflated: 1 << 20,
		Archive: ArchiveLimits{Members: 100_000, Bytes: 64 << 30, Ratio: 100, Slack: 64 << 20, Depth: 3, Window: 128 << 20},
	}
}

// OrDefaults puts the default in the place of each field that is not positive.
func (l Limits) OrDefaults() Limits {
	d := DefaultLimits()
	for _, f := range []struct {
		set    *int64
		normal int64
	}{
		{&l.Pixels, d.Pixels}, {&l.Frames, d.Frames}, {&l.Animated, d.Animated}, {&l.Shown, d.Shown}, {&l.Streams, d.Streams}, {&l.Samples, d.Samples},
		{&l.Nesting, d.Nesting}, {&l.Inflated, d.Inflated}, {&l.Archive.Members, d.Archive.Members}, {&l.Archive.Bytes, d.Archive.Bytes},
		{&l.Archive.Ratio, d.Archive.Ratio}, {&l.Archive.Slack, d.Archive.Slack}, {&l.Archive.Depth, d.Archive.Depth}, {&l.Archive.Window, d.Archive.Window},
		{(*int64)(&l.Film), int64(d.Film)}, {(*int64)(&l.Sound), int64(d.Sound)},
	} {
		if *f.set <= 0 {
			*f.set = f.normal
		}
	}
	return l
}

// Ref is how reports tell of the limits: as a method that took part, with all values as its parameters.
func (l Limits) Ref() Ref { return Ref{"limits", 1, l.OrDefaults().String()} }

// String lists all limits by the names they have among the settings.
func (l Limits) String() string {
	parts := []string{}
	for _, p := range []struct {
		name  string
		value int64
	}{
		{"pixels", l.Pixels}, {"frames", l.Frames}, {"animated pixels", l.Animated}, {"frames shown", l.Shown}, {"film seconds", int64(l.Film / time.Second)},
		{"sound seconds", int64(l.Sound / time.Second)}, {"streams", l.Streams}, {"samples", l.Samples}, {"nesting", l.Nesting},
		{"inflated bytes", l.Inflated}, {"archive members", l.Archive.Members}, {"archive bytes", l.Archive.Bytes},
		{"archive ratio", l.Archive.Ratio}, {"archive slack", l.Archive.Slack}, {"archive depth", l.Archive.Depth},
		{"archive window", l.Archive.Window},
	} {
		parts = append(parts, p.name+" "+Grouped(p.value))
	}
	return strings.Join(parts, ", ")
}

// Over is the refusal of a value that passes a limit, wrapping ErrRefused: "refused: frames 20,001 over 20,000".
func Over(what string, value, limit int64) error {
	return fmt.Errorf("%w: %s %s over %s", ErrRefused, what, Grouped(value), Grouped(limit))
}

// Grouped writes n with a comma before each three digits.
func Grouped(n int64) string {
	s, start := strconv.FormatInt(n, 10), 0
	if n < 0 {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
