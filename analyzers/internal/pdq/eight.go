package pdq

// eightPlain is weigh in plain Go.
func eightPlain(out *[8]float32, lines []float32, step int, weights []float32) {
	for half := 0; half < 8; half += 4 {
		var a, b, c, d float32
		for i, w := range weights {
			v := (*[4]float32)(lines[i*step+half:])
			a += float32(v[0] * w)
			b += float32(v[1] * w)
			c += float32(v[2] * w)
			d += float32(v[3] * w)
		}
		*(*[4]float32)(out[half:]) = [4]float32{a, b, c, d}
	}
}
