package page

import (
	"html/template"
	"strconv"

	"dokaz/pipeline"
	"dokaz/pipeline/display"
)

// structure lists type, size of the picture and stretches of the file that stand out, what the file tells of its past, and its pieces.
func (m maker) structure() template.HTML {
	t := table{class: "structure", caption: m.Text("structure.title"), heads: m.texts("structure.what", "structure.value", "structure.where", "structure.by")}
	for _, s := range all[pipeline.FileType](m.r) {
		f := s.fact
		value := Join(", ", m.Word("format", f.Detected), code(f.MediaType))
		if f.Detected == "" {
			value = m.Say("none")
		}
		if f.Extension != "" && f.Declared != "" {
			value = Join("; ", value, m.Say("structure.declared", "extension", f.Extension, "declared", m.Word("format", f.Declared)))
		} else if f.Extension != "" {
			value = Join("; ", value, m.Say("structure.undeclared", "extension", f.Extension))
		}
		t.rows = append(t.rows, []template.HTML{m.Say("structure.type"), value, m.where(s.Where), Show(s.By.Analyzer, MaxTitle)})
	}
	for _, s := range all[pipeline.Raster](m.r) {
		f := s.fact
		value := m.Say("structure.pixels", "width", digits(int64(f.Width)), "height", digits(int64(f.Height)))
		if f.Orientation != 0 {
			value = Join(", ", value, m.Say("structure.orientation", "value", digits(int64(f.Orientation))))
		}
		if f.Frames > 1 {
			value = Join(", ", value, m.Say("structure.animation", "count", f.Frames))
		}
		t.rows = append(t.rows, []template.HTML{m.Say("structure.raster"), Join(", ", value, code(f.Source)), m.where(s.Where), Show(s.By.Analyzer, MaxTitle)})
	}
	for _, s := range all[pipeline.Extent](m.r) {
		value := Join("; ", m.Word("extent", s.fact.What), m.Say("structure.length", "length", number(s.fact.Length)), shown(s.fact.Note))
		t.rows = append(t.rows, []template.HTML{m.Say("structure.extent"), value, m.where(s.Where), Show(s.By.Analyzer, MaxTitle)})
	}
	for _, s := range all[pipeline.Damage](m.r) {
		f := s.fact
		value := Join(": ", m.Word("damage", f.Of), m.Say("structure.read", "read", readOf(f), "stated", stated(float64(f.Stated)), "until", stated(f.Until),
			"duration", stated(f.Duration), "missing", stated(float64(f.Missing)), "errors", digits(f.Errors+f.Concealed)))
		t.rows = append(t.rows, []template.HTML{m.Say("structure.damage"), value, m.where(s.Where), Show(s.By.Analyzer, MaxTitle)})
	}
	return t.HTML() + m.past() + m.pieces()
}

// readOf is how much was read, where it was counted.
func readOf(f pipeline.Damage) template.HTML {
	if f.Read == 0 && f.Stated == 0 {
		return "—"
	}
	return digits(f.Read)
}

// stated is a number that a header may leave out.
func stated(v float64) string {
	if v == 0 {
		return "—"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// derivatives lists the small pictures made from the item: each is a file of its own, with its own digest.
func (m maker) derivatives() template.HTML {
	t := table{class: "derivatives", caption: m.Text("item.derivatives"), heads: m.texts("item.derivative_role", "item.derivative_size", "item.derivative_where", "item.derivative_digest")}
	for _, s := range all[pipeline.Derivative](m.r) {
		size := ours(strconv.Itoa(s.fact.Width) + " × " + strconv.Itoa(s.fact.Height))
		t.rows = append(t.rows, []template.HTML{m.Word("role", s.fact.Role), Join(", ", size, code(s.fact.MediaType)), m.where(s.Where), hexText(s.fact.Digest.Hex())})
	}
	return t.HTML()
}

// usable is the PDQ quality from which a hash is compared, as the line hashes.frames says.
const usable = 50

// fillHashes lists the hashes of the whole picture, and counts those of its parts, local features and words of sound.
func (m maker) fillHashes(v *view) {
	t := table{class: "hashes", caption: m.Text("hashes.title"), heads: m.texts("hashes.algorithm", "hashes.bits", "hashes.quality", "hashes.size", "hashes.decoder")}
	views := 0
	for _, s := range all[pipeline.PictureHash](m.r) {
		f := s.fact
		if f.View != "" {
			if f.Algorithm != pipeline.PreviewHash {
				views++
			}
			continue
		}
		quality, size := template.HTML("—"), template.HTML("")
		if f.Quality >= 0 {
			quality = ours(strconv.Itoa(f.Quality))
		}
		if f.Width > 0 && f.Height > 0 {
			size = ours(strconv.Itoa(f.Width) + " × " + strconv.Itoa(f.Height))
		}
		bits := hexText(f.Bits)
		if len(f.Bits) > 256 || !display.Plain(f.Bits) {
			bits = shown(f.Bits)
		}
		t.rows = append(t.rows, []template.HTML{Show(f.Algorithm, MaxTitle), bits, quality, size, shown(f.Decoder)})
	}
	v.Hashes = t.HTML()
	if views > 0 {
		v.Footage = append(v.Footage, m.Say("hashes.views", "count", views))
	}
	for _, s := range all[pipeline.LocalFeatures](m.r) {
		if s.fact.Algorithm == pipeline.Plain {
			continue
		}
		v.Footage = append(v.Footage, m.Say("hashes.features", "count", featured(s.fact), "pictures", len(s.fact.Frames)))
	}
	for _, s := range all[pipeline.AudioPrint](m.r) {
		v.Footage = append(v.Footage, m.Say("hashes.sound", "stream", s.fact.Stream, "count", len(s.fact.Words), "to", m.seconds(float64(len(s.fact.Words))*s.fact.Step)))
	}
	m.fillFrameHashes(v)
}

// featured is how many local features there are.
func featured(f pipeline.LocalFeatures) (n int) {
	for _, fr := range f.Frames {
		n += fr.Count
	}
	return n
}

// fillFrameHashes counts the hashes of frames.
func (m maker) fillFrameHashes(v *view) {
	for _, s := range all[pipeline.FrameHashes](m.r) {
		frames := s.fact.Frames
		if len(frames) == 0 {
			continue
		}
		good := 0
		for _, f := range frames {
			if f.Quality >= usable {
				good++
			}
		}
		line := m.Say("hashes.frames", "stream", s.fact.Stream, "count", len(frames), "usable", good,
			"from", m.seconds(frames[0].Time), "to", m.seconds(frames[len(frames)-1].Time))
		switch s.fact.View {
		case "":
		case pipeline.ViewBetween:
			line = Join(" ", line, m.Say("hashes.frames_between"))
		default:
			line = Join(" ", line, m.Say("hashes.frames_trimmed"))
		}
		if s.fact.Cut {
			line = Join(" ", line, m.Say("hashes.frames_cut"))
		}
		v.Footage = append(v.Footage, line)
	}
}
