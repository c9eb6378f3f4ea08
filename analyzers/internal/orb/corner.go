package orb

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

// tensor is a gradient's products with itself, or a sum of such. A component of the smoothed gradient is at most 2550, so that 25
// products stay below 2^28.
type tensor struct{ xx, yy, xy int32 }

// corners finds the corners of a smoothed level. It writes over resp, which has room for the response of every pixel.
func corners(s *plane, level int, resp []int64) []corner {
	responses(resp, s)
	var out []corner
	for y := border; y < s.h-border; y++ {
		row := resp[y*s.w:][:s.w]
		for x := border; x < s.w-border; x++ {
			v := row[x]
			if v >= floor && v >= row[x-1] && v >= row[x+1] && highest(resp, s.w, x, y) {
				out = append(out, corner{x: x, y: y, level: level, response: v})
			}
		}
	}
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
func responses(out []int64, s *plane) {
	n := s.w + 2*reach
	var ring [2*reach + 1][]tensor // rows of products, beginning reach pixels before the first
	for i := range ring {
		ring[i] = make([]tensor, n)
	}
	sums := make([]tensor, n) // down the columns of the ring
	for y := -reach; y < s.h+reach; y++ {
		enter(sums, ring[(y+reach)%len(ring)], s, y)
		if y >= reach {
			harris(out[(y-reach)*s.w:][:s.w], sums)
		}
	}
}

// enter puts the products of row y into row, whose former ones leave the sums.
func enter(sums, row []tensor, s *plane, y int) {
	n, at := len(row), s.at(-reach, y)
	line, up, down := s.pix[at-1:][:n+2], s.pix[at-s.stride:][:n], s.pix[at+s.stride:][:n]
	sums = sums[:n]
	for x := range row {
		dx, dy := int32(line[x+2])-int32(line[x]), int32(down[x])-int32(up[x])
		old := row[x]
		row[x] = tensor{dx * dx, dy * dy, dx * dy}
		sums[x].xx += row[x].xx - old.xx
		sums[x].yy += row[x].yy - old.yy
		sums[x].xy += row[x].xy - old.xy
	}
}

// harris adds the sums up along the row and takes the response.
func harris(out []int64, sums []tensor) {
	var t tensor
	for _, s := range sums[:2*reach] {
		t.xx, t.yy, t.xy = t.xx+s.xx, t.yy+s.yy, t.xy+s.xy
	}
	come, gone := sums[2*reach:][:len(out)], sums[:len(out)]
	for x := range out {
		t.xx, t.yy, t.xy = t.xx+come[x].xx, t.yy+come[x].yy, t.xy+come[x].xy
		a, b, c := int64(t.xx), int64(t.yy), int64(t.xy)
		out[x] = a*b - c*c - (a+b)*(a+b)>>4
		t.xx, t.yy, t.xy = t.xx-gone[x].xx, t.yy-gone[x].yy, t.xy-gone[x].xy
	}
}
