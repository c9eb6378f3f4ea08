package globe

import (
	"math"
	"slices"
)

// Place is a point to be shown.
type Place struct {
	Latitude, Longitude float64 // degrees, north and east positive
	Radius              float64 // metres within which it can lie; 0 where nothing is known of that
}

// XY is a point of a drawing: X to the right, Y down.
type XY struct{ X, Y float64 }

// Map is a flat drawing in an equidistant cylindrical projection, true to scale along its middle parallel. Everything lies within 0,0 and
// Width,Height, but for the circles of Spots.
type Map struct {
	Width, Height float64
	Land          [][]XY // rings, to be filled by the even-odd rule
	Borders       [][]XY
	Grid          []Grid
	Names         []Name
	Towns         []Town
	Inset         []XY // two corners of the closer map on an overview, none where it has none
	Spots         []Spot
	Labels        []Label
	Bar           Bar
}

// Grid is a meridian or a parallel, from edge to edge.
type Grid struct {
	Degrees  float64 // north and east positive
	Parallel bool
	At       float64 // Y of a parallel, X of a meridian
}

// Name is where a country is to be named, by its number in UN M49.
type Name struct {
	Number int
	At     XY
}

// Spot is a place on the map.
type Spot struct {
	Place  int // index into the places
	At     XY
	Radius float64 // within which it can lie, in units of the drawing
}

// Label is where spots that lie close together are to be named.
type Label struct {
	Places []int
	At     XY
	Left   bool // the text ends there, else it begins there
}

// Bar is a scale: so many metres are so long on the middle parallel.
type Bar struct{ Metres, Length float64 }

// Sizes of a map in its own units, and the least widths shown, metres: a closer map shows a region, an overview a continent's part.
const (
	width       = 480.0
	height      = 330.0
	leastClose  = 520_000.0
	leastWide   = 3_600_000.0
	mostClose   = 9_000_000.0 // beyond it only an overview is drawn
	aroundSpots = 1.6         // of the stretch that holds all places
)

// Maps draws an overview of the places and a closer map; the closer one is nil where the places lie too far apart for one. Places beyond
// the globe must be left out before; without any, both are nil.
func Maps(places []Place) (wide, near *Map, err error) {
	if len(places) == 0 {
		return nil, nil, nil
	}
	e, err := world()
	if err != nil {
		return nil, nil, err
	}
	held := holding(places)
	middle := dot{(held.west + held.east) / 2, (held.south + held.north) / 2}
	across := (held.east - held.west) * perDegree * math.Cos(middle.lat*math.Pi/180)
	for _, p := range places {
		across = max(across, 2*p.Radius)
	}
	needed := max(across, (held.north-held.south)*perDegree*width/height) * aroundSpots
	wide = e.draw(frameOf(middle, max(leastWide, needed, 5*min(needed, leastClose))), places, 1.8)
	if needed <= mostClose {
		f := frameOf(middle, max(leastClose, needed))
		near = e.draw(f, places, .8)
		s := sheet{box: frameOf(middle, max(leastWide, needed, 5*min(needed, leastClose)))}
		wide.Inset = []XY{s.at(dot{f.west, f.north}), s.at(dot{f.east, f.south})}
	}
	return wide, near, nil
}

// holding is the smallest box that holds all places, across the line of date where that makes it smaller.
func holding(places []Place) box {
	of := func(turn func(float64) float64) box {
		dots := make([]dot, len(places))
		for i, p := range places {
			dots[i] = dot{turn(p.Longitude), p.Latitude}
		}
		return lineOf(dots).box
	}
	a := of(func(lon float64) float64 { return lon })
	b := of(func(lon float64) float64 { return math.Mod(lon+360, 360) })
	if b.east-b.west < a.east-a.west {
		return b
	}
	return a
}

// frameOf is the stretch round a point that is so many metres wide along its parallel, kept on the globe.
func frameOf(middle dot, metres float64) box {
	high := min(metres*height/width/perDegree/2, 90)
	lat := min(max(middle.lat, -90+high), 90-high)
	long := min(metres/perDegree/max(math.Cos(lat*math.Pi/180), .1)/2, 180)
	return box{middle.lon - long, lat - high, middle.lon + long, lat + high}
}

// sheet flattens a frame.
type sheet struct{ box }

func (s sheet) at(d dot) XY {
	return XY{(d.lon - s.west) / (s.east - s.west) * width, (s.north - d.lat) / (s.north - s.south) * height}
}

func (s sheet) flat(dots []dot, step float64) []XY {
	out := make([]XY, len(dots))
	for i, d := range dots {
		out[i] = s.at(d)
	}
	return thin(out, step)
}

// turns are the ways round the globe by which a frame that passes the line of date is filled.
var turns = []float64{-360, 0, 360}

