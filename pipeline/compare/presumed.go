package compare

import (
	"fmt"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/geometry"
)

const (
	dimPlaced   = 76  // distance up to which a dim picture may be that of a dim frame (see timeline.Settings.Placed, which asks for clear ones)
	fewFeatures = 5   // features that agree, from which on a part may be seen,
	fewUnlike   = 0.1 // where some frame's miniature is no more unlike it in what moves (see geometry.Moving),
	fewMisfit   = 3.0 // and no more off it all over
)

// presumed says how a film may show a picture where fingerprints say too little to state it: a dim picture near a dim frame, or a part of which few
// features agree. It is no match: the film is looked at, and nothing is stated but what the look bears out. Whoever is no candidate is
// presumed to be nothing, so that it does not matter in which order the two arrived.
func (s Settings) presumed(a, b pipeline.Prints) (out []pipeline.Match) {
	if len(a.Footage) > 0 {
		a, b = b, a
	}
	if len(a.Footage) > 0 || len(b.Footage) == 0 || miniatureOf(a) == nil || !s.ask(a).meets(b) {
		return nil
	}
	dim := s.Footage
	dim.Placed, dim.Clear = dimPlaced, 0
	if f := dim.Locate(a.Pictures, b.Footage); len(f.Segments) > 0 {
		for _, mirror := range []bool{false, true} { // in which form hashes of little lie nearest says nothing
			f.Transform = pipeline.Transform{Mirror: mirror}
			out = append(out, s.stillMatch(a, b, f))
		}
	}
	if m, ok := glimpsed(a, b); ok {
		out = append(out, m)
	}
	for i := range out {
		out[i] = suggested(out[i])
		for k := range out[i].Segments {
			out[i].Segments[k].Ambiguous = true // the whole film may be the place
		}
		out[i].Method = fmt.Sprintf("compare %d: presumed of dim frames d≤%d or ≥%d features, and borne out by frames of the film: what moves unlike ≤%.2f, all over ≤%g, at one moment only",
			Version, dimPlaced, fewFeatures, toldUnlike, toldMisfit)
	}
	return out
}

// glimpsed is how a part of a film's frame may show a picture: by the most features that agree, where the luma of the film's miniatures does.
func glimpsed(a, b pipeline.Prints) (pipeline.Match, bool) {
	var best geometry.Fit
	var at float64
	for _, p := range a.Features {
		picture := geometry.PictureOf(p, p.Frames[0])
		for _, film := range b.Features {
			if film.Algorithm != p.Algorithm {
				continue
			}
			for _, k := range sharing(p, film) {
				fit, ok := geometry.Register(picture, geometry.PictureOf(film, film.Frames[k]))
				if ok && len(fit.Pairs) >= fewFeatures && len(fit.Pairs) > len(best.Pairs) {
					best, at = fit, film.Frames[k].Time
				}
			}
		}
	}
	if len(best.Pairs) == 0 || !passing(a, b, best) {
		return pipeline.Match{}, false
	}
	return pipeline.Match{
		A: a.Item, B: b.Item, Basis: pipeline.PictureInVideo, Transform: transformOf(best), Inliers: len(best.Pairs), Distance: 256,
		Segments: []pipeline.Segment{{BStart: at, BEnd: at, Speed: 1, Frames: 1, Distance: 256}},
	}, true
}

// passing reports whether a picture laid so on a film's miniatures shows, at some moment, what moves there.
func passing(a, b pipeline.Prints, fit geometry.Fit) bool {
	for _, l := range b.Features {
		if l.Algorithm != pipeline.Plain {
			continue
		}
		moving := geometry.Move(miniatureOf(a), fit.Matrix, l.Frames, false)
		for i, u := range moving.Unlike {
			if u <= fewUnlike && moving.Misfit[i] <= fewMisfit {
				return true
			}
		}
	}
	return false
}
