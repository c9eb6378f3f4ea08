package compare

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/geometry"
)

// Films shows frames of films once more.
type Films interface {
	// Revisit returns small copies of frames of a film, in order of time. ErrNotFound says that the film is not at hand, ErrUnsupported
	// that its frames could not be shown: trying again changes neither. Any other error is nobody's film's.
	Revisit(ctx context.Context, film pipeline.Digest, r pipeline.Revisit) ([]pipeline.FeaturedFrame, error)
}

const (
	aboutHit   = 2.0   // seconds before and after a place at which frames are wanted once more
	longest    = 150.0 // seconds of a film that are wanted in all: of a longer one the places found, the nearest first
	mostAnew   = 600   // frames of them
	everyFrame = 0.04  // seconds between frames from which on those about the best are wanted closer together
	oneMoment  = 0.5   // seconds from the best frame at which another moment begins

	toldUnlike = 0.06 // geometry.Moving.Unlike up to which a frame may show the picture's moment,
	toldMisfit = 3.0  // and its Misfit: beyond, the picture does not lie there as was thought,
	asUnlike   = 2.0  // times that of the best frame up to which others may show it as well,
	unlikeness = 0.03 // and at least so much more
)

// Revisited looks once more at the films in which matches of a and b found a picture. What it finds follows from the two items alone;
// where the film is not at hand or does not decode, a match stays as it was and says so. films may be nil: then nothing is looked at.
func (s Settings) Revisited(ctx context.Context, ms []pipeline.Match, a, b pipeline.Prints, films Films) ([]pipeline.Match, error) {
	if films == nil {
		return ms, nil
	}
	if !located(ms) {
		return s.borneOut(ctx, ms, s.presumed(a, b), a, b, films)
	}
	ms = slices.Clone(ms)
	for i, m := range ms {
		if m.Basis != pipeline.PictureInVideo {
			continue
		}
		if m.A != a.Item {
			a, b = b, a
		}
		v := revisit{match: m, picture: miniatureOf(a), film: b}
		if v.picture == nil || len(m.Segments) == 0 {
			continue
		}
		switch err := v.look(ctx, films); {
		case errors.Is(err, pipeline.ErrNotFound):
			ms[i].Moment = &pipeline.Moment{Not: pipeline.FilmAbsent}
		case errors.Is(err, pipeline.ErrUnsupported):
			ms[i].Moment = &pipeline.Moment{Not: pipeline.FilmUnread}
		case err != nil:
			return nil, fmt.Errorf("compare: looking at %v once more: %w", m.B, err)
		default:
			ms[i] = v.told()
		}
	}
	return ms, nil
}

// borneOut adds to the matches of a and b the first that is presumed and that a look at the film shows to hold at one moment. A film that
// is not at hand or does not decode bears out nothing.
func (s Settings) borneOut(ctx context.Context, ms, presumed []pipeline.Match, a, b pipeline.Prints, films Films) ([]pipeline.Match, error) {
	films = &rewound{Films: films}
	for _, m := range presumed {
		if m.A != a.Item {
			a, b = b, a
		}
		v := revisit{match: m, picture: miniatureOf(a), film: b}
		err := v.look(ctx, films)
		switch {
		case errors.Is(err, pipeline.ErrNotFound), errors.Is(err, pipeline.ErrUnsupported):
			return ms, nil
		case err != nil:
			return nil, fmt.Errorf("compare: looking at %v for %v: %w", m.B, m.A, err)
		}
		if told := v.told(); told.Moment.Distinct {
			return append(slices.Clone(ms), told), nil
		}
	}
	return ms, nil
}

// rewound remembers the last stretch of a film that was shown, for those who want it again.
type rewound struct {
	Films
	film   pipeline.Digest
	wanted pipeline.Revisit
	frames []pipeline.FeaturedFrame
}

