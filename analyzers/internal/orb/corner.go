package orb

import "math/bits"

// Of the detector, in pixels of a level.
const (
	border = 14 // corners nearer to an edge describe too much of what is not in the picture
	apart  = 3  // corners of a level lie farther from each other than this, in rows or in columns
	reach  = 2  // of the window: 5 by 5
)

// floor is the least response that counts. A corner of two edges across which luma rises by g steps a pixel has about 2^26·g⁴.
const floor = 1 << 24

// corner is a place of high Harris response.
type corner struct {
	x, y     int // pixel of its level
	level    int
	response int64
	u, v     int   // place in the picture, in sixteenths of a pixel of the first level
	free     int64 // squared distance to the nearest stronger corner, in the same
}

// corners finds the corners of a smoothed level.
func (r *room) corners(s *plane, level int) []corner {
	resp, n := r.responses(s), s.w-2*border
	out := r.kept[level].corners[:0]
	r.marks = grown(r.marks, (n+7)/8)
	for y := border; y < s.h-border; y++ {
		at := y*s.w + border
		r.peaks(r.marks, resp[at-1:][:n+2], resp[at-s.w:][:n], resp[at+s.w:][:n])
		for i, m := range r.marks {
			for ; m != 0; m &= m - 1 {
				if x := border + 8*i + bits.TrailingZeros8(m); highest(resp, s.w, x, y) {
					out = append(out, corner{x: x, y: y, level: level, response: resp[y*s.w+x]})
				}
			}
		}
	}
	r.kept[level].corners = out
	return out
}

// highest reports whether no response nearby is higher; of equal ones the first by rows counts.
func highest(resp []int64, w, x, y int) bool {
	v := resp[y*w+x]
	for dy := -apart; dy <= apart; dy++ {
		line := resp[(y+dy)*w+x-apart:][:2*apart+1]
		for i, o := range line {
			if o > v || o == v && (dy < 0 || dy == 0 && i < apart) {
				return false
			}
		}
	}
	return true
}

// responses writes the Harris responses of all pixels, row by row.
func (r *room) responses(s *plane) []int64 {
	out := r.response[:s.w*s.h]
	n := s.w + 2*reach
	t := r.tensors(2*reach+2, n)
	sums, ring := t[0], t[1:] // down the columns of the ring; the last rows of products, beginning reach pixels before the first
	for y := -reach; y < s.h+reach; y++ {
		at := s.at(-reach, y)
		line, up, down := s.pix[at-1:][:n+2], s.pix[at-s.stride:][:n], s.pix[at+s.stride:][:n]
		r.enter(sums, ring[(y+reach)%len(ring)], line, up, down)
		if y >= reach {
			r.harris(out[(y-reach)*s.w:][:s.w], sums)
		}
	}
	return out
}