// draw fills a frame. Points nearer to each other than step are left out, and what is smaller in area than its square.
func (e earth) draw(f box, places []Place, step float64) *Map {
	s := sheet{f}
	m := &Map{Width: width, Height: height, Grid: s.grid(), Bar: s.bar()}
	for _, turn := range turns {
		here := f.shifted(-turn)
		t := sheet{here}
		for _, l := range e.land {
			if l.meets(here) {
				if ring := t.flat(cutRing(l.dots, here), step); len(ring) > 2 && math.Abs(area(ring)) >= step*step {
					m.Land = append(m.Land, ring)
				}
			}
		}
		for _, l := range e.borders {
			if l.meets(here) {
				for _, run := range cutLine(l.dots, here) {
					m.Borders = append(m.Borders, t.flat(run, step))
				}
			}
		}
	}
	m.spots(s, places)
	if f.east-f.west < townsWithin {
		m.placeTowns(s)
	}
	for _, turn := range turns {
		m.name(e, f.shifted(-turn))
	}
	return m
}

// spots puts the places on the map and finds where to name them.
func (m *Map) spots(s sheet, places []Place) {
	for i, p := range places {
		lon := p.Longitude
		for lon < s.west {
			lon += 360
		}
		for lon > s.east {
			lon -= 360
		}
		m.Spots = append(m.Spots, Spot{i, s.at(dot{lon, p.Latitude}), p.Radius / perDegree / (s.north - s.south) * height})
		at := m.Spots[i].At
		k := slices.IndexFunc(m.Labels, func(l Label) bool {
			first := m.Spots[l.Places[0]].At
			return math.Hypot(first.X-at.X, first.Y-at.Y) < 16
		})
		if k >= 0 {
			m.Labels[k].Places = append(m.Labels[k].Places, i)
			continue
		}
		left := at.X > width*.6
		x := at.X + 10
		if left {
			x = at.X - 10
		}
		m.Labels = append(m.Labels, Label{[]int{i}, XY{x, min(max(at.Y+4, 14), height-6)}, left})
	}
}

// name finds where countries can be named: where there is most room round the word within the largest part that is seen, away from spots.
func (m *Map) name(e earth, here box) {
	const samples, most = 14, .018 // of the map, that a country has to fill to be named
	const nameMargin = 52
	s := sheet{here}
	for _, c := range e.countries {
		var largest []XY
		for _, l := range c.rings {
			if l.meets(here) {
				if ring := s.flat(cutRing(l.dots, here), 3); len(ring) > 2 && math.Abs(area(ring)) > math.Abs(area(largest)) {
					largest = ring
				}
			}
		}
		if c.number == 0 || math.Abs(area(largest)) < most*width*height {
			continue
		}
		squeezed := make([]XY, len(largest)) // words are wider than they are high
		for i, p := range largest {
			squeezed[i] = XY{p.X * .45, p.Y}
		}
		best, room := XY{}, 9.0
		for i := range samples * samples {
			p := XY{width * (float64(i%samples) + .5) / samples, height * (float64(i/samples) + .5) / samples}
			if p.X < nameMargin || p.X > width-nameMargin || p.Y < 24 || p.Y > height-28 || !holds(largest, p) {
				continue // beyond it lie the degrees and the scale
			}
			r := apart(squeezed, XY{p.X * .45, p.Y})
			for _, l := range m.Labels {
				r = min(r, math.Hypot((l.At.X-p.X)*.35, l.At.Y-p.Y))
			}
			for _, t := range m.Towns {
				r = min(r, math.Hypot((t.At.X-p.X)*.35, t.At.Y-p.Y))
			}
			if r > room {
				best, room = p, r
			}
		}
		if room > 9 {
			m.Names = append(m.Names, Name{c.number, best})
		}
	}
}

// grid draws meridians and parallels at round degrees, three to seven of them.
func (s sheet) grid() []Grid {
	var out []Grid
	steps := []float64{.1, .2, .5, 1, 2, 5, 10, 15, 30, 60}
	for _, way := range []struct {
		from, to, long float64
		parallel       bool
	}{{s.west, s.east, width, false}, {s.south, s.north, height, true}} {
		step := steps[len(steps)-1]
		for _, one := range steps {
			if one/(way.to-way.from)*way.long >= 70 {
				step = one
				break
			}
		}
		for k := math.Ceil(way.from / step); k*step <= way.to; k++ {
			v := k * step
			at := s.at(dot{v, v})
			g := Grid{Degrees: math.Remainder(v, 360), Parallel: way.parallel, At: at.X}
			if way.parallel {
				g.Degrees, g.At = v, at.Y
			}
			out = append(out, g)
		}
	}
	return out
}

// bar finds the longest round distance that fills no more than a quarter of the width.
func (s sheet) bar() Bar {
	perUnit := (s.north - s.south) * perDegree / height
	most := perUnit * width / 4
	metres := math.Pow10(int(math.Floor(math.Log10(most))))
	for _, k := range []float64{5, 2} {
		if metres*k <= most {
			metres *= k
			break
		}
	}
	return Bar{metres, metres / perUnit}
}
