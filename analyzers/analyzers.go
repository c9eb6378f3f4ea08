// Package analyzers lists those who measure. It knows their names and nothing of what they do; nobody
// registers himself: an analyzer exists because it has a line here.
package analyzers

import (
	"errors"

	"dokaz/analyzers/archive"
	"dokaz/analyzers/c2pa"
	"dokaz/analyzers/container"
	"dokaz/analyzers/damage"
	"dokaz/analyzers/exif"
	"dokaz/analyzers/features"
	"dokaz/analyzers/format"
	"dokaz/analyzers/framehash"
	"dokaz/analyzers/media"
	"dokaz/analyzers/pixelhash"
	"dokaz/analyzers/proof"
	"dokaz/analyzers/readers"
	"dokaz/analyzers/sound"
	"dokaz/analyzers/structure"
	"dokaz/analyzers/thumbnail"
	"dokaz/pipeline"
)

// Settings are what analyzers are told by configuration and by what this machine has: everything in them stands in an analyzer's
// parameters. They travel to the child as JSON.
type Settings struct {
	ExifTool readers.ExifTool `json:"exiftool"`
	Trust    []byte           `json:"trust,omitempty"` // the text of a trust list for Content Credentials; empty is the one that ships
	Keys     []byte           `json:"keys,omitempty"`  // the text of a list of known OpenPGP keys; empty knows nobody

	// Sidecars are what was given with the one item examined: no parameter, since its receipts name them.
	Sidecars []proof.Sidecar `json:"sidecars,omitempty"`

	// Quick has a film shown at its keyframes alone. What comes of it is never kept, so it is no parameter.
	Quick bool `json:"quick,omitempty"`
}

// Projector shows items as the settings have it.
func (s Settings) Projector(l pipeline.Limits) *media.Projector {
	return media.NewWith(media.Limits{Limits: l, Keys: s.Quick})
}

// Check says what is wrong with the settings.
func (s Settings) Check() error {
	_, err := s.trust()
	_, bad := proof.ReadKnown(s.Keys)
	return errors.Join(err, bad)
}

// Proving names the analyzer that wants to be told of the sidecars.
func (s Settings) Proving() pipeline.Ref { return s.proving(pipeline.Limits{}).Spec().Ref() }

func (s Settings) proving(l pipeline.Limits) proof.Analyzer {
	known, err := proof.ReadKnown(s.Keys)
	if err != nil { // checked; a list with a fault knows nobody
		known = proof.Known{}
	}
	return proof.Within(l, known, s.Sidecars)
}

// Reading names the analyzer that wants to know what ExifTool says.
func (s Settings) Reading() pipeline.Ref {
	return hear(pipeline.Limits{}).reading(s.ExifTool).Spec().Ref()
}

func (s Settings) trust() (c2pa.Trust, error) {
	if len(s.Trust) == 0 {
		return c2pa.Shipped(), nil
	}
	return c2pa.ReadTrust(s.Trust)
}

// heard are the analyzers whose fields readers compares: it takes them as they were said, in the process that says them.
type heard struct{ structure, exif, container *readers.Ear }

func hear(l pipeline.Limits) heard {
	return heard{
		structure: readers.Listen(structure.Within(l), "structure", structure.Fields(l)),
		exif:      readers.Listen(exif.Within(l), "dokaz", exif.Fields(l)),
		container: readers.Listen(container.Within(l), "libav", container.Fields(l)),
	}
}

func (h heard) reading(e readers.ExifTool) readers.Analyzer {
	return readers.New(e, h.container, h.exif, h.structure)
}

// All returns every analyzer, in the order in which reports list them, each within the limits on files, as they are without settings.
func All(l pipeline.Limits) []pipeline.Analyzer { return With(l, Untold()) }

// Untold are no settings.
func Untold() Settings { return Settings{ExifTool: readers.ExifTool{Absent: "not asked"}} }

// With is All with settings that Check holds for.
func With(l pipeline.Limits, s Settings) []pipeline.Analyzer {
	trust, _ := s.trust() // checked; what was read of a list before a fault trusts nobody else
	h := hear(l)
	return []pipeline.Analyzer{
		format.New(),
		h.structure,
		h.exif,
		c2pa.Within(trust, l),
		h.container,
		h.reading(s.ExifTool),
		pixelhash.Within(l),
		framehash.Within(l),
		features.Within(l),
		sound.Within(l),
		damage.Within(l),
		thumbnail.Within(l),
		archive.Within(l, nil),
		s.proving(l),
	}
}

// OnDemand returns those who are asked one by one when a person wants to see something, and never by an examination, with the
// projector that shows them what they need.
func OnDemand(l pipeline.Limits) ([]pipeline.Analyzer, *media.Projector) {
	return []pipeline.Analyzer{thumbnail.NewPreview(l)}, thumbnail.Projector(l)
}
