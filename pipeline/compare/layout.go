package compare

import (
	"cmp"
	"slices"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/geometry"
)

// Layout is how A's picture lies in B's, and the places found in both.
type Layout struct {
	ATime  float64      `json:"a_time"` // of the frame, seconds; 0 of a photo
	BTime  float64      `json:"b_time"`
	By     geometry.Map `json:"matrix"` // from fractions of A's width and height to fractions of B's
	Rotate int          `json:"rotate"` // nearest quarter turn of A, degrees clockwise
	Mirror bool         `json:"mirror"`
	SeenA  float64      `json:"seen_of_a"` // share of A's area that lies in B
	SeenB  float64      `json:"seen_of_b"` // share of B's area that A covers
	Points [][4]float64 `json:"points"`    // x and y in A, x and y in B, in fractions; none where only hashes say it
}

// Bounds on what is registered for one explanation.
const (
	maxMoments = 12   // pairs of frames
	farthest   = 0.75 // seconds from a moment to the frame that stands for it
)

// still is a photo or a frame with local features.
type still struct {
	time    float64
	picture geometry.Picture
}

// layout registers two photos, or the frames that what was found in time points at, and keeps the map with most features.
func (e *Explanation) layout(a, b pipeline.Prints) {
	as, bs := stills(a), stills(b)
	if len(as) == 0 || len(bs) == 0 {
		if a.Kind != pipeline.Audio && b.Kind != pipeline.Audio {
			e.lacks(ByFeatures, NotStated, len(as) > 0, len(bs) > 0)
		}
		e.fromMatch()
		return
	}
	for _, m := range e.moments(as, bs) {
		fit, ok := geometry.Register(m[0].picture, m[1].picture)
		if !ok || e.Layout != nil && len(fit.Pairs) <= len(e.Layout.Points) {
			continue
		}
		l := Layout{ATime: m[0].time, BTime: m[1].time, By: fit.Matrix, Rotate: fit.Rotate, Mirror: fit.Mirror, SeenA: fit.SeenOfA, SeenB: fit.SeenOfB}
		for _, p := range fit.Pairs {
			f, g := m[0].picture.Points[p.A], m[1].picture.Points[p.B]
			l.Points = append(l.Points, [4]float64{fraction(f.X), fraction(f.Y), fraction(g.X), fraction(g.Y)})
		}
		e.Layout = &l
	}
	if e.Layout == nil {
		e.lacks(ByFeatures, NoMap)
		e.fromMatch()
	}
}

func fraction(v uint16) float64 { return float64(v) / 65535 }

// stills lists the pictures of an item that have local features.
func stills(p pipeline.Prints) (out []still) {
	for _, l := range p.Features {
		for _, f := range l.Frames {
			if len(f.Points) > 0 {
				out = append(out, still{f.Time, geometry.PictureOf(l, f)})
			}
		}
	}
	return out
}

// moments lists the pairs of pictures worth registering: two photos, or the featured frames about the moments that hashes and
// matches name, nearest hashes first.
func (e *Explanation) moments(as, bs []still) (out [][2]still) {
	var times [][2]float64
	for _, m := range e.Matches {
		for _, s := range m.Segments {
			for _, at := range []float64{0.5, 0.25, 0.75, 0, 1} {
				times = append(times, [2]float64{s.AStart + float64(at*(s.AEnd-s.AStart)), s.BStart + float64(at*(s.BEnd-s.BStart))})
			}
		}
	}
	for _, h := range e.Hashes {
		if h.Time != nil {
			times = append(times, [2]float64{0, *h.Time})
		}
	}
	if len(times) == 0 {
		times = [][2]float64{{as[0].time, bs[0].time}}
	}
	for _, t := range times {
		f, okA := standing(as, t[0])
		g, okB := standing(bs, t[1])
		if okA && okB && len(out) < maxMoments {
			out = append(out, [2]still{f, g})
		}
	}
	return out
}

// standing is the still nearest to a moment.
func standing(all []still, at float64) (still, bool) {
	best := slices.MinFunc(all, func(p, q still) int { return cmp.Compare(absolute(p.time-at), absolute(q.time-at)) })
	return best, len(all) == 1 || absolute(best.time-at) <= farthest
}

func absolute(v float64) float64 { return max(v, -v) }

// fromMatch takes the map from what hashes alone say of two whole pictures.
func (e *Explanation) fromMatch() {
	m, ok := e.match(pipeline.SameMedia, pipeline.NearPicture, pipeline.PartialPicture)
	if !ok {
		return
	}
	l := Layout{Rotate: m.Transform.Rotate, Mirror: m.Transform.Mirror, SeenA: 1, SeenB: 1, Points: [][4]float64{}}
	switch {
	case m.Transform.Matrix != nil:
		l.By = geometry.Map(*m.Transform.Matrix)
	case m.Transform.Crop == nil && m.Transform.Within == nil:
		l.By = turned(m.Transform)
	default:
		return
	}
	e.Layout = &l
}

// turned is the map that turns a whole picture clockwise and then mirrors it.
func turned(t pipeline.Transform) geometry.Map {
	out := map[int]geometry.Map{
		90:  {0, -1, 1, 1, 0, 0, 0, 0, 1},
		180: {-1, 0, 1, 0, -1, 1, 0, 0, 1},
		270: {0, 1, 0, -1, 0, 1, 0, 0, 1},
	}[t.Rotate]
	if t.Rotate == 0 {
		out = geometry.Map{1, 0, 0, 0, 1, 0, 0, 0, 1}
	}
	if t.Mirror {
		out = geometry.Map{-1, 0, 1, 0, 1, 0, 0, 0, 1}.After(out)
	}
	return out
}
