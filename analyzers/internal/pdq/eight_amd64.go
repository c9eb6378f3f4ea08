package pdq

import "golang.org/x/sys/cpu"

var vectors = cpu.X86.HasAVX2

// weigh writes the weighted sums of eight lines that lie side by side: of as many values of each as there are weights, which lie step
// apart. Each sum runs over rising values, and products are rounded before they are added: with vectors and without, all is the same to
// the last bit.
func weigh(out *[8]float32, lines []float32, step int, weights []float32) {
	if !vectors || len(weights) == 0 {
		eightPlain(out, lines, step, weights)
		return
	}
	_ = lines[(len(weights)-1)*step+7]
	eightAVX2(&out[0], &lines[0], step, &weights[0], len(weights))
}

//go:noescape
func eightAVX2(out, lines *float32, step int, weights *float32, n int)
