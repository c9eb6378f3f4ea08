package parts

import (
	"bytes"
	"strings"
	"testing"
)

const (
	gifScreenBytes = "GIF89a\x02\x00\x02\x00\x80\x00\x00" + "\x00\x00\x00\xff\xff\xff" // two colours
	gifImage       = "\x2c\x00\x00\x00\x00\x02\x00\x02\x00\x00\x02" + "\x02\x4c\x01" + "\x00"
)

func TestGIFBlocks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, file string
		want       outline
	}{
		{
			"whole, with a trailer", gifScreenBytes + "\x21\xf9\x04abcd\x00" + gifImage + ";more",
			outline{Parts: []Part{{"screen", 0, 0, 19}, {"extension", 19, 19, 8}, {"image", 27, 27, 15}, {"trailer", 42, 42, 1}}},
		},
		{"no end", gifScreenBytes + gifImage, outline{Parts: []Part{{"screen", 0, 0, 19}, {"image", 19, 19, 15}}, Err: "the file ends at byte 34 where more must follow"}},
		{"half an image", gifScreenBytes + gifImage[:13], outline{Parts: []Part{{"screen", 0, 0, 19}}, Err: "image at byte 19 has no end"}},
		{"colours missing", gifScreenBytes[:15], outline{Err: "screen at byte 0 lacks its last 4 bytes"}},
		{"a byte that begins nothing", gifScreenBytes + "\x77;", outline{Parts: []Part{{"screen", 0, 0, 19}}, Err: "byte 19: no GIF block"}},
		{"not GIF", "GIF90a", outline{Err: "byte 0: no GIF signature"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := all(GIFBlocks(strings.NewReader(tt.file), int64(len(tt.file))))
			check(t, tt.want, got, err)
		})
	}
}

func TestEBMLElements(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, file string
		want       outline
	}{
		{
			"header, void and segment of unknown size", "\x1a\x45\xdf\xa3\x82ab" + "\xec\x40\x01x" + "\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xffrest",
			outline{Parts: []Part{{"1A45DFA3", 0, 5, 2}, {"EC", 7, 10, 1}, {"18538067", 11, 23, -1}}},
		},
		{"beyond the end", "\x18\x53\x80\x67\x10\x00\x10\x00", outline{Parts: []Part{{"18538067", 0, 8, 4096}}}},
		{"zeros", "\xec\x80\x00\x00", outline{Parts: []Part{{"EC", 0, 2, 0}}, Err: "byte 2: no EBML identifier"}},
		{"size without a mark", "\xec\x00\x00", outline{Err: "byte 0: no EBML size"}},
		{"size cut off", "\xec\x01\x00", outline{Err: "byte 0: no EBML size"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := all(EBMLElements(strings.NewReader(tt.file), 0, int64(len(tt.file))))
			check(t, tt.want, got, err)
		})
	}
}

func FuzzGIFBlocks(f *testing.F) {
	f.Add([]byte(gifScreenBytes + "\x21\xf9\x04abcd\x00" + gifImage + ";"))
	f.Fuzz(func(t *testing.T, b []byte) {
		at := int64(0)
		for p, err := range GIFBlocks(bytes.NewReader(b), int64(len(b))) {
			if err != nil {
				mustBeStructural(t, err)
				return
			}
			if p.At != at || p.Length < 1 || p.End() > int64(len(b)) {
				t.Fatalf("%+v at %d of %d", p, at, len(b))
			}
			at = p.End()
		}
	})
}

func FuzzEBMLElements(f *testing.F) {
	f.Add([]byte("\x1a\x45\xdf\xa3\x82ab\xec\x40\x01x\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		at := int64(0)
		for p, err := range EBMLElements(bytes.NewReader(b), 0, int64(len(b))) {
			if err != nil {
				mustBeStructural(t, err)
				return
			}
			if p.At != at || p.Body <= p.At {
				t.Fatalf("%+v at %d", p, at)
			}
			at = p.End()
		}
	})
}
