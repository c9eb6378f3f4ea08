package rules

import (
	"strconv"

	"dokaz/pipeline"
)

// hashUnusable tells of pictures and footage that carry too little detail to be compared by hash, so that
// the absence of matches says nothing of them.
func hashUnusable(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	for _, s := range all[pipeline.PictureHash](d) {
		if s.fact.Algorithm != "pdq" || s.fact.Quality >= HashQuality {
			continue
		}
		out = append(out, unusable("1", "0", s.fact.Quality, s.cite("pdq", "quality "+strconv.Itoa(s.fact.Quality))))
	}
	for _, s := range all[pipeline.FrameHashes](d) {
		usable, best := 0, 0
		for _, f := range s.fact.Frames {
			if f.Quality >= HashQuality {
				usable++
			}
			best = max(best, f.Quality)
		}
		if len(s.fact.Frames) == 0 || s.fact.View == pipeline.ViewBetween || 2*usable >= len(s.fact.Frames) {
			continue
		}
		out = append(out, unusable(strconv.Itoa(len(s.fact.Frames)), strconv.Itoa(usable), best,
			s.cite("pdq of stream "+strconv.Itoa(s.fact.Stream), "best quality "+strconv.Itoa(best))))
	}
	return out
}

func unusable(pictures, usable string, best int, c pipeline.Cite) pipeline.Finding {
	return pipeline.Finding{
		Code: "hash.low_quality", Weight: pipeline.Note,
		Values: map[string]string{
			"pictures": pictures, "usable": usable, "best": strconv.Itoa(best), "least": strconv.Itoa(HashQuality),
		},
		Cites: []pipeline.Cite{c},
	}
}
