package compare

import (
	"dokaz/pipeline"
)

// FrameMatrix says how far every moment of one video is from every moment of another.
type FrameMatrix struct {
	Views  [2]string          `json:"views"`  // of A's and B's frames: "" whole, "trimmed"
	Mirror bool               `json:"mirror"` // A's frames are mirrored
	ATimes []float64          `json:"-"`      // seconds, ascending, of the rows
	BTimes []float64          `json:"-"`      // of the columns
	Cells  [][]uint8          `json:"-"`      // a row for each time of A: bits of 256 at most 254, 255 where a frame lacks quality
	Near   int                `json:"near"`   // cells within the distance at which frames vote for an alignment
	Path   []pipeline.Segment `json:"path"`   // stretches of the match of footage, where there is one
}

const (
	maxCells   = 400  // rows and columns
	maxSampled = 2000 // frames of each side that are held against each other; more are thinned evenly
	maxViews   = 4    // streams and views of each side
	blank      = 255  // a cell that says nothing
)

// frames holds the frames of two videos against each other, in the views and the form in which most of them are near.
func (e *Explanation) frames(a, b pipeline.Prints, set Settings) {
	if !video(a) || !video(b) {
		return
	}
	if len(a.Footage) == 0 || len(b.Footage) == 0 {
		e.lacks(ByFrames, NotStated, len(a.Footage) > 0, len(b.Footage) > 0)
		return
	}
	var best *FrameMatrix
	for _, f := range a.Footage[:min(len(a.Footage), maxViews)] {
		for _, g := range b.Footage[:min(len(b.Footage), maxViews)] {
			if f.View == pipeline.ViewBetween || g.View == pipeline.ViewBetween {
				continue
			}
			for _, mirror := range []bool{false, true} {
				if m := matrixOf(f, g, mirror, set); best == nil || m.Near > best.Near {
					best = &m
				}
			}
		}
	}
	if m, ok := e.match(pipeline.SharedFootage); ok {
		best.Path = m.Segments
	} else {
		e.lacks(ByFrames, NoOffset)
	}
	if hasA, hasB := usable(a, set), usable(b, set); !hasA || !hasB {
		e.lacks(ByFrames, LowQuality, hasA, hasB)
	}
	e.Frames = best
}

// usable reports whether a video has a frame of enough quality.
func usable(p pipeline.Prints, set Settings) bool {
	for _, f := range p.Footage {
		for _, fr := range f.Frames {
			if fr.Quality >= set.Quality {
				return true
			}
		}
	}
	return false
}

// matrixOf fills the cells: each is the nearest of the pairs of frames that fall into it.
func matrixOf(f, g pipeline.FrameHashes, mirror bool, set Settings) FrameMatrix {
	as, bs := sampled(f.Frames), sampled(g.Frames)
	if mirror {
		for i := range as {
			as[i].Bits = as[i].Bits.Turned(pipeline.Mirrored)
		}
	}
	rows, cols := min(len(as), maxCells), min(len(bs), maxCells)
	m := FrameMatrix{Views: [2]string{f.View, g.View}, Mirror: mirror, Path: []pipeline.Segment{}, Cells: make([][]uint8, rows)}
	for i := range rows {
		m.ATimes = append(m.ATimes, as[i*len(as)/rows].Time)
		m.Cells[i] = make([]uint8, cols)
		for j := range m.Cells[i] {
			m.Cells[i][j] = blank
		}
	}
	for j := range cols {
		m.BTimes = append(m.BTimes, bs[j*len(bs)/cols].Time)
	}
	for i, p := range as {
		row := m.Cells[i*rows/len(as)]
		for j, q := range bs {
			if min(p.Quality, q.Quality) >= set.Quality {
				at := &row[j*cols/len(bs)]
				*at = min(*at, uint8(min(p.Bits.Distance(q.Bits), blank-1)))
			}
		}
	}
	for _, row := range m.Cells {
		for _, d := range row {
			if int(d) <= set.Frame {
				m.Near++
			}
		}
	}
	return m
}

// sampled thins frames evenly.
func sampled(all []pipeline.HashedFrame) []pipeline.HashedFrame {
	n := min(len(all), maxSampled)
	out := make([]pipeline.HashedFrame, n)
	for i := range out {
		out[i] = all[i*len(all)/n]
	}
	return out
}
