package rules

import (
	"strconv"
	"strings"

	"dokaz/pipeline"
)

// readersOf names the analyzers that must have finished before the absence of metadata means anything.
func readersOf(k pipeline.Kind) []string {
	switch k {
	case pipeline.Photo:
		return []string{"exif"}
	case pipeline.Video:
		return []string{"container"}
	case pipeline.Audio, pipeline.Other:
	}
	return nil
}

// metadataAbsent tells which of capture time, device and position a photo or video does not state. It
// cites the analyzers that looked and finished: without one, nothing is said.
func metadataAbsent(d pipeline.Dossier) []pipeline.Finding {
	var cites []pipeline.Cite
	for _, name := range readersOf(d.Item.Kind) {
		for _, o := range d.Examination.Outcomes {
			if o.By.Analyzer == name && o.Status == pipeline.Done {
				cites = append(cites, pipeline.Cite{Analyzer: name, What: "outcome", Value: string(o.Status)})
			}
		}
	}
	if len(cites) == 0 {
		return nil
	}
	word := func(present bool) string {
		if present {
			return "present"
		}
		return "absent"
	}
	device := false
	for _, s := range all[pipeline.Device](d) {
		device = device || s.fact.Make != "" || s.fact.Model != ""
	}
	timed := len(statements(d, "original", "digitized", "gps", "container_created", "stream_created")) > 0
	placed := len(positions(d)) > 0
	if timed && device && placed {
		return nil
	}
	return []pipeline.Finding{{
		Code: "meta.absent", Weight: pipeline.Note,
		Values: map[string]string{"time": word(timed), "device": word(device), "position": word(placed)}, Cites: cites,
	}}
}

// readersDisagree tells where two readers give one field different values. It raises a question where the
// field is one that a report leans on.
func readersDisagree(d pipeline.Dossier) []pipeline.Finding {
	var fields []string
	var cites []pipeline.Cite
	weight := pipeline.Note
	for _, s := range all[pipeline.Disagreement](d) {
		field := s.fact.Group + ":" + s.fact.Name
		if s.fact.Name == "" {
			field = s.fact.Group + ":" + s.fact.ID
		}
		readings := make([]string, 0, len(s.fact.Readings))
		for _, r := range s.fact.Readings {
			readings = append(readings, r.Reader+"="+strconv.Quote(quote(r.Value)))
		}
		if leansOn(s.fact) {
			weight = pipeline.Questions
		}
		fields = append(fields, field)
		cites = append(cites, s.cite(field, strings.Join(readings, " ")))
	}
	if len(fields) == 0 {
		return nil
	}
	return []pipeline.Finding{{
		Code: "meta.readers_disagree", Weight: weight,
		Values: map[string]string{"count": strconv.Itoa(len(fields)), "fields": quote(strings.Join(fields, ", "))},
		Cites:  bounded(cites),
	}}
}

// leansOn reports whether a field states time, place, device or orientation.
func leansOn(f pipeline.Disagreement) bool {
	if f.Group == "GPS" {
		return true
	}
	for _, part := range []string{"Date", "Time", "GPS", "Make", "Model", "Serial", "Orientation"} {
		if strings.Contains(f.Name, part) {
			return true
		}
	}
	return false
}

// sizeDiffers tells where Exif states another size than the coded picture has (CIPA DC-008, PixelXDimension and PixelYDimension are
// those of the valid picture). Width and height exchanged are told without weight. Raw files and TIFF hold many rasters of many
// sizes, of which Exif states one.
func sizeDiffers(d pipeline.Dossier) []pipeline.Finding {
	if d.Item.Kind != pipeline.Photo || d.Item.Format == "tiff" || d.Item.Format == "cr2" {
		return nil
	}
	var coded, stated []said[pipeline.Raster]
	for _, r := range all[pipeline.Raster](d) {
		if r.fact.Coded() {
			coded = append(coded, r)
		} else {
			stated = append(stated, r)
		}
	}
	if len(coded) == 0 || len(stated) == 0 {
		return nil
	}
	e, weight := stated[0], pipeline.Questions
	for _, c := range coded {
		switch {
		case c.fact.Width == e.fact.Width && c.fact.Height == e.fact.Height:
			return nil
		case c.fact.Width == e.fact.Height && c.fact.Height == e.fact.Width:
			weight = pipeline.Note
		}
	}
	c := coded[0]
	return []pipeline.Finding{{
		Code: "meta.size_differs", Weight: weight,
		Values: map[string]string{
			"stated_width": strconv.Itoa(e.fact.Width), "stated_height": strconv.Itoa(e.fact.Height),
			"width": strconv.Itoa(c.fact.Width), "height": strconv.Itoa(c.fact.Height),
		},
		Cites: []pipeline.Cite{e.cite("size in Exif", sizeOf(e.fact)), c.cite("size", sizeOf(c.fact))},
	}}
}

func sizeOf(r pipeline.Raster) string { return strconv.Itoa(r.Width) + " x " + strconv.Itoa(r.Height) }

// editors are names that picture and video editors leave, in lower case. Being on the list says nothing
// against a file: cropping and brightening are done with them too.
var editors = []string{
	"photoshop", "lightroom", "gimp", "snapseed", "affinity", "paint.net", "picsart", "vsco", "canva", "pixelmator",
	"capture one", "darktable", "rawtherapee", "faceapp", "facetune", "premiere", "after effects", "final cut", "davinci",
	"capcut", "inshot", "kinemaster", "videoleap", "imovie", "kdenlive", "avidemux", "shotcut", "openshot", "vegas",
	"handbrake", "imagemagick", "exiftool", "luma fusion", "vivavideo", "vn video",
}

// editingSoftware tells, without weight, of editors' names among the traces software left.
func editingSoftware(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	at := map[string]int{}
	for _, s := range all[pipeline.EncoderTrace](d) {
		low := strings.ToLower(s.fact.Value)
		known := false
		for _, e := range editors {
			known = known || strings.Contains(low, e)
		}
		if !known {
			continue
		}
		i, seen := at[s.fact.Value]
		if !seen {
			i = len(out)
			at[s.fact.Value] = i
			out = append(out, pipeline.Finding{
				Code: "meta.software", Weight: pipeline.Note,
				Values: map[string]string{"software": quote(s.fact.Value), "field": quote(s.fact.Source)},
			})
		}
		out[i].Cites = bounded(append(out[i].Cites, s.cite(s.fact.Source, s.fact.Value)))
	}
	return out
}
