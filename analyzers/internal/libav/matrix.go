package libav

// orientationOf turns a display matrix into the Exif value of the nearest of the eight square orientations.
// (a b / c d) maps a stored point to a x + c y, b x + d y, y downwards (ISO/IEC 14496-12 §6.2.2).
func orientationOf(a, b, c, d int64) int {
	abs := func(v int64) int64 { return max(v, -v) }
	if abs(a)+abs(d) >= abs(b)+abs(c) {
		switch {
		case a < 0 && d < 0:
			return 3
		case a < 0:
			return 2
		case d < 0:
			return 4
		}
		return 1
	}
	switch {
	case b > 0 && c < 0:
		return 6
	case b < 0 && c > 0:
		return 8
	case b < 0 && c < 0:
		return 7
	}
	return 5
}
