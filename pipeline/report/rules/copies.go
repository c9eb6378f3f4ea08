package rules

import (
	"strings"

	"dokaz/pipeline"
)

// Beside reports whether rules set a fact of a neighbour beside an item's own: what a dossier is to carry of neighbours.
func Beside(f pipeline.Fact) bool {
	switch f := f.(type) {
	case pipeline.CaptureTime, pipeline.Position, pipeline.Device, pipeline.Raster, pipeline.Container, pipeline.Stream, pipeline.EncoderTrace:
		return true
	case pipeline.Tag:
		return makerNote(f) || facebookMark(f)
	case pipeline.PictureHash:
		return bordered(f)
	}
	return false
}

// BesideKinds lists the kinds of fact among which Beside finds any.
func BesideKinds() []pipeline.FactKind {
	return []pipeline.FactKind{
		pipeline.KindCaptureTime, pipeline.KindPosition, pipeline.KindDevice, pipeline.KindRaster, pipeline.KindContainer, pipeline.KindStream,
		pipeline.KindEncoderTrace, pipeline.KindTag, pipeline.KindPictureHash,
	}
}

// makerNote tells the maker's own bytes, which programs that save a picture anew seldom keep (CIPA DC-008 §4.6.5, MakerNote).
func makerNote(t pipeline.Tag) bool { return t.Group == "ExifIFD" && t.ID == "37500" }

// bordered tells that borders were found round a picture and cut off before a view of it was hashed.
func bordered(h pipeline.PictureHash) bool {
	return h.View == "trimmed" && h.Algorithm != pipeline.PreviewHash
}

// neighbour is another item seen from this one, with a dossier of what it states.
type neighbour struct {
	pipeline.Neighbour
	states pipeline.Dossier
	here   bool // the match leads from this item to the other
}

// neighbours returns those that fit, in their order.
func neighbours(d pipeline.Dossier, fits func(pipeline.Neighbour) bool) []neighbour {
	var out []neighbour
	for _, n := range d.Neighbours {
		if fits(n) {
			states := pipeline.Dossier{Item: n.Other, Examination: pipeline.Examination{Measurements: n.Facts}}
			out = append(out, neighbour{n, states, n.Match.A == d.Item.Digest})
		}
	}
	return out
}

// confirmed reports whether a match counts: confirmed, and the pair not parted by a person.
func confirmed(n pipeline.Neighbour) bool {
	return n.Match.Strength == pipeline.Confirmed && !n.Decision.Parts()
}

// copies returns the neighbours that show the same recording, each once under its strongest basis: of videos those that
// show most of this item at a known offset, since what holds for a compilation need not hold for a clip in it.
func copies(d pipeline.Dossier) []neighbour {
	seen := map[pipeline.Digest]bool{}
	return neighbours(d, func(n pipeline.Neighbour) bool {
		if !confirmed(n) || n.Match.OtherShot || seen[n.Other.Digest] {
			return false
		}
		switch n.Match.Basis {
		case pipeline.SameMedia, pipeline.NearPicture, pipeline.PartialPicture:
		case pipeline.SharedFootage:
			if !determined(n.Match) || shareOf(n.Match, d.Item.Digest) < mostOfIt {
				return false
			}
		case pipeline.SameBytes, pipeline.PictureInVideo, pipeline.SharedAudio:
			return false
		}
		seen[n.Other.Digest] = true
		return true
	})
}

// mostOfIt is the share of a video's time that a copy of it shows at least.
const mostOfIt = 0.5

// shareOf is how much of an item a match of footage covers; of what says nothing of it, all.
func shareOf(m pipeline.Match, d pipeline.Digest) float64 {
	switch {
	case m.Share == nil:
		return 1
	case m.A == d:
		return m.Share[0]
	}
	return m.Share[1]
}

// determined reports whether a stretch of footage lies at a known offset.
func determined(m pipeline.Match) bool {
	for _, s := range m.Segments {
		if !s.Ambiguous {
			return true
		}
	}
	return false
}

// title is how a finding calls another item.
func (n neighbour) title() string {
	if n.Name == "" {
		return n.Other.Digest.Hex()[:12]
	}
	return quote(n.Name)
}

// cite points at the match.
func (n neighbour) cite() pipeline.Cite {
	return pipeline.Cite{Where: pipeline.In("match"), What: "match:" + string(n.Match.Basis) + ":" + string(n.Match.Strength), Value: n.Other.Digest.String()}
}

// citing points at places in the other item.
func (n neighbour) citing(cites []pipeline.Cite) []pipeline.Cite {
	out := make([]pipeline.Cite, 0, len(cites))
	for _, c := range cites {
		path := "item/" + n.Other.Digest.Hex()
		if c.Where.Path != "" {
			path += "/" + c.Where.Path
		}
		c.Where.Path = path
		out = append(out, c)
	}
	return out
}

// matchesOf cites the matches of neighbours.
func matchesOf(all []neighbour) []pipeline.Cite {
	var out []pipeline.Cite
	for _, n := range all {
		out = append(out, n.cite())
	}
	return bounded(out)
}

// deviceText joins maker and model, which many models begin with.
func deviceText(d pipeline.Device) string {
	make, model := strings.TrimSpace(d.Make), strings.TrimSpace(d.Model)
	if len(make) <= len(model) && strings.EqualFold(make, model[:len(make)]) {
		return model
	}
	return strings.TrimSpace(make + " " + model)
}

// device is one device that a file names, with everywhere it does.
type device struct {
	text  string
	cites []pipeline.Cite
}

// devices returns the distinct devices named, in the order said; spelling in capitals makes no distinction.
func devices(d pipeline.Dossier) []device {
	var out []device
	at := map[string]int{}
	for _, s := range all[pipeline.Device](d) {
		text := deviceText(s.fact)
		if text == "" {
			continue
		}
		key := strings.ToLower(text)
		i, known := at[key]
		if !known {
			i = len(out)
			at[key] = i
			out = append(out, device{text: text})
		}
		out[i].cites = append(out[i].cites, s.cite(s.fact.Source, text))
	}
	return out
}

// sameText compares names, whose spelling in capitals makes no distinction.
func sameText(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }
