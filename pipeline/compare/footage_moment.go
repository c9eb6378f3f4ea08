package compare

import (
	"cmp"
	"slices"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/geometry"
)

const (
	indistinct = 1.05   // times the least unlikeness that says as much,
	noise      = 0.0001 // and how much more: rounding of miniatures
	tellable   = 0.2    // unlikeness from which on the luma tells no moment
	maxStated  = 8      // stretches stated
	longMoment = 1.0    // seconds: a stretch no longer is one moment
)

// toldByLuma states when a picture was taken, where hashes of whole frames do not tell it: where the luma of the film's miniatures is
// nearest to the picture's. That confirms nothing. Of a scene that stands the moment stays ambiguous, and what says as much follows
// the best; what was confirmed of a part stays so where the luma means the same moment.
func toldByLuma(m pipeline.Match, v seenStill, a, b pipeline.Prints) pipeline.Match {
	picture := miniatureOf(a)
	ambiguous := slices.ContainsFunc(m.Segments, func(g pipeline.Segment) bool { return g.Ambiguous })
	part := m.Transform.Within != nil && v.picture.Miniature != nil
	if picture == nil || !ambiguous && !part {
		return m
	}
	least, told := tellable, m
	for _, l := range b.Features {
		if l.Algorithm != pipeline.Plain {
			continue
		}
		unlike := v.unlike(picture, mapOf(m.Transform), l.Frames)
		if best := slices.Min(unlike); best < least {
			least = best
			told.Segments = moments(l.Frames, unlike, m.Distance)
		}
	}
	sure := m.Strength == pipeline.Confirmed
	switch first := told.Segments[0]; {
	case least == tellable:
	case meetWithin(m.Segments, first, longMoment/2) && (sure && !ambiguous || (sure || !ambiguous) && len(told.Segments) == 1):
		first.Strength, first.Ambiguous = m.Strength, false
		told.Segments = []pipeline.Segment{first}
	default:
		told.Strength = pipeline.Suggested
	}
	return told
}

// meetWithin reports whether a stretch lies within so many seconds of one of some stretches.
func meetWithin(all []pipeline.Segment, g pipeline.Segment, by float64) bool {
	return slices.ContainsFunc(all, func(h pipeline.Segment) bool { return g.BStart-by <= h.BEnd && h.BStart-by <= g.BEnd })
}

// unlike says of frames how unlike the picture they are (geometry.Unlike): by a map, and beside the moments at which it was seen less
// well by those of its own.
func (v seenStill) unlike(picture *pipeline.Miniature, m geometry.Map, frames []pipeline.FeaturedFrame) []float64 {
	out := geometry.Unlike(picture, m, frames, true)
	for _, g := range v.also {
		from, to := since(frames, g.at-beside), since(frames, g.at+beside)
		for i, u := range geometry.Unlike(picture, g.fit.Matrix, frames[from:to], true) {
			out[from+i] = min(out[from+i], u)
		}
	}
	return out
}

// since is the first of frames at or after a time, their number where there is none.
func since(frames []pipeline.FeaturedFrame, at float64) int {
	if i := slices.IndexFunc(frames, func(f pipeline.FeaturedFrame) bool { return f.Time >= at }); i >= 0 {
		return i
	}
	return len(frames)
}

// miniatureOf is that of a photo, nil where there is none.
func miniatureOf(p pipeline.Prints) *pipeline.Miniature {
	for _, l := range p.Features {
		if len(l.Frames) > 0 && l.Frames[0].Miniature != nil {
			return l.Frames[0].Miniature
		}
	}
	return nil
}

// moments are the stretches of a film that are about as like a picture as its best frame, the best first.
func moments(frames []pipeline.FeaturedFrame, unlike []float64, distance int) (out []pipeline.Segment) {
	limit := float64(indistinct*slices.Min(unlike)) + noise
	var nearest []float64
	for i := 0; i < len(frames); i++ {
		if unlike[i] > limit {
			continue
		}
		first, best := i, i
		for i+1 < len(frames) && unlike[i+1] <= limit {
			if i++; unlike[i] < unlike[best] {
				best = i
			}
		}
		g := pipeline.Segment{
			BStart: frames[first].Time, BEnd: frames[i].Time, Speed: 1, Frames: i - first + 1, Distance: distance,
			Strength: pipeline.Suggested, Ambiguous: true,
		}
		if g.BEnd-g.BStart <= longMoment {
			g.BStart, g.BEnd = frames[best].Time, frames[best].Time
		}
		at, _ := slices.BinarySearchFunc(nearest, unlike[best], cmp.Compare)
		nearest, out = slices.Insert(nearest, at, unlike[best]), slices.Insert(out, at, g)
	}
	return out[:min(len(out), maxStated)]
}

// mapOf is the map that a transform states: from fractions of A's width and height to fractions of B's.
func mapOf(t pipeline.Transform) geometry.Map {
	if t.Matrix != nil {
		return geometry.Map(*t.Matrix)
	}
	out := turned(pipeline.Transform{Mirror: t.Mirror, Rotate: t.Rotate})
	if c := t.Crop; c != nil {
		out = out.After(geometry.Map{1 / c[2], 0, -c[0] / c[2], 0, 1 / c[3], -c[1] / c[3], 0, 0, 1})
	}
	if w := t.Within; w != nil {
		out = geometry.Map{w[2], 0, w[0], 0, w[3], w[1], 0, 0, 1}.After(out)
	}
	return out
}
