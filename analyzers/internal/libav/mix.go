package libav

import "math"

// Numbers of channels in libav's layouts (libavutil/channel_layout.h), as far as they have a weight of their own.
const (
	frontLeft = iota
	frontRight
	frontCentre
	lowFrequency
	backLeft
	backRight
	frontLeftOfCentre
	frontRightOfCentre
	backCentre
	sideLeft
	sideRight
	_ // top centre
	topFrontLeft
	_ // top front centre
	topFrontRight
)

// monoWeights says with which weight each channel enters the mix into one, as libswresample mixes with its default levels:
// centre 1, left and right √½, surround ½, low frequencies not at all, all scaled so that they sum up to at most 1.
// Channels of a layout in which none of them has a place count alike.
func monoWeights(channels []int) []float32 {
	if len(channels) == 1 {
		return []float32{1}
	}
	weights := make([]float64, len(channels))
	sum := 0.0
	for i, c := range channels {
		switch c {
		case frontCentre:
			weights[i] = 1
		case frontLeft, frontRight, frontLeftOfCentre, frontRightOfCentre, topFrontLeft, topFrontRight:
			weights[i] = math.Sqrt2 / 2
		case backLeft, backRight, backCentre, sideLeft, sideRight:
			weights[i] = 0.5
		}
		sum += weights[i]
	}
	out := make([]float32, len(channels))
	for i, w := range weights {
		switch {
		case sum == 0:
			out[i] = 1 / float32(len(channels))
		default:
			out[i] = float32(w / max(sum, 1))
		}
	}
	return out
}

// loudest is how many times full scale a sample may be and still be taken for one.
const loudest = 1 << 16

// mixIn adds weight times every step-th sample of src to dst, scaled so that full scale is 1. Beyond loudest, and where it
// is no number, a sample counts as silence.
func mixIn[T int16 | int32 | int64 | float32 | float64](dst []float32, src []T, step int, weight float32, scale float64) {
	for i := range dst {
		v := float32(float64(src[i*step]) * scale)
		if v >= -loudest && v <= loudest {
			dst[i] += float32(v * weight)
		}
	}
}
