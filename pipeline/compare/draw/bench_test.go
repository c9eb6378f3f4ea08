package draw

import (
	"image"
	"testing"

	"dokaz/pipeline/compare/geometry"

	"golang.org/x/image/draw"
)

// BenchmarkSheet holds the drawing of a report's page against its peer: bringing the same two pictures to the same size with
// golang.org/x/image/draw's bilinear kernel.
func BenchmarkSheet(b *testing.B) {
	l := Laid{A: blotches(1, 480, 360), B: blotches(2, 480, 360), By: geometry.Map{0.9, 0.1, 0, -0.1, 0.9, 0.1, 0, 0, 1}, Side: 300}
	b.Run("sheet", func(b *testing.B) {
		for b.Loop() {
			Sheet(l)
		}
	})
	b.Run("scaling", func(b *testing.B) {
		out := image.NewRGBA(image.Rect(0, 0, 300, 225))
		for b.Loop() {
			draw.BiLinear.Scale(out, out.Rect, l.A, l.A.Rect, draw.Src, nil)
			draw.BiLinear.Scale(out, out.Rect, l.B, l.B.Rect, draw.Src, nil)
		}
	})
}
