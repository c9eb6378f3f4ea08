package page

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/report/words"
)

// piecesOf is a report of a file of 1000 bytes with these pieces.
func piecesOf(t *testing.T, list ...pipeline.Measurement) maker {
	t.Helper()
	book, err := words.In("en")
	if err != nil {
		t.Fatal(err)
	}
	r := pipeline.Report{Core: pipeline.Core{Item: pipeline.Item{Size: 1000}, Measurements: list}}
	return maker{Speaker: SpeakerOf(book), r: r}
}

func pieceAt(at, n int64, depth int, name, note string) pipeline.Measurement {
	return pipeline.Measurement{Where: pipeline.At(at, n), Fact: pipeline.Piece{Format: "x", Name: name, Depth: depth, Note: note}}
}

// The map is to scale, tells what stands out and what lies in no piece, and shows hostile names as text.
func TestByteMap(t *testing.T) {
	t.Parallel()
	m := piecesOf(t, pieceAt(0, 100, 0, "SOI", ""), pieceAt(100, 400, 0, "APP1", ""), pieceAt(110, 200, 1, "IFD0", ""), pieceAt(600, 390, 0, `</text><script>`, "unknown"))
	drawn := string(m.byteMap(all[pipeline.Piece](m.r)))
	if strings.Contains(drawn, "<script") || m.Err() != nil {
		t.Errorf("%s, %v", drawn, m.Err())
	}
	for kind, want := range map[string][2]float64{"frame": {0, 90}, "metadata": {90, 360}, "notable": {540, 351}} {
		found := regexp.MustCompile(`class="region ` + kind + `" x="([0-9.]+)" y="0" width="([0-9.]+)"`).FindStringSubmatch(drawn)
		if found == nil {
			t.Errorf("no region of kind %s in %s", kind, drawn)
			continue
		}
		x, _ := strconv.ParseFloat(found[1], 64)
		w, _ := strconv.ParseFloat(found[2], 64)
		if x != want[0] || w != want[1] {
			t.Errorf("%s from %g, %g wide, want %v", kind, x, w, want)
		}
	}
	for _, line := range []string{"Metadata", "Stands out", "In no piece", "Frame and tables"} {
		if !strings.Contains(drawn, ">"+line+"<") {
			t.Errorf("the legend lacks %q", line)
		}
	}
	if strings.Contains(drawn, "Coded picture") {
		t.Error("the legend names what does not occur")
	}
}

// Lists are nested as the pieces are, and what begins is ended.
func TestTreeOfPieces(t *testing.T) {
	t.Parallel()
	m := piecesOf(t, pieceAt(0, 9, 0, "a", ""), pieceAt(1, 8, 1, "b", ""), pieceAt(2, 1, 2, "c", ""), pieceAt(4, 1, 1, "d", ""), pieceAt(9, 1, 0, "e", ""), pieceAt(10, 1, 7, "f", ""))
	tree := string(m.tree(all[pipeline.Piece](m.r)))
	shape := regexp.MustCompile(`<bdi>(.)</bdi>|</?ul`).FindAllString(strings.ReplaceAll(tree, ` class="tree"`, ""), -1)
	got := strings.NewReplacer("<bdi>", "", "</bdi>", "", "<ul", "(", "</ul", ")").Replace(strings.Join(shape, ""))
	if want := "(a(b(c)d)e(f))"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, tag := range []string{"li", "ul", "details", "summary", "p"} {
		if a, b := strings.Count(tree, "<"+tag), strings.Count(tree, "</"+tag+">"); a != b {
			t.Errorf("%d <%s> and %d ends", a, tag, b)
		}
	}
}
