// Package evaluate holds what matching found against what is true, and counts.
//
// It knows a manifest of true relations, what counts as found, as right and as wrong, and how rates and their
// intervals are written. It must not know how matches come about, how files are read, or where a case lies.
package evaluate

import "dokaz/pipeline"

// Relation is what is true of two files.
type Relation string

// The relations of a manifest. Those from Unrelated on are negatives: there is nothing to be found.
const (
	ExactBytes    Relation = "exact-bytes"             // the same bytes
	SameEssence   Relation = "same-essence"            // the same coded picture or packets, other metadata or container
	NearDuplicate Relation = "near-duplicate"          // the same content after recompression, scaling, edits, borders
	NearDihedral  Relation = "near-duplicate-dihedral" // the same content mirrored or turned
	Partial       Relation = "partial"                 // one shows a part of the other, or the other within itself
	Crop          Relation = "crop"                    // another word for partial
	Clip          Relation = "clip"                    // the same footage for some of the time
	Longer        Relation = "same-content-longer"     // the same footage, one goes on for longer
	Still         Relation = "still"                   // one is a picture out of the other
	SameAudio     Relation = "same-audio"              // the same sound under other pictures
	SameScene     Relation = "same-scene"              // one place at other moments or from elsewhere: no copy
	SamePlace     Relation = "same-place-different-photo"
	Lookalike     Relation = "unrelated-lookalike"
	Unrelated     Relation = "unrelated"
)

// Relations lists them all, for the help of the verb.
func Relations() []Relation {
	return []Relation{ExactBytes, SameEssence, NearDuplicate, NearDihedral, Partial, Crop, Clip, Longer, Still, SameAudio, SameScene, SamePlace, Lookalike, Unrelated}
}

// known reports whether r is one of Relations.
func (r Relation) known() bool {
	for _, k := range Relations() {
		if k == r {
			return true
		}
	}
	return false
}

// Negative reports whether a match of such a pair is a false one.
func (r Relation) Negative() bool {
	return r == Unrelated || r == Lookalike || r.otherShot()
}

// otherShot reports whether a match that says "the same scene, other shot" is right.
func (r Relation) otherShot() bool { return r == SameScene || r == SamePlace }

// bases are the bases that answer the relation between items of such kinds. The first is the one expected.
func (r Relation) bases(a, b pipeline.Kind) []pipeline.Basis {
	still := a != b && (a == pipeline.Photo || b == pipeline.Photo)
	switch {
	case r == ExactBytes:
		return []pipeline.Basis{pipeline.SameBytes}
	case r == SameAudio, a == pipeline.Audio, b == pipeline.Audio:
		return []pipeline.Basis{pipeline.SharedAudio, pipeline.SameMedia, pipeline.SameBytes}
	case r == Still, still:
		return []pipeline.Basis{pipeline.PictureInVideo}
	case a == pipeline.Video || b == pipeline.Video:
		return []pipeline.Basis{pipeline.SharedFootage, pipeline.SameMedia, pipeline.SameBytes}
	case r == Partial, r == Crop:
		return []pipeline.Basis{pipeline.PartialPicture, pipeline.NearPicture, pipeline.SameMedia, pipeline.SameBytes}
	case r == SameEssence:
		return []pipeline.Basis{pipeline.SameMedia, pipeline.NearPicture, pipeline.PartialPicture, pipeline.SameBytes}
	}
	return []pipeline.Basis{pipeline.NearPicture, pipeline.PartialPicture, pipeline.SameMedia, pipeline.SameBytes}
}
