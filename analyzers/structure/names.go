package structure

import (
	"embed"
	"strconv"
	"strings"
	"sync"

	"dokaz/analyzers/internal/lexicon"
)

//go:embed data/*.tsv
var data embed.FS

// table gives the text of one table.
var table = lexicon.Folder(data)

// labels reads a table of two columns when it is first asked for.
func labels(name string) func() map[string]string { return table.Map(name) }

// The tables of two columns: name, label.
var (
	segmentLabels   = labels("jpeg-segment")
	resourceLabels  = labels("photoshop-resource")
	pngLabels       = labels("png-chunk")
	webpLabels      = labels("webp-chunk")
	gifLabels       = labels("gif-block")
	directoryLabels = labels("tiff-directory")
	samsungLabels   = labels("samsung-record")
)

// introduction is how an application segment begins.
type introduction struct {
	marker, prefix, name, label string
}

var introductions = sync.OnceValue(func() []introduction {
	var out []introduction
	for _, r := range lexicon.Rows(table("jpeg-app"), 4) {
		prefix, err := strconv.Unquote(`"` + r[1] + `"`)
		if err == nil && prefix != "" {
			out = append(out, introduction{r[0], prefix, r[2], r[3]})
		}
	}
	return out
})

// standard holds the tables of T.81 Annex K.
type standard struct {
	huffman      map[string]string // digest of counts and values to label
	quantisation map[string][64]int
}

var standards = sync.OnceValue(func() standard {
	s := standard{map[string]string{}, map[string][64]int{}}
	for _, r := range lexicon.Rows(table("jpeg-standard"), 3) {
		if r[0] == "huffman" {
			s.huffman[r[1]] = r[2]
			continue
		}
		var values [64]int
		words := strings.Fields(r[2])
		for i := range min(64, len(words)) {
			values[i], _ = strconv.Atoi(words[i]) // a word that is none leaves 0, and the table fits nothing
		}
		s.quantisation[r[1]] = values
	}
	return s
})

// quality is the IJG quality whose scaling of a standard table gives exactly these values (libjpeg, jcparam.c: jpeg_quality_scaling).
func quality(values [64]int) (table string, q int, ok bool) {
	for _, name := range []string{"luminance", "chrominance"} {
		base := standards().quantisation[name]
		for q := 100; q >= 1; q-- {
			scale := 200 - 2*q
			if q < 50 {
				scale = 5000 / q
			}
			fits := true
			for i := 0; i < 64 && fits; i++ {
				fits = values[i] == min(255, max(1, (base[i]*scale+50)/100))
			}
			if fits {
				return name, q, true
			}
		}
	}
	return "", 0, false
}
