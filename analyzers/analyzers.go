// Package analyzers lists those who measure. It knows their names and nothing of what they do; nobody
// registers himself: an analyzer exists because it has a line here.
package analyzers

import (
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
	"dokaz/analyzers/sound"
	"dokaz/analyzers/structure"
	"dokaz/analyzers/thumbnail"
	"dokaz/pipeline"
)

// All returns every analyzer, in the order in which reports list them, each within the limits on files.
func All(l pipeline.Limits) []pipeline.Analyzer {
	return []pipeline.Analyzer{
		format.New(),
		structure.Within(l),
		exif.Within(l),
		c2pa.Within(c2pa.Shipped(), l),
		container.Within(l),
		pixelhash.Within(l),
		framehash.Within(l),
		features.Within(l),
		sound.Within(l),
		damage.Within(l),
		thumbnail.Within(l),
		archive.Within(l, nil),
	}
}

// OnDemand returns those who are asked one by one when a person wants to see something, and never by an examination, with the
// projector that shows them what they need.
func OnDemand(l pipeline.Limits) ([]pipeline.Analyzer, *media.Projector) {
	return []pipeline.Analyzer{thumbnail.NewPreview(l)}, thumbnail.Projector(l)
}
