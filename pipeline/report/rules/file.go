package rules

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"dokaz/pipeline"
)

// family groups formats that share one structure, so that their extensions are easily exchanged and a
// program that opens one opens the other.
func family(format string) string {
	switch format {
	case "mp4", "mov", "3gp", "m4a":
		return "iso"
	case "heic", "avif":
		return "heif"
	case "webm", "matroska":
		return "ebml"
	case "mpegps", "mpegvideo", "mpegts":
		return "mpeg"
	}
	return format
}

// extensionDiffers compares what each receipt's name claims with what the bytes are.
func extensionDiffers(d pipeline.Dossier) []pipeline.Finding {
	detected, cites := d.Item.Format, []pipeline.Cite(nil)
	for _, s := range all[pipeline.FileType](d) {
		detected = s.fact.Detected
		cites = append(cites, s.cite("file type by content", s.fact.Detected))
	}
	if detected == "" {
		return nil
	}
	var out []pipeline.Finding
	for _, n := range names(d) {
		declared, ok := pipeline.FormatOfName(n.text)
		if !ok || declared.Name == detected {
			continue
		}
		weight := pipeline.Questions
		if family(declared.Name) == family(detected) {
			weight = pipeline.Note
		}
		out = append(out, pipeline.Finding{
			Code: "file.extension_differs", Weight: weight,
			Values: map[string]string{
				"name": quote(n.text), "extension": pipeline.Extension(n.text), "declared": declared.Name, "detected": detected,
			},
			Cites: together(n.cites, cites),
		})
	}
	return out
}

// carried are words by which a note names contents that no camera appends.
var carried = []string{"zip", "rar", "7z", "gzip", "pdf", "executable", "elf", "script"}

// trailingData tells of bytes behind the end of the format's structure. Phones append clips and their own
// records as a matter of course, so only what looks like an archive, a document or a program raises a question.
func trailingData(d pipeline.Dossier) []pipeline.Finding {
	return extents(d, "trailing", "file.trailing_data", func(e pipeline.Extent) pipeline.Weight {
		for _, word := range strings.FieldsFunc(strings.ToLower(e.Note), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if slices.Contains(carried, word) {
				return pipeline.Questions
			}
		}
		return pipeline.Note
	})
}

func truncated(d pipeline.Dossier) []pipeline.Finding {
	return extents(d, "truncated", "file.truncated", func(pipeline.Extent) pipeline.Weight { return pipeline.Questions })
}

// damaged tells how much of what a header states could be read.
func damaged(d pipeline.Dossier) []pipeline.Finding {
	count := func(n int64) string {
		if n == 0 {
			return "—"
		}
		return strconv.FormatInt(n, 10)
	}
	seconds := func(s float64) string {
		if s == 0 {
			return "—"
		}
		return strconv.FormatFloat(s, 'f', -1, 64)
	}
	var out []pipeline.Finding
	for _, s := range all[pipeline.Damage](d) {
		f := s.fact
		times := "—"
		if len(f.Times) > 0 {
			var parts []string
			for i := 0; i+1 < len(f.Times); i += 2 {
				parts = append(parts, seconds(max(f.Times[i], 0.001))+"–"+seconds(f.Times[i+1]))
			}
			times = strings.Join(parts[:min(len(parts), 8)], ", ")
			if len(parts) > 8 {
				times += " …"
			}
		}
		read := strconv.FormatInt(f.Read, 10)
		if f.Read == 0 && f.Stated == 0 {
			read = "—" // not counted
		}
		out = append(out, pipeline.Finding{
			Code: "file.damaged", Weight: pipeline.Questions,
			Values: map[string]string{
				"of": f.Of, "stream": strconv.Itoa(f.Stream), "read": read, "stated": count(f.Stated), "until": seconds(f.Until), "duration": seconds(f.Duration),
				"missing": count(f.Missing), "errors": count(f.Errors + f.Concealed), "times": times,
			},
			Cites: []pipeline.Cite{s.cite("damage: "+f.Of, read)},
		})
	}
	return out
}

func extents(d pipeline.Dossier, what string, code pipeline.Code, weigh func(pipeline.Extent) pipeline.Weight) []pipeline.Finding {
	var out []pipeline.Finding
	for _, s := range all[pipeline.Extent](d) {
		if s.fact.What != what {
			continue
		}
		offset, length, note := "—", "—", "—"
		if s.Where.Offset != nil {
			offset = strconv.FormatInt(*s.Where.Offset, 10)
		}
		if s.fact.Length > 0 {
			length = strconv.FormatInt(s.fact.Length, 10)
		}
		if s.fact.Note != "" {
			note = quote(s.fact.Note)
		}
		out = append(out, pipeline.Finding{
			Code: code, Weight: weigh(s.fact),
			Values: map[string]string{"offset": offset, "length": length, "note": note},
			Cites:  []pipeline.Cite{s.cite("file structure: "+what, s.fact.Note)},
		})
	}
	return out
}

func empty(d pipeline.Dossier) []pipeline.Finding {
	var cites []pipeline.Cite
	for _, s := range all[pipeline.Extent](d) {
		if s.fact.What == "empty" {
			cites = append(cites, s.cite("file structure: empty", s.fact.Note))
		}
	}
	if d.Item.Size == 0 {
		cites = append(cites, pipeline.Cite{Where: pipeline.In("item"), What: "item:size", Value: "0"})
	}
	if len(cites) == 0 {
		return nil
	}
	return []pipeline.Finding{{Code: "file.empty", Weight: pipeline.Questions, Cites: bounded(cites)}}
}
