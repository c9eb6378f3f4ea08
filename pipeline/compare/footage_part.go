package compare

import (
	"cmp"
	"math"
	"slices"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/geometry"
	"dokaz/pipeline/compare/timeline"
)

const (
	maxThinned   = 160  // featured frames of one film that are held against another's
	maxPaired    = 24   // pairs of them looked at
	perFrame     = 2    // of one frame
	leastCommon  = 2    // words that two frames looked at have in common
	leastSights  = 6    // inliers of a pair of frames that tells a map
	leastInAll   = 12   // inliers of all pairs that tell one map
	maxMaps      = 3    // maps tried
	nearlyAll    = 0.97 // share of width and height from which on a film shows all of its picture
	leastPart    = 0.2  // share of width and height below which a part is too small to be compared
	sameBox      = 0.03 // share of width and height within which two boxes are one
	leastTexture = 6.0  // standard deviation of the luma of a part that is not flat
)

// inPart finds the stretches over which one film shows a part of the other's picture, or under something laid over a part of
// it: features of frames say how the one lies in the other, and the frames, cut to what both have in common, are aligned as whole
// ones are. found is what aligning them whole gave.
func (s Settings) inPart(a, b pipeline.Prints, found timeline.Finding) timeline.Finding {
	maps := s.maps(a, b)
	for _, parts := range []func(told) []pipeline.Box{told.seen, told.halves} {
		for _, m := range maps {
			for _, part := range parts(m) {
				if f, ok := s.aligned(a, b, m.fit, part); ok && better(f, found) {
					found = f
				}
				if found.Strength == pipeline.Confirmed {
					return found
				}
			}
		}
		if len(found.Segments) > 0 {
			break
		}
	}
	return found
}

// aligned aligns what a box of A and the box of B that a fit carries it to show; ok is false where they are too small, or no part.
func (s Settings) aligned(a, b pipeline.Prints, fit geometry.Fit, part pipeline.Box) (timeline.Finding, bool) {
	onto, ok := fit.Onto(part)
	if !ok || min(part[2], part[3], onto[2], onto[3]) < leastPart || all(part) && all(onto) {
		return timeline.Finding{}, false
	}
	f := s.Footage.Align(cut(a, part), cut(b, onto))
	f.Transform.Crop, f.Transform.Within = unlessAll(fit.InA), unlessAll(fit.InB)
	return f, true
}

// unlessAll is the box, or nil where it is about the whole picture.
func unlessAll(b pipeline.Box) *pipeline.Box {
	if all(b) {
		return nil
	}
	return &b
}

// seen are the boxes of A that are tried first: all that is seen in B, and that about the features which tell the map, so that a
// caption does not count.
func (t told) seen() []pipeline.Box { return []pipeline.Box{t.fit.InA, t.about} }

// halves are those tried then, since something may be laid over the others.
func (t told) halves() []pipeline.Box {
	in := t.fit.InA
	half := func(x, y, w, h float64) pipeline.Box {
		return pipeline.Box{in[0] + float64(x*in[2]), in[1] + float64(y*in[3]), float64(w * in[2]), float64(h * in[3])}
	}
	const part, rest = 0.55, 0.45
	return []pipeline.Box{half(0, 0, 1, part), half(0, rest, 1, part), half(0, 0, part, 1), half(rest, 0, part, 1)}
}

// better orders findings by strength, then by aligned frames.
func better(f, than timeline.Finding) bool {
	if len(f.Segments) == 0 || len(than.Segments) == 0 {
		return len(f.Segments) > len(than.Segments)
	}
	if f.Strength != than.Strength {
		return f.Strength == pipeline.Confirmed
	}
	return f.Frames > than.Frames
}

func all(b pipeline.Box) bool { return b[2] >= nearlyAll && b[3] >= nearlyAll }

