package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/geometry"
)

const (
	maxLooks    = 16  // featured frames looked at because they share words with a picture
	maxOnward   = 64  // and further ones beside the best
	maxGlimpses = 4   // whose luma is looked at beside that of the best
	asGood      = 0.8 // share of the best frame's inliers that another has which shows the picture as well
	sureSights  = 20  // inliers that confirm without a look at the luma, which frames do not keep,
	sureSpread  = 0.2 // when they span this share of what is seen
	beside      = 1.5 // seconds between a frame found by hash and one by features that show the same moment
)

// sighting is a featured frame that shows a picture.
type sighting struct {
	frame int
	fit   geometry.Fit
}

// seen looks for a picture in the featured frames of a video. It returns the best of them, nothing with less than Inliers, or Few
// where the luma of the frame's miniature agrees.
func (s Settings) seen(p, film pipeline.LocalFeatures, plain []pipeline.LocalFeatures) (best sighting, all []sighting) {
	picture := geometry.PictureOf(p, p.Frames[0])
	small := miniatures(plain)
	tried := make(map[int]bool)
	look := func(k int) (sighting, bool) {
		tried[k] = true
		fit, ok := geometry.Register(picture, geometry.PictureOf(film, film.Frames[k]))
		if ok && len(fit.Pairs) < s.Pictures.Inliers {
			ok = len(fit.Pairs) >= s.Pictures.Few && agreesWith(picture, fit, small[film.Frames[k].Time])
		}
		return sighting{k, fit}, ok
	}
	note := func(v sighting) {
		all = append(all, v)
		if len(v.fit.Pairs) > len(best.fit.Pairs) {
			best = v
		}
	}
	for _, k := range sharing(p, film) {
		if v, ok := look(k); ok {
			note(v)
		}
	}
	if len(all) == 0 {
		return best, nil
	}
	for _, step := range []int{-1, 1} {
		for k, n := best.frame+step, 0; k >= 0 && k < len(film.Frames) && n < maxOnward; k, n = k+step, n+1 {
			if tried[k] {
				continue
			}
			v, ok := look(k)
			if !ok || float64(len(v.fit.Pairs)) < asGood*float64(len(best.fit.Pairs)) {
				break
			}
			note(v)
		}
	}
	slices.SortFunc(all, func(v, w sighting) int { return cmp.Compare(v.frame, w.frame) })
	return best, all
}

// miniatures are those of a video's frames, by their times.
func miniatures(all []pipeline.LocalFeatures) map[float64]pipeline.FeaturedFrame {
	out := make(map[float64]pipeline.FeaturedFrame)
	for _, l := range all {
		if l.Algorithm == pipeline.Plain {
			for _, f := range l.Frames {
				out[f.Time] = f
			}
		}
	}
	return out
}

// agreesWith reports whether a picture laid on a frame as few features say is nearly the same all over.
func agreesWith(p geometry.Picture, fit geometry.Fit, frame pipeline.FeaturedFrame) bool {
	return geometry.Unlike(p.Miniature, fit.Matrix, []pipeline.FeaturedFrame{frame}, false)[0] <= nearlyAlike
}

// nearlyAlike is the unlikeness (geometry.Unlike) up to which a fit of few features is taken for one.
const nearlyAlike = 0.05

// sharing returns the frames of a film that share the most words with a picture, plain or mirrored, at most maxLooks.
func sharing(p, film pipeline.LocalFeatures) []int {
	own := pipeline.WordsOf([]pipeline.LocalFeatures{{Frames: p.Frames[:1]}})
	if len(own) == 0 {
		return nil
	}
	turned := mirrored(own[0])
	type candidate struct{ frame, common int }
	var all []candidate
	for k := range film.Frames {
		for _, w := range pipeline.WordsOf([]pipeline.LocalFeatures{{Frames: film.Frames[k : k+1]}}) {
			if n := max(inCommon(own[0], w), inCommon(turned, w)); n > 0 {
				all = append(all, candidate{k, n})
			}
		}
	}
	slices.SortStableFunc(all, func(c, d candidate) int { return cmp.Compare(d.common, c.common) })
	var out []int
	for _, c := range all[:min(len(all), maxLooks)] {
		out = append(out, c.frame)
	}
	return out
}

// stands reports whether a frame of another moment shows the picture at the same place with half as many features or more:
// then those may be of what stands there all the time.
func (v sighting) stands(film pipeline.LocalFeatures, all []sighting) bool {
	return slices.ContainsFunc(all, func(w sighting) bool {
		return math.Abs(film.Frames[w.frame].Time-film.Frames[v.frame].Time) > 1 && 2*len(w.fit.Pairs) >= len(v.fit.Pairs) && v.fit.Along(w.fit)
	})
}

