//go:build !amd64

package pdq

// weigh is eightPlain: other processors sum in plain Go.
func weigh(out *[8]float32, lines []float32, step int, weights []float32) {
	eightPlain(out, lines, step, weights)
}
