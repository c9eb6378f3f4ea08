package paper

// A page is laid out as strips: stretches of the sheet's whole width that are not parted, one below the other.
// What stands on a strip is drawn when its place is known.

// op draws something of a strip whose top is at y.
type op func(s *sheet, y float64)

// strip is what is not parted by the end of a sheet.
type strip struct {
	height float64 // points
	before float64 // space above, which falls away at the top of a sheet
	keep   bool    // the next strip stands on the same sheet
	ops    []op
	ids    []string // anchors that lead here
	mark   *mark    // its line in the outline
	head   []strip  // repeated above it at the top of a sheet
}

// mark is a line of the outline.
type mark struct {
	text  string
	level int
}

// blank is space that stays at the top of a sheet, too.
func blank(height float64) strip { return strip{height: height} }

// height of strips one below the other, without the space above the first.
func height(strips []strip) (h float64) {
	for i, s := range strips {
		if i > 0 {
			h += s.before
		}
		h += s.height
	}
	return h
}

// spaced puts space above the first strip, if there is less.
func spaced(strips []strip, before float64) []strip {
	if len(strips) > 0 {
		strips[0].before = max(strips[0].before, before)
	}
	return strips
}

// together keeps strips on one sheet with those after them.
func together(strips []strip) []strip {
	for i := range strips {
		strips[i].keep = true
	}
	return strips
}

// unparted keeps strips together among themselves where they take less than most of a sheet.
func unparted(strips []strip, most float64) []strip {
	if height(strips) <= most && len(strips) > 1 {
		together(strips[:len(strips)-1])
	}
	return strips
}

// named gives the first strip an anchor.
func named(strips []strip, id string) []strip {
	if id != "" && len(strips) > 0 {
		strips[0].ids = append(strips[0].ids, id)
	}
	return strips
}

// pasted puts strips into one, from offset on down.
func pasted(into *strip, strips []strip, offset float64) {
	y := offset
	for i, s := range strips {
		if i > 0 {
			y += s.before
		}
		at := y
		for _, o := range s.ops {
			into.ops = append(into.ops, func(sh *sheet, top float64) { o(sh, top+at) })
		}
		into.ids = append(into.ids, s.ids...)
		if into.mark == nil {
			into.mark = s.mark
		}
		y += s.height
	}
	into.height = max(into.height, y)
}

// tallest is the share of a sheet that a row may take without being parted.
const tallest = 0.5 * bodyHeight

// beside puts columns next to each other: in one strip where that is short, else line by line.
func beside(columns ...[]strip) []strip {
	long, lines := 0.0, 0
	for _, c := range columns {
		long, lines = max(long, height(c)), max(lines, len(c))
	}
	if long <= tallest {
		var one strip
		for _, c := range columns {
			pasted(&one, c, 0)
		}
		return []strip{one}
	}
	out := make([]strip, lines)
	for i := range out {
		for _, c := range columns {
			if i < len(c) {
				top := 0.0
				if i > 0 {
					top = c[i].before
				}
				pasted(&out[i], c[i:i+1], top)
			}
		}
	}
	return out
}

// backed draws something behind each strip: from the end of the strip before it, the first from its own top.
func backed(strips []strip, behind func(s *sheet, top, height float64)) []strip {
	for i := range strips {
		first, h := i == 0, strips[i].height
		strips[i].ops = append([]op{func(s *sheet, y float64) {
			gap := s.gap
			if first {
				gap = 0
			}
			behind(s, y-gap, h+gap)
		}}, strips[i].ops...)
	}
	return strips
}
