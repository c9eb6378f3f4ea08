package timeline

import (
	"cmp"
	"math"
	"slices"

	"dokaz/pipeline"
)

// Bounds on one film. They hold whatever the prints say.
const (
	latest    = 24 * 3600 * 1000 // ms; frames beyond a day are left out
	spacing   = 25               // ms between frames at least; of closer ones the first stays
	maxFrames = 60_000           // more are thinned evenly: four hours of four frames a second
)

// frame is a sampled frame of a view.
type frame struct {
	at    int64 // ms from the stream's start
	hash  pipeline.Hash256
	votes bool // of enough quality and not common material
	clear bool // of the quality that a single frame needs
	usual int  // distance from the other film's frames that is nothing special, set on a lane
	box   *pipeline.Box
}

// view is a film seen whole or without its borders, wherever those lay.
type view struct {
	frames []frame // ascending in time
	voters []frame // those that vote
}

// film is one stream of an item.
type film struct {
	stream int
	views  []view
	step   int64 // ms, median from one frame to the next
}

// axis are the frames that the film is walked along: those of its first view.
func (f film) axis() []frame { return f.views[0].frames }

// end is where the film ends: half a step after its last frame, since nothing says how long that one stands.
func (f film) end() int64 { return f.axis()[len(f.axis())-1].at + f.step/2 }

// streams gathers the views of every stream, in the order of streams: whole frames, then those without borders. Frames beside the
// even sampling are left out.
func (s Settings) streams(footage []pipeline.FrameHashes) []film {
	sorted := slices.DeleteFunc(slices.Clone(footage), func(f pipeline.FrameHashes) bool { return f.View == pipeline.ViewBetween })
	slices.SortStableFunc(sorted, func(p, q pipeline.FrameHashes) int {
		return cmp.Or(cmp.Compare(p.Stream, q.Stream), cmp.Compare(min(len(p.View), 1), min(len(q.View), 1)))
	})
	var out []film
	for len(sorted) > 0 {
		n := 1
		for n < len(sorted) && sorted[n].Stream == sorted[0].Stream && (sorted[n].View == "") == (sorted[0].View == "") {
			n++
		}
		v := s.view(sorted[:n])
		switch stream := sorted[0].Stream; {
		case len(v.frames) == 0:
		case len(out) > 0 && out[len(out)-1].stream == stream:
			out[len(out)-1].views = append(out[len(out)-1].views, v)
		default:
			out = append(out, film{stream: stream, views: []view{v}, step: step(v.frames)})
		}
		sorted = sorted[n:]
	}
	return out
}

// view returns the frames of facts that show one stream in one way, ascending in time, within the bounds.
func (s Settings) view(facts []pipeline.FrameHashes) (v view) {
	for _, f := range facts {
		v.frames = append(v.frames, s.frames(f)...)
	}
	slices.SortStableFunc(v.frames, func(a, b frame) int {
		return cmp.Or(cmp.Compare(a.at, b.at), slices.Compare(a.hash[:], b.hash[:]))
	})
	kept := v.frames[:0]
	for _, f := range v.frames {
		if len(kept) == 0 || f.at >= kept[len(kept)-1].at+spacing {
			kept = append(kept, f)
		}
	}
	v.frames = thin(kept, maxFrames)
	for _, f := range v.frames {
		if f.votes {
			v.voters = append(v.voters, f)
		}
	}
	return v
}

// frames returns the frames of one fact.
func (s Settings) frames(f pipeline.FrameHashes) (out []frame) {
	if f.Algorithm != "pdq" {
		return nil
	}
	for _, fr := range f.Frames {
		if !(math.Abs(fr.Time) <= latest/1000) {
			continue
		}
		out = append(out, frame{at: int64(math.Round(fr.Time * 1000)), hash: fr.Bits, votes: fr.Quality >= s.Quality, clear: fr.Quality >= s.Clear, usual: s.Even, box: f.Box})
	}
	return out
}

// thin keeps every nth frame so that at most limit remain.
func thin(v []frame, limit int) []frame {
	if len(v) <= limit {
		return v
	}
	every := (len(v) + limit - 1) / limit
	kept := make([]frame, 0, limit)
	for i := 0; i < len(v); i += every {
		kept = append(kept, v[i])
	}
	return kept
}

// step is the median time from one frame to the next, 0 of a single frame.
func step(v []frame) int64 {
	if len(v) < 2 {
		return 0
	}
	d := make([]int64, len(v)-1)
	for i := range d {
		d[i] = v[i+1].at - v[i].at
	}
	slices.Sort(d)
	return d[len(d)/2]
}

// within returns the frames whose time lies in [from, to].
func within(v []frame, from, to int64) []frame {
	first, last := between(v, from, to)
	return v[first:last]
}

// between returns where those frames begin and end.
func between(v []frame, from, to int64) (first, last int) {
	first, _ = slices.BinarySearchFunc(v, from, func(f frame, t int64) int { return cmp.Compare(f.at, t) })
	last, _ = slices.BinarySearchFunc(v, to+1, func(f frame, t int64) int { return cmp.Compare(f.at, t) })
	return first, max(first, last)
}

// own returns the view with voters of its own to mark.
func (v view) own() view {
	v.frames = slices.Clone(v.frames)
	v.voters = slices.Clone(v.voters)
	return v
}

// mark gives every voter what is usual of the last of a few of them that is not after it, and so the view's frames.
func (v view) mark(few []frame) {
	k := 0
	for i := range v.voters {
		for k+1 < len(few) && few[k+1].at <= v.voters[i].at {
			k++
		}
		v.voters[i].usual = few[k].usual
	}
	k = 0
	for i := range v.frames {
		if v.frames[i].votes {
			v.frames[i].usual = v.voters[k].usual
			k++
		}
	}
}

// mirrored returns the view with the hashes of the film mirrored left to right. Boxes stay those of the film as it is.
func (v view) mirrored() view {
	turn := func(fs []frame) []frame {
		out := slices.Clone(fs)
		for i := range out {
			out[i].hash = out[i].hash.Turned(pipeline.Mirrored)
		}
		return out
	}
	return view{frames: turn(v.frames), voters: turn(v.voters)}
}