func (r *rewound) Revisit(ctx context.Context, film pipeline.Digest, wanted pipeline.Revisit) ([]pipeline.FeaturedFrame, error) {
	if r.frames != nil && film == r.film && wanted.Apart == r.wanted.Apart && slices.Equal(wanted.Stretches, r.wanted.Stretches) {
		return r.frames, nil
	}
	frames, err := r.Films.Revisit(ctx, film, wanted)
	r.film, r.wanted, r.frames = film, wanted, frames
	return frames, err
}

// located reports whether fingerprints found a picture in a film.
func located(ms []pipeline.Match) bool {
	return slices.ContainsFunc(ms, func(m pipeline.Match) bool { return m.Basis == pipeline.PictureInVideo })
}

// Revisitable reports whether Revisited would look at a film for a and b, of which ms are the matches.
func (s Settings) Revisitable(ms []pipeline.Match, a, b pipeline.Prints) bool {
	return located(ms) || len(s.presumed(a, b)) > 0
}

// revisit is a picture held against frames of a film that are decoded for that.
type revisit struct {
	match   pipeline.Match
	picture *pipeline.Miniature
	film    pipeline.Prints
	frames  []pipeline.FeaturedFrame
	moving  geometry.Moving
}

// look has the frames shown and holds the picture against them; about the best of them all there are, where some were passed over.
func (v *revisit) look(ctx context.Context, films Films) (err error) {
	wanted := v.wanted()
	if v.frames, err = films.Revisit(ctx, v.match.B, wanted); err != nil {
		return err
	}
	v.compare()
	best := v.best()
	if wanted.Apart <= everyFrame || best < 0 || v.moving.Unlike[best] > toldUnlike {
		return nil
	}
	at := v.frames[best].Time
	more, err := films.Revisit(ctx, v.match.B, pipeline.Revisit{Stretches: [][2]float64{{max(at-wanted.Apart, 0), at + wanted.Apart}}})
	if err != nil {
		return err
	}
	v.frames = slices.Concat(v.frames, more)
	slices.SortStableFunc(v.frames, func(f, g pipeline.FeaturedFrame) int { return cmp.Compare(f.Time, g.Time) })
	v.frames = slices.CompactFunc(v.frames, func(f, g pipeline.FeaturedFrame) bool { return f.Time == g.Time })
	v.compare()
	return nil
}

// wanted are the frames to look at: about the places found, and where those are ambiguous the whole film, unless it is long.
func (v *revisit) wanted() pipeline.Revisit {
	places := slices.Clone(v.match.Segments)
	ambiguous := slices.ContainsFunc(places, func(g pipeline.Segment) bool { return g.Ambiguous })
	var stretches [][2]float64
	first, last := extent(v.film)
	if ambiguous && last-first <= longest {
		stretches = [][2]float64{{0, last + 1}}
	} else {
		slices.SortStableFunc(places, func(g, h pipeline.Segment) int { return cmp.Compare(g.Distance, h.Distance) })
		left := longest
		for _, g := range places {
			from, to := max(g.BStart-aboutHit, 0), g.BEnd+aboutHit
			to = min(to, from+left)
			if left -= to - from; left < 0 || to <= from {
				break
			}
			stretches = append(stretches, [2]float64{milliseconds(from), milliseconds(to)})
		}
		stretches = merged(stretches)
	}
	sum := 0.0
	for _, s := range stretches {
		sum += s[1] - s[0]
	}
	return pipeline.Revisit{Stretches: stretches, Apart: math.Floor(sum/mostAnew*1000) / 1000}
}

// extent is the time from the first to the last frame of a film that has hashes.
func extent(p pipeline.Prints) (first, last float64) {
	first = math.Inf(1)
	for _, f := range p.Footage {
		if len(f.Frames) == 0 {
			continue
		}
		first, last = min(first, f.Frames[0].Time), max(last, f.Frames[len(f.Frames)-1].Time)
	}
	return first, last
}