// places states where a film shows a picture as well as it does in its best frame: from halfway to the frame before to
// halfway to the one after, or to the next where the picture has not changed until then. Where it is not certain that the
// moment passes, the places are ambiguous.
func places(film pipeline.LocalFeatures, best sighting, all []sighting, strength pipeline.Strength, certain bool) (out []pipeline.Segment) {
	for i := 0; i < len(all); i++ {
		if float64(len(all[i].fit.Pairs)) < asGood*float64(len(best.fit.Pairs)) {
			continue
		}
		first := all[i].frame
		for i+1 < len(all) && all[i+1].frame == all[i].frame+1 && float64(len(all[i+1].fit.Pairs)) >= asGood*float64(len(best.fit.Pairs)) {
			i++
		}
		from, to := shownFrom(film.Frames, first), shownTo(film.Frames, all[i].frame)
		out = append(out, pipeline.Segment{BStart: from, BEnd: to, Speed: 1, Frames: all[i].frame - first + 1, Strength: strength})
	}
	for i := range out {
		out[i].Ambiguous = len(out) > 1 || !certain
	}
	return out
}

func shownFrom(frames []pipeline.FeaturedFrame, k int) float64 {
	if k == 0 {
		return frames[0].Time
	}
	return milliseconds(max(frames[k].Time-0.5, (frames[k-1].Time+frames[k].Time)/2))
}

func shownTo(frames []pipeline.FeaturedFrame, k int) float64 {
	if k+1 == len(frames) {
		return frames[k].Time
	}
	next := frames[k+1].Time
	if next-frames[k].Time > beside { // unchanged until then: see analyzers/features
		return next
	}
	return milliseconds((frames[k].Time + next) / 2)
}

func milliseconds(s float64) float64 { return math.Round(s*1000) / 1000 }

// seenStill is what features say of a picture in a film. It is certain that the picture was taken at that moment where it
// passes and nothing of it stands there at another.
type seenStill struct {
	match   pipeline.Match
	picture pipeline.FeaturedFrame
	fit     geometry.Fit
	certain bool
	also    []glimpse
}

// glimpse is how the picture lies in a frame of another moment, which shows it less well.
type glimpse struct {
	at  float64 // seconds
	fit geometry.Fit
}

// glimpses are the best of the sightings at other moments than the best of all, the best first.
func glimpses(film pipeline.LocalFeatures, best sighting, all []sighting) (out []glimpse) {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(v, w sighting) int { return cmp.Compare(len(w.fit.Pairs), len(v.fit.Pairs)) })
	for _, v := range all {
		at := film.Frames[v.frame].Time
		near := func(g glimpse) bool { return math.Abs(g.at-at) < beside }
		if v.frame != best.frame && len(out) < maxGlimpses && !slices.ContainsFunc(out, near) {
			out = append(out, glimpse{at, v.fit})
		}
	}
	return out
}

// sighted finds where a video shows a picture, or part of it, by local features.
func (s Settings) sighted(a, b pipeline.Prints) (out seenStill, ok bool) {
	for _, p := range a.Features {
		for _, film := range b.Features {
			if film.Algorithm != p.Algorithm {
				continue
			}
			v, all := s.seen(p, film, b.Features)
			if len(v.fit.Pairs) <= len(out.fit.Pairs) {
				continue
			}
			certain := len(v.fit.Pairs) >= s.Pictures.Inliers && s.Footage.Passes(b.Footage, film.Frames[v.frame].Time) && !v.stands(film, all)
			strength := pipeline.Suggested
			if certain && len(v.fit.Pairs) >= sureSights && v.fit.Spread >= sureSpread && v.fit.Strain <= s.Pictures.Strain {
				strength = pipeline.Confirmed
			}
			out = seenStill{picture: p.Frames[0], fit: v.fit, certain: certain, also: glimpses(film, v, all), match: pipeline.Match{
				A: a.Item, B: b.Item, Basis: pipeline.PictureInVideo, Strength: strength,
				Transform: transformOf(v.fit), Segments: places(film, v, all, strength, certain), Inliers: len(v.fit.Pairs),
				Method: fmt.Sprintf("compare %d: %s, ≥%d inliers, confirmed ≥%d over ≥%.1f of what is seen",
					Version, p.Algorithm, s.Pictures.Inliers, sureSights, sureSpread),
			}}
		}
	}
	return out, len(out.fit.Pairs) > 0
}
