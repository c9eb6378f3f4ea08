package structure

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"testing"

	"dokaz/fixtures/stock/craft"
	"dokaz/pipeline"
)

// TestAnimationsAreSummed states three frames of 8 by 4, 96 pixels in all, in each format that moves: a sum at the limit passes, one above is named
// with its value, and so is the number of frames. A single picture is no animation.
func TestAnimationsAreSummed(t *testing.T) {
	t.Parallel()
	const frames = 3
	moving := func(n int) map[string][]byte {
		out := map[string][]byte{}
		g := &gif.GIF{}
		png := [][]byte{[]byte(craft.PNGSignature), craft.IHDR(8, 4, 1, 0), craft.Chunk("acTL", craft.BE32(uint32(n), 0))}
		webp := [][]byte{craft.RIFFChunk("VP8X", []byte{2, 0, 0, 0, 7, 0, 0, 3, 0, 0})}
		for range n {
			g.Image, g.Delay = append(g.Image, image.NewPaletted(image.Rect(0, 0, 8, 4), color.Palette{color.Black, color.White})), append(g.Delay, 1)
			png = append(png, craft.Chunk("fcTL", bytes.Join([][]byte{craft.BE32(0, 8, 4, 0, 0), craft.BE16(1, 1), {0, 0}}, nil)))
			webp = append(webp, craft.RIFFChunk("ANMF", []byte{0, 0, 0, 0, 0, 0, 7, 0, 0, 3, 0, 0, 1, 0, 0, 0}))
		}
		var b bytes.Buffer
		if err := gif.EncodeAll(&b, g); err != nil {
			t.Fatal(err)
		}
		out["gif"], out["png"], out["webp"] = b.Bytes(), bytes.Join(append(png, craft.Chunk("IEND", nil)), nil), craft.RIFF("WEBP", webp...)
		return out
	}
	for _, c := range []struct {
		frames int
		limits pipeline.Limits
		want   string
	}{
		{frames, pipeline.Limits{Animated: 96, Frames: 3}, ""},
		{frames, pipeline.Limits{Animated: 95}, "refused: pixels of an animation 96 over 95"},
		{frames, pipeline.Limits{Frames: 2}, "refused: frames 3 over 2"},
		{1, pipeline.Limits{Animated: 31}, ""},
	} {
		for format, b := range moving(c.frames) {
			err := Within(c.limits).Read(context.Background(), pipeline.Item{}, held{bytes.NewReader(b)}, func(pipeline.Where, pipeline.Fact) {})
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != c.want || err != nil && !errors.Is(err, pipeline.ErrRefused) {
				t.Errorf("%s of %d frames within %+v: %q, want %q", format, c.frames, c.limits, got, c.want)
			}
		}
	}
}

func TestASumOfPixelsDoesNotOverflow(t *testing.T) {
	t.Parallel()
	var a animated
	for range 5 {
		a.add(1<<32-1, 1<<32-1)
	}
	if a.pixels != 1<<63-1 {
		t.Errorf("%d", a.pixels)
	}
}
