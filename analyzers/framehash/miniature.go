package framehash

import (
	"image"

	"dokaz/analyzers/internal/pdq"
	"dokaz/analyzers/internal/raster"
	"dokaz/pipeline"
)

const (
	miniatureSide = 64   // pixels of the longer side of a miniature at most,
	miniatureArea = 1536 // and of the whole

	// MaxMiniatures bounds those kept of one stream, a quarter of an hour of four frames a second. As text they are 8.2 million
	// bytes at most. Frames beyond it have none, and the fact is marked as cut.
	MaxMiniatures = 3900
)

// miniatures keeps small copies of frames, so that parts of them can be compared that nobody knew when the frames were
// hashed.
type miniatures struct {
	fact pipeline.LocalFeatures
}

func newMiniatures(s pipeline.Footage) miniatures {
	return miniatures{pipeline.LocalFeatures{Algorithm: pipeline.Plain, Decoder: s.Decoder, Stream: s.Stream}}
}

// add takes one frame.
func (m *miniatures) add(luma pdq.Averages, seconds float64) {
	if len(m.fact.Frames) == MaxMiniatures {
		m.fact.Cut = true
		return
	}
	if len(m.fact.Frames) == 0 {
		m.fact.Width, m.fact.Height = luma.Full.X, luma.Full.Y
	}
	w, h := miniatureSize(luma.W, luma.H)
	grey := &image.Gray{Pix: luma.Pix, Stride: luma.W, Rect: image.Rect(0, 0, luma.W, luma.H)}
	small := &pipeline.Miniature{Width: w, Height: h, Luma: make([]byte, w*h)}
	for i, v := range raster.LumaTo(grey, w, h) {
		small.Luma[i] = byte(min(max(v+0.5, 0), 255))
	}
	m.fact.Frames = append(m.fact.Frames, pipeline.FeaturedFrame{Time: seconds, Miniature: small})
}

// miniatureSize is the greatest size in proportion that is within the bounds.
func miniatureSize(w, h int) (int, int) {
	for side := miniatureSide; ; side-- {
		if sw, sh := raster.Fit(w, h, side); sw*sh <= miniatureArea {
			return sw, sh
		}
	}
}
