package compare

import (
	"slices"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/sound"
)

// Pair returns the matches between two items, strongest basis first, at most one of each basis; none where the two are no
// candidates for each other. It is symmetric and depends on nothing but its arguments.
func Pair(a, b pipeline.Prints, set Settings) []pipeline.Match {
	if a.Item == b.Item || !set.ask(a).meets(b) {
		return nil
	}
	return judge(a, b, set)
}

// judge holds two candidates against each other by every method.
func judge(a, b pipeline.Prints, set Settings) []pipeline.Match {
	if b.Item.Compare(a.Item) < 0 {
		a, b = b, a
	}
	footage, heard := set.footage(a, b), set.sound(a, b)
	for i := range footage {
		footage[i].WithSound = slices.ContainsFunc(heard, func(m pipeline.Match) bool { return sound.Agrees(footage[i], m) })
	}
	return slices.Concat(coded(a, b), set.pictures(a, b), set.stills(a, b), footage, heard)
}
