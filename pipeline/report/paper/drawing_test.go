package paper

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/report/page"
)

// rootOf is the page's markup of a sample.
func rootOf(t *testing.T, name string) *node {
	t.Helper()
	r, doc := sample(t, name)
	var b bytes.Buffer
	if err := page.Part("en", &b, r, doc, pictured()); err != nil {
		t.Fatal(err)
	}
	root, err := parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// Whatever the page draws is known here: no shape without paint, no text of an unknown kind, no path that is not read.
func TestAllThatThePageDrawsIsPainted(t *testing.T) {
	t.Parallel()
	faces, err := typefaces()
	if err != nil {
		t.Fatal(err)
	}
	l := &layout{faces: &faces}
	seen := 0
	for _, name := range []string{"photo", "video"} {
		for _, svg := range rootOf(t, name).find(func(n *node) bool { return n.name == "svg" && n.attrs["viewBox"] != "" && len(n.named("use")) == 0 }) {
			seen++
			inks, err := l.drawing(svg, view{width: 100, height: 100, sx: 1, sy: 1})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for _, one := range inks {
				if s, ok := one.(shape); ok && s.paint.fill == nil && s.paint.outline == nil {
					t.Errorf("%s: a shape without paint: %v", name, s.outline)
				}
			}
			for _, n := range svg.named("text") {
				if c := n.attrs["class"]; c != "" && typeOf(c) == (typ{size: 12, ink: ink}) {
					t.Errorf("%s: text of an unknown kind %q", name, c)
				}
			}
		}
	}
	if seen < 6 { // two maps and a time line in each
		t.Errorf("only %d drawings", seen)
	}
}

// placed is a word with its box on a sheet, points from the top left.
type placed struct {
	sheet          int
	x0, y0, x1, y1 float64
}

// wordsOn lists where another program finds each word of a PDF.
func wordsOn(t *testing.T, pdf []byte) map[string][]placed {
	t.Helper()
	out := map[string][]placed{}
	sheet := 0
	num := func(s string) float64 { f, _ := strconv.ParseFloat(s, 64); return f }
	for _, m := range regexp.MustCompile(`<page |<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>`).
		FindAllStringSubmatch(poppler(t, pdf, "pdftotext", "-bbox", "-", "-"), -1) {
		if m[5] == "" {
			sheet++
			continue
		}
		out[m[5]] = append(out[m[5]], placed{sheet, num(m[1]), num(m[2]), num(m[3]), num(m[4])})
	}
	return out
}

// drawnSheet is a sheet as another program draws it, two pixels to a point.
func drawnSheet(t *testing.T, pdf []byte, sheet int) *image.RGBA {
	t.Helper()
	n := strconv.Itoa(sheet)
	ppm := poppler(t, pdf, "pdftoppm", "-r", "144", "-f", n, "-l", n, "-")
	var w, h, most int
	if _, err := fmt.Sscanf(ppm, "P6\n%d %d\n%d\n", &w, &h, &most); err != nil || most != 255 || len(ppm) < 3*w*h {
		t.Fatalf("no picture of %d × %d: %v", w, h, err)
	}
	img, at := image.NewRGBA(image.Rect(0, 0, w, h)), ppm[len(ppm)-3*w*h:]
	for i := range w * h {
		copy(img.Pix[4*i:], at[3*i:3*i+3])
		img.Pix[4*i+3] = 255
	}
	return img
}

// count is how many pixels of a field of a sheet, in points, have a colour.
func count(img *image.RGBA, x0, y0, x1, y1 float64, c colour) (n int) {
	want := color.RGBA{uint8(c[0]), uint8(c[1]), uint8(c[2]), 255}
	for y := int(2 * y0); y < int(2*y1); y++ {
		for x := int(2 * x0); x < int(2*x1); x++ {
			if img.RGBAAt(x, y) == want {
				n++
			}
		}
	}
	return n
}

// A map lies on paper as on the page: its names are as far from each other as their points, and a spot is where it is on the page from them.
func TestAMapIsDrawn(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	pdf := made(t, "en", r, doc, pictured(), Options{})
	near := rootOf(t, "photo").classed("atlas")[0]
	at := func(class, text string) point {
		for _, n := range near.classed(class) {
			if n.said() == text {
				return point{numberOf(n.attrs["x"]), numberOf(n.attrs["y"])}
			}
		}
		t.Fatalf("the page has no %s", text)
		return point{}
	}
	found := wordsOn(t, pdf)
	one, two := found["Lithuania"], found["Belarus"]
	if len(one) == 0 || len(two) == 0 {
		t.Fatal("the map has no names")
	}
	a, b := one[0], two[0]
	from, to := at("country", "Lithuania"), at("country", "Belarus")
	middle := func(p placed) point { return point{(p.x0 + p.x1) / 2, (p.y0 + p.y1) / 2} }
	scale := (middle(b).y - middle(a).y) / (to.y - from.y)
	if got, want := middle(b).x-middle(a).x, (to.x-from.x)*scale; a.sheet != b.sheet || got < want-0.5 || got > want+0.5 {
		t.Errorf("two names lie %.1f points apart, want %.1f", got, want)
	}
	if wide := 480 * scale; wide < 230 || wide > bodyWidth/2 {
		t.Errorf("a map is %.0f points wide", wide)
	}
	img := drawnSheet(t, pdf, a.sheet)
	spots := near.find(func(n *node) bool { return n.name == "circle" && n.is("spot") })
	if len(spots) == 0 {
		t.Fatal("the page has no spot")
	}
	x := middle(a).x + (numberOf(spots[0].attrs["cx"])-from.x)*scale
	y := middle(a).y + (numberOf(spots[0].attrs["cy"])-from.y+4)*scale // names stand four units above their points
	if n := count(img, x-3, y-3, x+3, y+3, run); n < 10 {
		t.Errorf("no disc at %.0f, %.0f: %d pixels", x, y, n)
	}
	if n := count(img, 0, 0, sheetWidth, sheetHeight, sea); n < 5000 {
		t.Errorf("no sea: %d pixels", n)
	}
	if n := count(img, x-8, y-8, x+8, y+8, questionsInk); n < 20 {
		t.Errorf("no claim round the disc: %d pixels", n)
	}
}

// Each lane of the time line has its bar or sign to the right of its name.
func TestATimeLineIsDrawn(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	pdf := made(t, "en", r, doc, pictured(), Options{})
	found := wordsOn(t, pdf)
	first := found["digitizing"]
	if len(first) != 1 {
		t.Fatalf("%d lanes of a digitizing", len(first))
	}
	img := drawnSheet(t, pdf, first[0].sheet)
	for name, c := range map[string]colour{"digitizing": run, "satellite": run, "received": ink} {
		lanes := 0
		for _, l := range found[name] { // the words may stand elsewhere, too
			if l.sheet != first[0].sheet || l.x0 > marginSide+12 {
				continue
			}
			lanes++
			if n := count(img, marginSide+139, l.y0, sheetWidth-marginSide, l.y1, c); n < 40 {
				t.Errorf("nothing is drawn in the lane %s: %d pixels", name, n)
			}
		}
		if lanes != 1 {
			t.Errorf("%d lanes %s", lanes, name)
		}
	}
}

// A drawing that cannot be read is named, not drawn in part.
func TestADrawingThatIsNotReadIsNamed(t *testing.T) {
	t.Parallel()
	faces, err := typefaces()
	if err != nil {
		t.Fatal(err)
	}
	l := &layout{faces: &faces}
	for markup, fails := range map[string]bool{
		`<svg viewBox="0 0 9 9"><path class="land" d="M0 0h5v5z"/></svg>`: false,
		`<svg viewBox="0 0 9 9"><path class="land" d="M0 0C1"/></svg>`:    true,
		`<svg viewBox="0 0 9 9"><ellipse class="land"/></svg>`:            true,
	} {
		root, err := parse([]byte(markup))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.drawing(root.kids[0], view{width: 9, height: 9, sx: 1, sy: 1}); (err != nil) != fails {
			t.Errorf("%s: %v", markup, err)
		}
		if got := l.graphic(root.kids[0], area{0, 90}); len(got) != 1 || (strings.Contains(markup, "M0 0h5") && got[0].height < 90) {
			t.Errorf("%s: %v", markup, got)
		}
	}
}

// Drawings keep to their sheet whatever a report states: sources that nobody would write, as many times as a line has lanes, places at the
// edges of the globe.
func TestCrowdedDrawingsStayOnTheirSheet(t *testing.T) {
	t.Parallel()
	for name, places := range map[string][][2]string{
		"near": {{"53.9", "27.5"}, {"53.95", "27.6"}, {"54", "27"}, {"52.1", "23.7"}, {"55.75", "37.6"}},
		"far":  {{"89.9", "179.9"}, {"-89.9", "-179.9"}, {"66.5", "179.99"}, {"0.1", "-0.1"}},
		"one":  {{"-34", "151"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, doc := sample(t, "photo")
			for i, m := range r.Core.Measurements {
				if p, ok := m.Fact.(pipeline.Position); ok {
					p.Source = evil
					r.Core.Measurements[i].Fact = p
				}
			}
			for i := range 45 {
				at := places[i%len(places)]
				r.Core.Receipts = append(r.Core.Receipts, pipeline.CoreReceipt{Name: "a.jpg", Claims: pipeline.Claims{
					ClaimedTime: fmt.Sprintf("20%02d-08-%02d 12:00 +03:00", i, 1+i%28), Latitude: at[0], Longitude: at[1],
				}})
			}
			pdf := made(t, "uk", r, doc, pictured(), Options{})
			within(t, pdf)
			if !strings.Contains(poppler(t, pdf, "pdftotext", "-raw", "-", "-"), "\n40 заявлено, надходження") {
				t.Error("the time line is not whole")
			}
		})
	}
}
