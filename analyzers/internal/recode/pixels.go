package recode

// block are the coefficients of 8×8 pixels, dequantised, row by row.
type block [64]int

// Constants of the transform with 13 bits behind the point.
const (
	fine = 13
	keep = 2 // bits kept behind the point between the two passes

	c0298 = 2446  // 0.298631336
	c0390 = 3196  // 0.390180644
	c0541 = 4433  // 0.541196100
	c0765 = 6270  // 0.765366865
	c0899 = 7373  // 0.899976223
	c1175 = 9633  // 1.175875602
	c1501 = 12299 // 1.501321110
	c1847 = 15137 // 1.847759065
	c1961 = 16069 // 1.961570560
	c2053 = 16819 // 2.053119869
	c2562 = 20995 // 2.562915447
	c3072 = 25172 // 3.072711026
)

// pixels transforms the block and writes it from at on, rows a stride apart.
func (b *block) pixels(at []uint8, stride int, flat bool) {
	if flat {
		v := level(b[0]+4, 3)
		for y := range 8 {
			row := at[y*stride:][:8]
			for x := range row {
				row[x] = v
			}
		}
		return
	}
	for x := range 8 { // columns
		c := b[x:]
		if c[8]|c[16]|c[24]|c[32]|c[40]|c[48]|c[56] == 0 {
			v := c[0] << keep
			c[0], c[8], c[16], c[24], c[32], c[40], c[48], c[56] = v, v, v, v, v, v, v, v
			continue
		}
		o := eight(c[0], c[8], c[16], c[24], c[32], c[40], c[48], c[56])
		for y, v := range o {
			c[8*y] = (v + 1<<(fine-keep-1)) >> (fine - keep)
		}
	}
	for y := range 8 { // rows
		c, row := b[8*y:][:8], at[y*stride:][:8]
		o := eight(c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7])
		for x, v := range o {
			row[x] = level(v+1<<(fine+keep+2), fine+keep+3)
		}
	}
}

// level makes a pixel of a sum around zero.
func level(v, shift int) uint8 { return uint8(max(0, min(v>>shift+128, 255))) }

// eight is the inverse cosine transform of eight numbers, √8 times as large (Loeffler, Ligtenberg, Moschytz, Practical fast 1-D DCT algorithms
// with 11 multiplications, ICASSP 1989), with 13 bits more.
func eight(f0, f1, f2, f3, f4, f5, f6, f7 int) [8]int {
	// the even half
	z := (f2 + f6) * c0541
	e2, e3 := z-f6*c1847, z+f2*c0765
	e0, e1 := (f0+f4)<<fine, (f0-f4)<<fine
	s0, s1, s2, s3 := e0+e3, e1+e2, e1-e2, e0-e3
	// the odd half
	z5 := (f7 + f3 + f5 + f1) * c1175
	z1, z2 := -(f7+f1)*c0899, -(f5+f3)*c2562
	z3, z4 := z5-(f7+f3)*c1961, z5-(f5+f1)*c0390
	o0, o1 := f7*c0298+z1+z3, f5*c2053+z2+z4
	o2, o3 := f3*c3072+z2+z3, f1*c1501+z1+z4
	return [8]int{s0 + o3, s1 + o2, s2 + o1, s3 + o0, s3 - o0, s2 - o1, s1 - o2, s0 - o3}
}
