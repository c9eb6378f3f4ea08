package page

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"dokaz/pipeline"
)

// Sizes of the byte map in its own units.
const (
	mapWidth  = 900.0
	mapRow    = 26.0
	mapRows   = 3 // outermost pieces, and those within them
	mapLeast  = 1.5
	mapMost   = 400 // pieces drawn
	mapLegend = 20.0
)

// regions are the kinds of stretches that the map tells apart, in the order of its legend, and what that says of them.
var regions = []struct{ kind, line string }{
	{"coded", "bytemap.coded"}, {"metadata", "bytemap.metadata"}, {"frame", "bytemap.frame"}, {"notable", "bytemap.notable"}, {"unknown", "bytemap.unknown"},
}

// codedPieces hold pictures, sound or film; metadataPieces hold what is said of them. All others are the frame that holds both.
var (
	codedPieces    = []string{"scan", "IDAT", "fdAT", "image", "VP8", "VP8L", "ALPH", "ANMF", "mdat", "Cluster", "movi", "data", "strips", "tiles", "frames", "frame", "packets", "stream", "thumbnail", "idat"}
	metadataPieces = []string{"COM", "eXIf", "tEXt", "zTXt", "iTXt", "iCCP", "EXIF", "XMP", "ICCP", "moov", "udta", "meta", "uuid", "Tags", "Info", "INFO", "IFD0", "IFD1", "ExifIFD", "GPS", "InteropIFD", "VORBIS_COMMENT", "PICTURE", "ID3v1", "APEv2", "SDT", "profile"}
)

// regionOf tells which kind a piece is.
func regionOf(p pipeline.Piece) string {
	name, _, _ := strings.Cut(p.Name, " ")
	switch {
	case p.Note != "" && !strings.HasPrefix(p.Note, "benign"):
		return "notable"
	case slices.Contains(codedPieces, name):
		return "coded"
	case slices.Contains(metadataPieces, name), strings.HasPrefix(name, "APP"), strings.HasPrefix(name, "ID3v2"):
		return "metadata"
	}
	return "frame"
}

// byteMap draws the file from its first byte to its last: a row for the outermost pieces and one for each of two depths below. What no outermost
// piece covers is drawn as such. Equal reports give equal drawings.
func (m maker) byteMap(list []said[pipeline.Piece]) template.HTML {
	size := m.r.Core.Item.Size
	if len(list) == 0 || size <= 0 {
		return ""
	}
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	x := func(at int64) float64 { return mapWidth * float64(min(max(at, 0), size)) / float64(size) }
	put(`<div class="tw" tabindex="0" role="group" aria-label="%s"><svg class="bytes" viewBox="0 0 %.0f %.0f" role="img" aria-labelledby="bm-t"><title id="bm-t">%s</title>`,
		m.Say("bytemap.title"), mapWidth, mapRows*mapRow+mapLegend+28, m.Say("bytemap.title"))
	put(`<rect class="region unknown" x="0" y="0" width="%.0f" height="%.0f"/>`, mapWidth, mapRow-4)
	used := map[string]bool{"unknown": m.gaps(list, size)}
	drawn := 0
	for _, s := range list {
		if s.Where.Offset == nil || s.fact.Depth >= mapRows || drawn == mapMost {
			continue
		}
		drawn++
		kind := regionOf(s.fact)
		used[kind] = true
		from, y := x(*s.Where.Offset), mapRow*float64(s.fact.Depth)
		width := max(mapLeast, x(*s.Where.Offset+s.Where.Length)-from)
		from = min(from, mapWidth-width)
		put(`<g><title>%s</title><rect class="region %s" x="%.2f" y="%.0f" width="%.2f" height="%.0f"/>`, regionText(s), kind, from, y, width, mapRow-4)
		if name := ShowText(s.fact.Name, MaxTitle); width > 9*float64(len([]rune(name)))+8 {
			put(`<text class="regionname %s" x="%.2f" y="%.0f">%s</text>`, kind, from+4, y+15, ours(name))
		}
		put("</g>")
	}
	m.mapAxis(put, size)
	m.mapLegend(put, used)
	put(`</svg></div><p class="maplabel">%s</p>`, m.Say("bytemap.note"))
	return template.HTML(b.String()) // numbers, our words, and names shown by their makers
}

// regionText is what a pointer learns of a stretch.
func regionText(s said[pipeline.Piece]) template.HTML {
	return ours(fmt.Sprintf("%s: %d + %d", ShowText(s.fact.Name, MaxTitle), *s.Where.Offset, s.Where.Length))
}

// gaps reports whether bytes lie in no outermost piece.
func (m maker) gaps(list []said[pipeline.Piece], size int64) bool {
	end := int64(0)
	for _, s := range list { // in the order of the file
		if s.fact.Depth == 0 && s.Where.Offset != nil {
			if *s.Where.Offset > end {
				return true
			}
			end = max(end, *s.Where.Offset+s.Where.Length)
		}
	}
	return end < size
}

// mapAxis writes the first byte, quarters and the last under the map.
func (m maker) mapAxis(put func(string, ...any), size int64) {
	y := mapRows*mapRow + 10
	for i := range 5 {
		at := size / 4 * int64(i)
		if i == 4 {
			at = size
		}
		x, class := mapWidth*float64(i)/4, "ticktext"
		if i == 0 || i == 4 { // within the drawing
			class = "first ticktext"
			x = min(x, mapWidth-10*float64(len(digits(at)))) // thin spaces too
		}
		put(`<text class="%s" x="%.0f" y="%.0f">%s</text>`, class, x, y, number(at))
	}
}

// mapLegend names the kinds that occur.
func (m maker) mapLegend(put func(string, ...any), used map[string]bool) {
	x, y := 0.0, mapRows*mapRow+mapLegend
	for _, r := range regions {
		if !used[r.kind] {
			continue
		}
		text := m.Text(r.line)
		put(`<rect class="region %s" x="%.0f" y="%.0f" width="14" height="14"/><text class="lane" x="%.0f" y="%.0f">%s</text>`, r.kind, x, y, x+20, y+12, ours(text))
		x += 40 + 7.2*float64(len([]rune(text)))
	}
}
