package draw

import "image"

// view is what the drawings of two pictures have in common, made once.
type view struct {
	Laid
	a, b   *image.RGBA // of the drawing's size
	places [][4]float64
	w, h   int         // of b
	asB    *image.RGBA // a as b would show it, hatched where a shows nothing
	seen   []bool      // where it shows something
	ga, gb []float64   // luma of asB, brought to b's brightness, and of b
}

func (l Laid) view() view {
	v := view{Laid: l, a: fitted(l.A, l.Side), b: fitted(l.B, l.Side), places: l.places()}
	v.w, v.h = v.b.Rect.Dx(), v.b.Rect.Dy()
	v.asB, v.seen = warped(v.a, l.By, v.w, v.h)
	v.ga, v.gb = grey(v.asB), grey(v.b)
	even := evened(v.anchored(), smooth(v.ga, v.w), smooth(v.gb, v.w))
	for i := range v.ga {
		v.ga[i] = even(v.ga[i])
	}
	return v
}
