package paper

import (
	"fmt"
	"math"
	"strconv"

	"dokaz/pipeline"
)

// point is a place in a drawing, in its own units.
type point struct{ x, y float64 }

// step is a part of an outline: M goes to a point, L draws to it, C draws to it bent towards two others, Z goes back to the last M.
type step struct {
	verb byte
	to   point
	bend [2]point
}

// Bounds of an outline.
const (
	maxPathBytes = 1 << 20
	farthest     = 1e6 // of a coordinate from the origin, units
)

// readPath reads the data of an SVG path as far as our page writes it: M, L, H, V and Z, from the origin or from the point before (SVG 2
// §9.3). Any other command, a number that is none, and what leads too far are pipeline.ErrMalformed.
func readPath(d string) ([]step, error) {
	if len(d) > maxPathBytes {
		return nil, fmt.Errorf("path: %w: longer than %d bytes", pipeline.ErrMalformed, maxPathBytes)
	}
	r := pathReader{data: d}
	for r.skip(); r.at < len(r.data); r.skip() {
		if c := r.data[r.at]; c >= 'A' {
			r.verb = c
			r.at++
		} else if r.verb == 0 || r.verb == 'Z' || r.verb == 'z' {
			return nil, r.fault("no command")
		}
		if err := r.command(); err != nil {
			return nil, err
		}
	}
	return r.steps, nil
}

// pathReader is how far a path is read.
type pathReader struct {
	data       string
	at         int
	verb       byte // the command that numbers belong to
	now, start point
	steps      []step
}

// command reads the numbers of one command, once.
func (r *pathReader) command() error {
	to := r.now
	var err error
	switch r.verb {
	case 'M', 'm', 'L', 'l':
		if to.x, err = r.number(r.verb == 'm' || r.verb == 'l', to.x); err == nil {
			to.y, err = r.number(r.verb == 'm' || r.verb == 'l', to.y)
		}
	case 'H', 'h':
		to.x, err = r.number(r.verb == 'h', to.x)
	case 'V', 'v':
		to.y, err = r.number(r.verb == 'v', to.y)
	case 'Z', 'z':
	default:
		return r.fault("a command that is not drawn")
	}
	if err != nil {
		return err
	}
	return r.draw(to)
}

// draw appends the step of a command that leads to a point.
func (r *pathReader) draw(to point) error {
	switch {
	case r.verb == 'M' || r.verb == 'm':
		r.start = to
		r.steps = append(r.steps, step{verb: 'M', to: to})
		r.verb-- // further pairs are lines, L or l, §9.3.3
	case len(r.steps) == 0:
		return r.fault("no start")
	case r.verb == 'Z' || r.verb == 'z':
		to = r.start
		r.steps = append(r.steps, step{verb: 'Z', to: to})
	default:
		if r.steps[len(r.steps)-1].verb == 'Z' {
			r.steps = append(r.steps, step{verb: 'M', to: r.start}) // §9.3.4
		}
		r.steps = append(r.steps, step{verb: 'L', to: to})
	}
	r.now = to
	return nil
}

// skip goes over space and commas.
func (r *pathReader) skip() {
	for r.at < len(r.data) && (r.data[r.at] == ' ' || r.data[r.at] == ',' || r.data[r.at] == '\n' || r.data[r.at] == '\t') {
		r.at++
	}
}

// number reads one number without an exponent: a sign, digits, and at most one point. One that is relative counts from a place.
func (r *pathReader) number(relative bool, from float64) (float64, error) {
	r.skip()
	begin, dots := r.at, 0
	for ; r.at < len(r.data); r.at++ {
		c := r.data[r.at]
		switch {
		case c >= '0' && c <= '9', r.at == begin && (c == '-' || c == '+'):
			continue
		case c == '.' && dots == 0:
			dots++
			continue
		}
		break
	}
	v, err := strconv.ParseFloat(r.data[begin:r.at], 64)
	if err != nil {
		return 0, r.fault("no number")
	}
	if relative {
		v += from
	}
	if math.Abs(v) > farthest {
		return 0, r.fault("too far")
	}
	return v, nil
}

func (r *pathReader) fault(what string) error {
	return fmt.Errorf("path at byte %d: %w: %s", r.at, pipeline.ErrMalformed, what)
}
