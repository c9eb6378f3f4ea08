package orb

import "sync"

// room is the memory that the features of one picture are found in, and the kernel they are found with.
type room struct {
	kernel
	pixels   []uint16 // of planes, one behind the other
	used     int      // of pixels
	given    []uint16 // of a plane that is reduced to the first level
	once     *plane   // as large as the first level
	response []int64
	products []int32 // of tensors
	rows     [5][]uint16
	five     [5][]uint16 // what a kernel is handed
	three    [3][]uint16
	weights  [3]uint32
	spans    map[[2]int]axis // by the lengths that are reduced and to which
	kept     [levels]keep
	all      []*corner
	marks    []uint8  // of a row: see kernel.peaks
	sums     []uint32 // a row of sums down the columns of a plane that is reduced, and
	part     []uint32 // of three of its rows
}

func newRoom(k kernel) *room { return &room{kernel: k} }

// rooms keeps those that wait for the next picture.
var rooms = sync.Pool{New: func() any { return newRoom(kernels[0]) }}

// clear makes the room empty, and large enough for a picture of w×h.
func (r *room) clear(w, h int) {
	n := area(w, h)
	for k := range levels {
		n += 2 * area(reduced(w, k), reduced(h, k))
	}
	r.pixels, r.used = grown(r.pixels, n), 0
	r.once = r.plane(w, h)
	r.response = grown(r.response, w*h)
	for i := range r.rows {
		r.rows[i] = grown(r.rows[i], w)
	}
}

// grown is s, or new memory where s is too small, of n elements of any value.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// plane is one of w×h that shows anything.
func (r *room) plane(w, h int) *plane {
	n := area(w, h)
	p := &plane{w, h, w + 2*margin, r.pixels[r.used:][:n]}
	r.used += n
	return p
}

// tensors are n empty ones to each of the parts.
func (r *room) tensors(parts, n int) []tensors {
	r.products = grown(r.products, 3*parts*n)
	clear(r.products)
	out := make([]tensors, parts)
	for i := range out {
		p := r.products[3*n*i:][:3*n]
		out[i] = tensors{n, p[:n], p[n : 2*n], p[2*n:]}
	}
	return out
}

// keep is memory for the corners of one level and where they lie.
type keep struct {
	corners      []corner
	last, before []int32
}

// axis is how one length is reduced to another.
type axis struct {
	spans []span
	comb  comb
}

// maxAxes bounds those remembered: a film needs some twenty.
const maxAxes = 128

// axis is remembered, since the frames of a film are of one size.
func (r *room) axis(from, to int) axis {
	key := [2]int{from, to}
	if a, ok := r.spans[key]; ok {
		return a
	}
	if r.spans == nil || len(r.spans) == maxAxes {
		r.spans = make(map[[2]int]axis)
	}
	s := spans(from, to)
	r.spans[key] = axis{s, tapsOf(s)}
	return r.spans[key]
}