// merged joins stretches that meet.
func merged(all [][2]float64) (out [][2]float64) {
	slices.SortFunc(all, func(p, q [2]float64) int { return cmp.Compare(p[0], q[0]) })
	for _, s := range all {
		if n := len(out); n > 0 && s[0] <= out[n-1][1] {
			out[n-1][1] = max(out[n-1][1], s[1])
			continue
		}
		out = append(out, s)
	}
	return out
}

func (v *revisit) compare() {
	t := v.match.Transform
	whole := t.Matrix == nil && t.Within == nil && t.Crop == nil
	v.moving = geometry.Move(v.picture, mapOf(t), v.frames, whole)
}

// best is the frame nearest to the picture, the first of equals; -1 of none.
func (v *revisit) best() int {
	best := -1
	for i, u := range v.moving.Unlike {
		if best < 0 || u < v.moving.Unlike[best] {
			best = i
		}
	}
	return best
}

// told is the match with what was found: the moment, where no other comes near. Else its places stay as they were, and so do those that
// fingerprints determine and frames contradict.
func (v *revisit) told() pipeline.Match {
	m, best := v.match, v.best()
	if best < 0 {
		m.Moment = &pipeline.Moment{Not: pipeline.FilmUnread}
		return m
	}
	at, unlike := v.frames[best].Time, v.moving.Unlike[best]
	out := pipeline.Moment{Time: at, Unlike: rounded(unlike), Frames: len(v.frames), Cells: v.moving.Cells}
	next := math.Inf(1)
	for i, u := range v.moving.Unlike {
		if math.Abs(v.frames[i].Time-at) > oneMoment {
			next = min(next, u)
		}
	}
	if !math.IsInf(next, 1) {
		out.Next = rounded(next)
	}
	m.Moment = &out
	if !(unlike <= toldUnlike) || !(v.moving.Misfit[best] <= toldMisfit) {
		return m
	}
	out.Told = true
	g := nearestOf(m.Segments)
	open := slices.ContainsFunc(m.Segments, func(g pipeline.Segment) bool { return g.Ambiguous })
	near := at >= g.BStart-oneMoment && at <= g.BEnd+oneMoment
	out.Distinct = next > max(float64(asUnlike*unlike), unlike+unlikeness)
	switch {
	case out.Distinct && (open || near):
		m.Segments = []pipeline.Segment{{BStart: at, BEnd: at, Speed: 1, Frames: 1, Distance: g.Distance, Strength: m.Strength}}
	case !out.Distinct && !open && len(m.Segments) == 1:
		m.Segments = []pipeline.Segment{v.lasting(g)}
	}
	return m
}

// lasting is a stretch that fingerprints determine, with the frames before and after it that show the picture exactly as well: a film that
// stands still for a while shows it all that time.
func (v *revisit) lasting(g pipeline.Segment) pipeline.Segment {
	limit := v.moving.Unlike[v.best()] + exactly
	as := func(i int) bool { return v.moving.Unlike[i] <= limit && v.moving.Misfit[i] <= toldMisfit }
	first := slices.IndexFunc(v.frames, func(f pipeline.FeaturedFrame) bool { return f.Time >= g.BStart-everyFrame/2 })
	if first < 0 || !as(first) {
		return g
	}
	last := first
	next := func(i int) bool { return v.frames[i+1].Time-v.frames[i].Time <= oneMoment } // between stretches nothing was looked at
	for first > 0 && as(first-1) && next(first-1) {
		first--
	}
	for last+1 < len(v.frames) && as(last+1) && next(last) {
		last++
	}
	g.BStart, g.BEnd = min(g.BStart, v.frames[first].Time), max(g.BEnd, v.frames[last].Time)
	return g
}

const exactly = 0.002 // unlikeness beyond that of the best frame, up to which another shows the picture exactly as well

func rounded(u float64) float64 { return math.Round(u*1e4) / 1e4 }
