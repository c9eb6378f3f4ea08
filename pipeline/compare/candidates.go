package compare

import (
	"errors"
	"slices"

	"dokaz/pipeline"
)

// Two items are candidates for each other when something of one lies near something of the other: that is a relation
// between the two, the same from either side, and never depends on a third. Whoever is no candidate is no match.
// Of hashes that turn and mirror with the picture, only one side is turned: Hash256.Turned keeps distances.

// findable is the part of an item's prints by which it may be found: the flat and the blurred resemble everything.
func (s Settings) findable(p pipeline.Prints) pipeline.Prints {
	out := pipeline.Prints{Item: p.Item, Kind: p.Kind, Seq: p.Seq, Words: p.Words, Sound: p.Sound, Coded: p.Coded}
	for _, pic := range p.Pictures {
		if pic.Quality >= s.Quality || pic.View == "" && pic.Quality >= s.Footage.Quality {
			out.Pictures = append(out.Pictures, pic)
		}
	}
	for _, f := range p.Footage {
		if f.Algorithm != "pdq" {
			continue
		}
		frames := f.Frames
		f.Frames = nil
		for _, fr := range frames {
			if fr.Quality >= s.Footage.Quality {
				f.Frames = append(f.Frames, fr)
			}
		}
		out.Footage = append(out.Footage, f)
	}
	return out
}

// question is what an item asks others for.
type question struct {
	set     Settings
	wholes  []pipeline.Hash256       // of a photo: near the published hash of another
	views   []pipeline.Hash256       // of a photo, in all forms: near a view of another
	frames  []pipeline.Hash256       // of a video, as they are and mirrored: near a frame of another
	stillOf []pipeline.Hash256       // of a photo and its views, in all forms: near a frame of a video
	stills  []pipeline.Hash256       // of a video's frames, in all forms: near a photo or a view of it
	words   [][]pipeline.FeatureWord // of each picture, as it is and mirrored
	sound   [][]uint32               // keys of each stream
	coded   []pipeline.Digest
}

// ask puts the question of an item.
func (s Settings) ask(p pipeline.Prints) question {
	q := question{set: s, coded: p.Coded}
	for _, w := range p.Words {
		q.words = append(q.words, w, mirrored(w))
	}
	p = s.findable(p)
	for _, pic := range p.Pictures {
		forms := inForms(pic.Bits, pipeline.Dihedrals[:])
		q.stillOf = append(q.stillOf, forms...)
		if pic.View == "" {
			q.wholes = append(q.wholes, pic.Bits)
		} else {
			q.views = append(q.views, forms...)
		}
	}
	for _, f := range p.Footage {
		for _, fr := range f.Frames {
			q.frames = append(q.frames, inForms(fr.Bits, []pipeline.Dihedral{pipeline.AsItIs, pipeline.Mirrored})...)
			q.stills = append(q.stills, inForms(fr.Bits, pipeline.Dihedrals[:])...)
		}
	}
	for _, a := range p.Sound {
		q.sound = append(q.sound, pipeline.SoundKeys(a))
	}
	return q
}

func inForms(h pipeline.Hash256, forms []pipeline.Dihedral) []pipeline.Hash256 {
	out := make([]pipeline.Hash256, len(forms))
	for i, f := range forms {
		out[i] = h.Turned(f)
	}
	return out
}

// mirrored gives the words of the mirrored picture, ascending.
func mirrored(words []pipeline.FeatureWord) []pipeline.FeatureWord {
	out := make([]pipeline.FeatureWord, len(words))
	for i, w := range words {
		out[i] = w.Mirrored()
	}
	slices.Sort(out)
	return out
}

// of puts the question to an index.
func (q question) of(x Index) ([]pipeline.Digest, error) {
	var all []pipeline.Digest
	var errs []error
	note := func(found []pipeline.Digest, err error) { all, errs = append(all, found...), append(errs, err) }
	note(x.NearPictures(q.wholes, q.set.Suggested))
	note(x.NearPictures(q.stills, q.set.Still))
	note(x.NearViews(q.views, q.set.Pictures.View))
	note(x.NearViews(q.stills, q.set.Still))
	note(x.NearFrames(q.frames, q.set.Frame))
	note(x.NearFrames(q.stillOf, q.set.Still))
	for _, w := range q.words {
		note(x.SharingWords(w, q.set.Pictures.Words))
	}
	for _, k := range q.sound {
		note(x.SharingSound(k, pipeline.SoundCommon))
	}
	note(x.SharingCoded(codedWords(q.coded)))
	slices.SortFunc(all, pipeline.Digest.Compare)
	return slices.Compact(all), errors.Join(errs...)
}

// meets answers the question from one item's prints, as an index that holds it would.
func (q question) meets(p pipeline.Prints) bool {
	for _, own := range q.words {
		for _, other := range p.Words {
			if inCommon(own, other) >= q.set.Pictures.Words {
				return true
			}
		}
	}
	for _, k := range p.Coded {
		if slices.Contains(codedWords(q.coded), pipeline.CodedWord(k)) {
			return true
		}
	}
	p = q.set.findable(p)
	for _, pic := range p.Pictures {
		if pic.View != "" {
			if anyNear(q.views, pic.Bits, q.set.Pictures.View) || anyNear(q.stills, pic.Bits, q.set.Still) {
				return true
			}
			continue
		}
		if anyNear(q.wholes, pic.Bits, q.set.Suggested) || anyNear(q.stills, pic.Bits, q.set.Still) {
			return true
		}
	}
	for _, f := range p.Footage {
		for _, fr := range f.Frames {
			if anyNear(q.frames, fr.Bits, q.set.Frame) || anyNear(q.stillOf, fr.Bits, q.set.Still) {
				return true
			}
		}
	}
	for _, own := range q.sound {
		for _, a := range p.Sound {
			if inCommon(own, pipeline.SoundKeys(a)) >= pipeline.SoundCommon {
				return true
			}
		}
	}
	return false
}

func anyNear(queries []pipeline.Hash256, h pipeline.Hash256, radius int) bool {
	for _, q := range queries {
		if q.Distance(h) <= radius {
			return true
		}
	}
	return false
}

// inCommon counts what two ascending lists without repetition have in common.
func inCommon[T pipeline.FeatureWord | uint32](a, b []T) (n int) {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case b[0] < a[0]:
			b = b[1:]
		default:
			n++
			a, b = a[1:], b[1:]
		}
	}
	return n
}
