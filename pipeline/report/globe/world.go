package globe

import (
	"bufio"
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"fmt"
	"math"
	"sync"
)

//go:embed world.outlines
var outlines []byte

// dot is a point in degrees: longitude and latitude.
type dot struct{ lon, lat float64 }

// box is a stretch of longitudes and latitudes.
type box struct{ west, south, east, north float64 }

func (b box) meets(o box) bool {
	return b.west <= o.east && o.west <= b.east && b.south <= o.north && o.south <= b.north
}

func (b box) shifted(by float64) box { return box{b.west + by, b.south, b.east + by, b.north} }

// line is a chain of points with the box that holds it.
type line struct {
	dots []dot
	box
}

// country is an area with its number in UN M49, 0 where the data set gives none.
type country struct {
	number int
	rings  []line
}

// earth is the outlines of the world.
type earth struct {
	land      []line // rings
	borders   []line // between countries
	countries []country
}

// world reads the embedded outlines once.
var world = sync.OnceValues(func() (earth, error) {
	e, err := readWorld(outlines)
	if err != nil {
		return earth{}, fmt.Errorf("outlines of the world: %w", err)
	}
	return e, nil
})

// headLines is how many lines of text stand before the varints.
const headLines = 4

func readWorld(raw []byte) (earth, error) {
	var scale, origin dot
	for range headLines {
		text, rest, found := bytes.Cut(raw, []byte("\n"))
		if !found {
			return earth{}, fmt.Errorf("no head")
		}
		raw = rest
		if _, err := fmt.Sscan(string(text), &scale.lon, &scale.lat, &origin.lon, &origin.lat); err == nil {
			break
		}
	}
	r := &reader{in: bufio.NewReader(flate.NewReader(bytes.NewReader(raw)))}
	arcs := make([]line, r.count())
	var e earth
	for i := range arcs {
		border := r.int() == 1
		dots := make([]dot, r.count())
		x, y := 0, 0
		for j := range dots {
			x, y = x+r.int(), y+r.int()
			dots[j] = dot{float64(x)*scale.lon + origin.lon, float64(y)*scale.lat + origin.lat}
		}
		arcs[i] = lineOf(dots)
		if border {
			e.borders = append(e.borders, arcs[i])
		}
	}
	e.land = r.rings(arcs)
	e.countries = make([]country, r.count())
	for i := range e.countries {
		e.countries[i] = country{r.int(), r.rings(arcs)}
	}
	return e, r.err
}

func lineOf(dots []dot) line {
	l := line{dots, box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}}
	for _, d := range dots {
		l.west, l.east = min(l.west, d.lon), max(l.east, d.lon)
		l.south, l.north = min(l.south, d.lat), max(l.north, d.lat)
	}
	return l
}

// reader reads varints and keeps the first error.
type reader struct {
	in  *bufio.Reader
	err error
}

func (r *reader) int() int {
	if r.err != nil {
		return 0
	}
	n, err := binary.ReadVarint(r.in)
	r.err = err
	return int(n)
}

// count reads a length; the file is ours, so that the bound only keeps a damaged one from taking memory.
func (r *reader) count() int {
	n := r.int()
	if n < 0 || n > 1<<20 {
		r.err, n = fmt.Errorf("a length of %d", n), 0
	}
	return n
}

// rings reads rings that are chains of arcs; ~i is arc i backwards.
func (r *reader) rings(arcs []line) []line {
	out := make([]line, r.count())
	for i := range out {
		var dots []dot
		for range r.count() {
			a := r.int()
			back := a < 0
			if back {
				a = ^a
			}
			if a >= len(arcs) {
				r.err = fmt.Errorf("arc %d of %d", a, len(arcs))
				return nil
			}
			chain := arcs[a].dots
			for j := range chain {
				if j == 0 && len(dots) > 0 {
					continue // where the arc before ended
				}
				if back {
					dots = append(dots, chain[len(chain)-1-j])
				} else {
					dots = append(dots, chain[j])
				}
			}
		}
		out[i] = lineOf(unwound(dots))
	}
	return out
}

// unwound lets a ring that passes the line of date go on beyond 180 degrees, where it would leap round the globe. A ring round a pole
// stays as it is.
func unwound(ring []dot) []dot {
	out := make([]dot, len(ring))
	turn := 0.0
	for i, d := range ring {
		if i > 0 {
			switch leap := d.lon - ring[i-1].lon; {
			case leap > 180:
				turn -= 360
			case leap < -180:
				turn += 360
			}
		}
		out[i] = dot{d.lon + turn, d.lat}
	}
	if turn != 0 {
		return ring
	}
	return out
}
