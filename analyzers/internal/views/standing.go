package views

import (
	"image"
	"slices"
)

// Standing finds the borders that stand in several frames of a film, whatever moves between them: bars of one colour, and pairs
// of blurred bars. The zero Standing has seen none.
type Standing struct {
	bounds  image.Rectangle
	flat    [4][]int // lines of one colour above, below, left and right, frame by frame
	across  profile  // of columns
	down    profile  // of rows
	regular int      // frames counted
	looked  int      // frames counted in across and down
}

// How frames agree on a border.
const (
	calm  = 64 // variance, in levels squared, under which a frame is black or blank and says nothing
	few   = 10 // one frame in so many may show less of a border than stands
	shown = 4  // one frame in so many shows the border's edge, at least
	about = 1  // lines within which it does
	every = 4  // one frame in so many is looked at for blurred bars
)

// Add counts a frame. Frames of another size than the first one's, and blank ones, are passed over.
func (s *Standing) Add(g Gray) {
	if s.bounds.Empty() {
		s.bounds = g.Bounds()
		s.across, s.down = newProfile(g.W), newProfile(g.H)
	}
	if g.Bounds() != s.bounds || g.variance() < calm {
		return
	}
	s.regular++
	box := g.Bounds()
	upper, _ := g.from(box, false, false).border()
	lower, _ := g.from(box, false, true).border()
	if upper+lower < g.H {
		box.Min.Y, box.Max.Y = box.Min.Y+upper, box.Max.Y-lower
	}
	left, _ := g.from(box, true, false).border()
	right, _ := g.from(box, true, true).border()
	for i, n := range []int{upper, lower, left, right} {
		s.flat[i] = append(s.flat[i], n)
	}
	if s.regular%every == 1 && g.W > 2*softPart && g.H > 2*softPart {
		s.looked++
		s.across.add(g.from(g.Bounds(), true, false))
		s.down.add(g.from(g.Bounds(), false, false))
	}
}

// Box is the picture within the borders, in pixels of the frames added; the whole of them where none stand.
func (s *Standing) Box() image.Rectangle {
	g := Gray{W: s.bounds.Dx(), H: s.bounds.Dy()}
	if s.regular == 0 {
		return s.bounds
	}
	box := image.Rectangle{
		image.Pt(agreed(s.flat[2], g.W), agreed(s.flat[0], g.H)),
		image.Pt(g.W-agreed(s.flat[3], g.W), g.H-agreed(s.flat[1], g.H)),
	}
	if s.looked > 0 && g.kept(box) == box {
		if n := s.across.within(box.Min.X, box.Max.X).softBars(s.looked); n > 0 {
			box.Min.X, box.Max.X = box.Min.X+n, box.Max.X-n
		} else if n := s.down.within(box.Min.Y, box.Max.Y).softBars(s.looked); n > 0 {
			box.Min.Y, box.Max.Y = box.Min.Y+n, box.Max.Y-n
		}
	}
	return g.kept(box)
}

// agreed is how many of n lines nearly all frames show as border at least, where enough show just so many; else 0.
func agreed(counts []int, n int) int {
	sorted := slices.Sorted(slices.Values(counts))
	most := sorted[len(sorted)/few]
	just := 0
	for _, c := range sorted {
		if c >= most-about && c <= most+about {
			just++
		}
	}
	if most*leastPart < n || just*shown < len(sorted) {
		return 0
	}
	return most
}

// variance is that of the levels.
func (g Gray) variance() float64 {
	var sum, squares int
	for _, v := range g.Pix {
		sum += int(v)
		squares += int(v) * int(v)
	}
	n := float64(len(g.Pix))
	mean := float64(sum) / n
	return float64(squares)/n - float64(mean*mean)
}

// Frames is how many frames were counted.
func (s *Standing) Frames() int { return s.regular }

// Bounds are those of the frames counted.
func (s *Standing) Bounds() image.Rectangle { return s.bounds }
