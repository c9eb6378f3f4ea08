package rules

import (
	"strconv"

	"dokaz/pipeline"
)

// previewFar is from how many differing bits of 256 on a preview does not show what the picture shows. Of 13 photographs of as many
// makers the previews lay at most 31 bits from their own picture, and at least 95 from any part of another, however turned
// (docs/measurements/2026-11-29-metadata-parity.md).
const previewFar = 80

// previewDiffers tells of an embedded preview that looks like no part of the picture, however it is turned: editors that leave the
// old preview behind, among others. Borders and crops are allowed for: the preview with and without its borders is held against the
// whole picture, what lies within its borders, and its parts.
func previewDiffers(d pipeline.Dossier) []pipeline.Finding {
	type seen struct {
		said[pipeline.PictureHash]
		bits pipeline.Hash256
	}
	var parts []seen
	var order []int64
	previews := map[int64][]seen{}
	for _, s := range all[pipeline.PictureHash](d) {
		bits, err := pipeline.ParseHash256(s.fact.Bits)
		if err != nil || s.fact.Quality < HashQuality {
			continue
		}
		switch {
		case s.fact.Algorithm == "pdq0" && s.fact.View != "":
			parts = append(parts, seen{s, bits})
		case s.fact.Algorithm == pipeline.PreviewHash && s.Where.Offset != nil:
			at := *s.Where.Offset
			if previews[at] == nil {
				order = append(order, at)
			}
			previews[at] = append(previews[at], seen{s, bits})
		}
	}
	var out []pipeline.Finding
	for _, at := range order {
		least, to := 257, seen{}
		for _, p := range previews[at] {
			for _, form := range pipeline.Dihedrals {
				turned := p.bits.Turned(form)
				for _, whole := range parts {
					if n := turned.Distance(whole.bits); n < least {
						least, to = n, whole
					}
				}
			}
		}
		if least > 256 || least < previewFar {
			continue
		}
		p := previews[at][0]
		out = append(out, pipeline.Finding{
			Code: "file.preview_differs", Weight: pipeline.Questions,
			Values: map[string]string{
				"offset": strconv.FormatInt(at, 10), "distance": strconv.Itoa(least),
				"width": strconv.Itoa(p.fact.Width), "height": strconv.Itoa(p.fact.Height),
			},
			Cites: []pipeline.Cite{p.cite("hash of the embedded preview", p.fact.Bits), to.cite("nearest hash of the picture", to.fact.Bits)},
		})
	}
	return out
}
