package structure

import (
	"bytes"
	"encoding/binary"
	"image/jpeg"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dokaz/analyzers/internal/raster"
	"dokaz/analyzers/internal/views"
	"dokaz/fixtures"
	"dokaz/pipeline"
)

// TestPreviewIsCodedAnew: the derivative is a picture of the thumbnail's size and not the file's own bytes.
func TestPreviewIsCodedAnew(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(fixtures.Dir(t, "test"), "says-other-thumbnail.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	_ = New().Read(t.Context(), pipeline.Item{}, held{bytes.NewReader(raw)}, func(w pipeline.Where, f pipeline.Fact) {
		d, ok := f.(pipeline.Derivative)
		if !ok {
			return
		}
		n++
		c, err := jpeg.DecodeConfig(bytes.NewReader(d.Bytes))
		if err != nil || c.Width != d.Width || c.Height != d.Height || bytes.Contains(raw, d.Bytes) || raw[*w.Offset] != 0xff {
			t.Errorf("%+v %+v: %v", w, d, err)
		}
	})
	if n != 1 {
		t.Errorf("%d previews", n)
	}
}

// TestPreviewsAgainstTheirPictures measures what rule file.preview_differs rests on: how far the hash of a thumbnail lies from its own
// picture, and how far from others.
func TestPreviewsAgainstTheirPictures(t *testing.T) {
	t.Parallel()
	type photo struct {
		name            string
		previews, parts []pipeline.Hash256
	}
	var all []photo
	err := filepath.WalkDir(filepath.Join(fixtures.SharedMedia(t), "photos"), func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || !strings.EqualFold(filepath.Ext(name), ".jpg") {
			return err
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		p := photo{name: filepath.Base(name)}
		_ = New().Read(t.Context(), pipeline.Item{}, held{bytes.NewReader(raw)}, func(_ pipeline.Where, f pipeline.Fact) {
			if f, ok := f.(pipeline.PictureHash); ok {
				bits, err := pipeline.ParseHash256(f.Bits)
				if err != nil {
					t.Error(err)
				}
				p.previews = append(p.previews, bits)
			}
		})
		if p.previews == nil {
			return nil
		}
		img, err := jpeg.Decode(bytes.NewReader(raw))
		if err != nil {
			return err
		}
		for _, v := range views.Of(raster.Luma(img, views.MaxSide)) {
			p.parts = append(p.parts, v.Bits)
		}
		all = append(all, p)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	least := func(previews, of []pipeline.Hash256) int {
		n := 256
		for _, a := range previews {
			for _, form := range pipeline.Dihedrals {
				turned := a.Turned(form)
				for _, b := range of {
					n = min(n, turned.Distance(b))
				}
			}
		}
		return n
	}
	const far = 80 // as in the rule
	for i, a := range all {
		own, other := least(a.previews, a.parts), 256
		for j, b := range all {
			if i != j {
				other = min(other, least(a.previews, b.parts))
			}
		}
		t.Logf("%3d from its own picture, %3d from the nearest other: %s", own, other, a.name)
		if own >= far/2 || other < far {
			t.Errorf("%s: %d from its own picture, %d from another", a.name, own, other)
		}
	}
	if len(all) < 10 {
		t.Errorf("%d photographs with a thumbnail", len(all))
	}
}

// A smaller copy that the index announces behind the picture is shown and hashed as the thumbnail of Exif is; what else it announces, such as
// gain maps and the other eye of a stereo picture, is not.
func TestAnnouncedPreviews(t *testing.T) {
	t.Parallel()
	small := jpegOf(t, 70)
	for kind, want := range map[uint32]int{0x010001: 1, 0x010002: 1, 0x020003: 0, 0x000000: 0} {
		index := func(at int) string {
			b := []byte("MPF\x00MM\x00*\x00\x00\x00\x08\x00\x02\xb0\x01\x00\x04\x00\x00\x00\x01\x00\x00\x00\x02\xb0\x02\x00\x07\x00\x00\x00\x20\x00\x00\x00\x26\x00\x00\x00\x00")
			b = binary.BigEndian.AppendUint32(b, 0x030000)
			b = append(b, make([]byte, 12)...)
			b = binary.BigEndian.AppendUint32(b, kind)
			b = binary.BigEndian.AppendUint32(b, uint32(len(small)))
			b = binary.BigEndian.AppendUint32(b, uint32(at))
			return string(append(b, 0, 0, 0, 0))
		}
		whole := with(jpegOf(t, 90), segment(0xe2, index(0)))
		header := bytes.Index(whole, []byte("MPF\x00")) + 4
		file := append(with(jpegOf(t, 90), segment(0xe2, index(len(whole)-header))), small...)
		where, facts := factsOf(t, file)
		n := 0
		for i, f := range facts {
			if h, ok := f.(pipeline.PictureHash); ok && h.Algorithm == pipeline.PreviewHash && h.View == "whole" && *where[i].Offset == int64(len(whole)) {
				n++
			}
		}
		if n != want {
			t.Errorf("of type %06x: %d previews, want %d", kind, n, want)
		}
	}
}
