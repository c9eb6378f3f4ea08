package timeline

import (
	"cmp"
	"math"
	"slices"

	"dokaz/pipeline"
)

// Bounds on looking for a picture in a film.
const (
	maxPictures = 4    // hashes of the picture looked for, whole and without borders
	maxPlaces   = 8    // stretches of the film stated
	instant     = 1000 // ms: a stretch no longer than this is one moment
)

// still is a frame of a film that shows the picture.
type still struct {
	view, at int // which view's which frame
	picture  int
	form     pipeline.Dihedral
	distance int
}

// Locate finds where a film shows a picture: as it stands or turned and mirrored, with or without borders round either. Each
// segment is a stretch of the film over which the picture fits about equally; a picture from a moving scene fits at one moment,
// and start and end are the same. In more than one stretch the place is ambiguous.
func (s Settings) Locate(pictures []pipeline.PrintedPicture, footage []pipeline.FrameHashes) Finding {
	var best Finding
	for _, f := range s.streams(dense(footage)) {
		if got := s.locate(s.whole(pictures), f); len(best.Segments) == 0 || len(got.Segments) > 0 && got.Distance < best.Distance {
			best = got
		}
	}
	return best
}

// dense is footage with the frames beside the even sampling among the whole ones.
func dense(footage []pipeline.FrameHashes) []pipeline.FrameHashes {
	out := slices.Clone(footage)
	for i := range out {
		if out[i].View == pipeline.ViewBetween {
			out[i].View = ""
		}
	}
	return out
}

// whole returns those hashes of a picture that show all of it.
func (s Settings) whole(pictures []pipeline.PrintedPicture) (out []pipeline.PrintedPicture) {
	for _, p := range pictures {
		if (p.View == "" || p.View == "trimmed") && p.Quality >= s.Quality && len(out) < maxPictures {
			out = append(out, p)
		}
	}
	return out
}

func (s Settings) locate(pictures []pipeline.PrintedPicture, f film) Finding {
	best := still{distance: s.Placed + 1}
	for p, pic := range pictures {
		for _, form := range pipeline.Dihedrals {
			for k, v := range f.views {
				if i, d := s.nearest(pic, form, v.frames); d < best.distance {
					best = still{k, i, p, form, d}
				}
			}
		}
	}
	if best.distance > s.Placed {
		return Finding{}
	}
	pic := pictures[best.picture]
	out := Finding{Strength: s.stillStrength(best.distance), Distance: best.distance}
	out.Transform = pipeline.Transform{
		Mirror: best.form.Mirror(), Rotate: best.form.Rotate(), Within: f.views[best.view].frames[best.at].box,
	}
	if pic.View != "" {
		box := pic.Box
		out.Transform.Crop = &box
	}
	h, frames := pic.Bits.Turned(best.form), f.views[best.view].frames
	out.Segments = s.places(h, frames, best.distance)
	certain := s.certain(h, f.views[best.view].voters, frames[best.at].at)
	if !certain {
		out.Strength = pipeline.Suggested
	}
	for i := range out.Segments {
		g := &out.Segments[i]
		out.Frames += g.Frames
		if !certain {
			g.Strength, g.Ambiguous = pipeline.Suggested, true
		}
	}
	return out
}

// certain reports whether a picture as near as it is to the frame at a time was taken then and not at another time by a camera
// that stands.
func (s Settings) certain(h pipeline.Hash256, voters []frame, at int64) bool {
	i := nearestInTime(voters, at)
	return i >= 0 && (s.passes(voters, i) || s.sameMoment(h, voters, i))
}

// nearest returns the frame nearest to a picture in one form, and its distance. Beyond Ambiguous only clear ones count.
func (s Settings) nearest(pic pipeline.PrintedPicture, form pipeline.Dihedral, frames []frame) (at, distance int) {
	h := pic.Bits.Turned(form)
	distance = s.Placed + 1
	for i, f := range frames {
		d := h.Distance(f.hash)
		if f.votes && d < distance && (d <= s.Ambiguous || pic.Quality >= s.Clear && f.clear) {
			at, distance = i, d
		}
	}
	return at, distance
}

func (s Settings) stillStrength(distance int) pipeline.Strength {
	if distance <= s.Located {
		return pipeline.Confirmed
	}
	return pipeline.Suggested
}

// places returns the stretches of frames about as near to h as the nearest, those with one that is hardly farther, at most
// maxPlaces, in the order of time.
func (s Settings) places(h pipeline.Hash256, frames []frame, nearest int) (out []pipeline.Segment) {
	for i := 0; i < len(frames); i++ {
		if !frames[i].votes || h.Distance(frames[i].hash) > nearest+clearly {
			continue
		}
		first, best := i, i
		for i+1 < len(frames) && frames[i+1].votes && h.Distance(frames[i+1].hash) <= nearest+clearly {
			i++
			if h.Distance(frames[i].hash) < h.Distance(frames[best].hash) {
				best = i
			}
		}
		d := h.Distance(frames[best].hash)
		if d > nearest+clearly/2 {
			continue
		}
		g := pipeline.Segment{
			BStart: seconds(frames[first].at), BEnd: seconds(frames[i].at), Speed: 1,
			Frames: i - first + 1, Distance: d, Strength: s.stillStrength(d),
		}
		if frames[i].at-frames[first].at <= instant {
			shift, _ := foot(&h, frames, best)
			g.BStart = seconds(frames[best].at + int64(math.Round(shift)))
			g.BEnd = g.BStart
		}
		out = append(out, g)
	}
	slices.SortStableFunc(out, func(p, q pipeline.Segment) int { return cmp.Compare(p.Distance, q.Distance) })
	out = out[:min(len(out), maxPlaces)]
	slices.SortStableFunc(out, func(p, q pipeline.Segment) int { return cmp.Compare(p.BStart, q.BStart) })
	for i := range out {
		out[i].Ambiguous = len(out) > 1 || out[i].BEnd > out[i].BStart
	}
	return out
}