// cut is a film's footage within a box: as it was hashed, where it was hashed so, else hashed from the miniatures of its frames.
func cut(p pipeline.Prints, box pipeline.Box) (out []pipeline.FrameHashes) {
	if all(box) {
		return p.Footage
	}
	for _, f := range p.Footage {
		if f.Box != nil && alike(*f.Box, box) {
			f.View, f.Box = "", nil
			out = append(out, f)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, l := range p.Features {
		if l.Algorithm != pipeline.Plain {
			continue
		}
		f := pipeline.FrameHashes{Algorithm: "pdq", Decoder: l.Decoder, Stream: l.Stream, Cut: l.Cut}
		for _, fr := range l.Frames {
			if h, deviation, ok := geometry.Hash(fr.Miniature, box); ok && deviation >= leastTexture {
				f.Frames = append(f.Frames, pipeline.HashedFrame{Time: fr.Time, Bits: h, Quality: 100})
			}
		}
		out = append(out, f)
	}
	return out
}

func alike(p, q pipeline.Box) bool {
	return max(math.Abs(p[0]-q[0]), math.Abs(p[1]-q[1]), math.Abs(p[0]+p[2]-q[0]-q[2]), math.Abs(p[1]+p[3]-q[1]-q[3])) <= sameBox
}

// told is a map with the inliers of all pairs of frames that tell it, and the box in A about those.
type told struct {
	fit   geometry.Fit
	sum   int
	about pipeline.Box
}

// maps finds how the pictures of one film may lie in those of another, what most features tell first.
func (s Settings) maps(a, b pipeline.Prints) (out []told) {
	var found []told
	for _, fa := range a.Features {
		for _, fb := range b.Features {
			if fa.Algorithm != fb.Algorithm || fa.Algorithm == pipeline.Plain {
				continue
			}
			for _, p := range resembling(fa, fb) {
				picture := geometry.PictureOf(fa, p.a)
				fit, ok := geometry.Register(picture, geometry.PictureOf(fb, p.b))
				if ok && fit.Rotate == 0 && len(fit.Pairs) >= leastSights {
					found = note(found, told{fit, len(fit.Pairs), fit.About(picture)})
				}
			}
		}
	}
	slices.SortStableFunc(found, func(p, q told) int { return cmp.Compare(q.sum, p.sum) })
	for _, t := range found[:min(len(found), maxMaps)] {
		if t.sum >= leastInAll {
			out = append(out, t)
		}
	}
	return out
}

// note adds a map to those found. Of one map the fit with the most inliers stands for all.
func note(found []told, t told) []told {
	for i := range found {
		if o := &found[i]; o.fit.Along(t.fit) {
			o.sum += t.sum
			o.about = around(o.about, t.about)
			if len(t.fit.Pairs) > len(o.fit.Pairs) {
				o.fit = t.fit
			}
			return found
		}
	}
	return append(found, t)
}

// around is the box about two.
func around(p, q pipeline.Box) pipeline.Box {
	x, y := min(p[0], q[0]), min(p[1], q[1])
	return pipeline.Box{x, y, max(p[0]+p[2], q[0]+q[2]) - x, max(p[1]+p[3], q[1]+q[3]) - y}
}

// twoFrames is a featured frame of either film.
type twoFrames struct {
	a, b   pipeline.FeaturedFrame
	common int // words
}

// resembling returns the pairs of featured frames with the most words in common, plain or mirrored.
func resembling(fa, fb pipeline.LocalFeatures) (out []twoFrames) {
	as, bs := worded(fa.Frames), worded(fb.Frames)
	for _, p := range as {
		turned := mirrored(p.words)
		var of []twoFrames
		for _, q := range bs {
			if n := max(inCommon(p.words, q.words), inCommon(turned, q.words)); n >= leastCommon {
				of = append(of, twoFrames{p.frame, q.frame, n})
			}
		}
		slices.SortStableFunc(of, byCommon)
		out = append(out, of[:min(len(of), perFrame)]...)
	}
	slices.SortStableFunc(out, byCommon)
	return out[:min(len(out), maxPaired)]
}

func byCommon(p, q twoFrames) int { return cmp.Compare(q.common, p.common) }

// wordedFrame is a featured frame with its words, ascending.
type wordedFrame struct {
	frame pipeline.FeaturedFrame
	words []pipeline.FeatureWord
}

// worded are the words of frames, of too many those of some evenly spread.
func worded(frames []pipeline.FeaturedFrame) (out []wordedFrame) {
	every := (len(frames) + maxThinned - 1) / maxThinned
	for i := 0; i < len(frames); i += every {
		for _, w := range pipeline.WordsOf([]pipeline.LocalFeatures{{Frames: frames[i : i+1]}}) {
			out = append(out, wordedFrame{frames[i], w})
		}
	}
	return out
}
