package paper

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/report/page"
	"dokaz/pipeline/report/words"
)

var out = flag.String("out", "", "write the PDFs of the tests into this folder, to be looked at")

// sample reads a document that the tests of package report keep.
func sample(t testing.TB, name string) (pipeline.Report, pipeline.Digest) {
	t.Helper()
	doc, err := os.ReadFile(filepath.Join("..", "testdata", name+".report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r pipeline.Report
	if err := json.Unmarshal(doc, &r); err != nil {
		t.Fatal(err)
	}
	return r, pipeline.DigestOf(doc)
}

// shade is a picture whose tone runs from side to side, different for each digest.
func shade(d pipeline.Digest) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			img.SetRGBA(x, y, color.RGBA{uint8(x * 255 / 320), uint8(y), d[0], 255})
		}
	}
	return img
}

func asJPEG(d pipeline.Digest) ([]byte, string, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, shade(d), nil)
	return b.Bytes(), "image/jpeg", err
}

// pictured is an album that has every picture and a drawing for every match.
func pictured() page.Album {
	return page.Album{Pictures: asJPEG, Drawings: func(m pipeline.Match) (*page.Drawing, error) {
		var b bytes.Buffer
		err := png.Encode(&b, shade(m.B))
		return &page.Drawing{Shows: "overlay", A: m.A, MediaType: "image/png", Bytes: b.Bytes()}, err
	}}
}

func made(t testing.TB, lang string, r pipeline.Report, doc pipeline.Digest, a page.Album, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := PDF(lang, &b, r, doc, a, o); err != nil {
		t.Fatal(err)
	}
	if *out != "" {
		name := strings.NewReplacer("/", "-", " ", "-").Replace(t.Name()) + ".pdf"
		if err := os.WriteFile(filepath.Join(*out, name), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// poppler runs one of poppler's tools on a PDF and returns what it prints.
func poppler(t testing.TB, pdf []byte, tool string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Skipf("%s is not installed (Debian package poppler-utils): %v", tool, err)
	}
	c := exec.Command(tool, args...)
	c.Stdin = bytes.NewReader(pdf)
	var complaints bytes.Buffer
	c.Stderr = &complaints
	b, err := c.Output()
	if err != nil || complaints.Len() > 0 {
		t.Errorf("%s %v: %v\n%s", tool, args, err, complaints.String())
	}
	return string(b)
}

// dense is a text without anything that the setting of lines adds or takes: the badge's signs, spaces, and the look-alikes of the faces.
func dense(s string) string {
	s = strings.NewReplacer("⟨", "<", "⟩", ">", "\u202f", "", "\u00a0", "", "\u02bc", "\u2019", "\u00ad", "-").Replace(s)
	return strings.Join(strings.Fields(s), "")
}

// extracted is the text of a PDF in the order in which it is drawn, without the feet of the sheets.
func extracted(t testing.TB, pdf []byte, feet ...string) string {
	t.Helper()
	var kept []string
	for l := range strings.SplitSeq(poppler(t, pdf, "pdftotext", "-raw", "-", "-"), "\n") {
		if !startsWithAny(strings.TrimLeft(l, "\f"), feet) {
			kept = append(kept, l)
		}
	}
	return dense(strings.Join(kept, "\n"))
}

func startsWithAny(s string, heads []string) bool {
	for _, h := range heads {
		if strings.HasPrefix(s, h) {
			return true
		}
	}
	return false
}

// texts are the stretches of text of a page that stand on paper.
func texts(t testing.TB, lang string, r pipeline.Report, doc pipeline.Digest, a page.Album) (all []string) {
	t.Helper()
	var b bytes.Buffer
	if err := page.Part(lang, &b, r, doc, a); err != nil {
		t.Fatal(err)
	}
	root, err := parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var walk func(*node)
	walk = func(n *node) {
		switch {
		case n.name == "" && n.text != "":
			if d := dense(n.text); d != "" {
				all = append(all, d)
			}
		case n.unseen(), n.is("drawn"), n.name == "summary" && !n.is("fold"):
			return
		}
		for _, k := range n.kids {
			walk(k)
		}
	}
	walk(root)
	return all
}

// Whatever the page says is on the paper, in every language, as another program reads it.
func TestPaperSaysWhatThePageSays(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"photo", "video", "plain"} {
		for _, lang := range words.Languages() {
			t.Run(name+"/"+lang, func(t *testing.T) {
				t.Parallel()
				r, doc := sample(t, name)
				book, err := words.In(lang)
				if err != nil {
					t.Fatal(err)
				}
				say := page.SpeakerOf(book)
				pdf := made(t, lang, r, doc, pictured(), Options{})
				got := extracted(t, pdf, say.Text("paper.item"), say.Text("paper.report"))
				for _, want := range texts(t, lang, r, doc, pictured()) {
					if !strings.Contains(got, want) {
						t.Errorf("%q is not on paper", want)
					}
				}
			})
		}
	}
}

func TestEqualReportsMakeEqualBytes(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	one := made(t, "be", r, doc, pictured(), Options{Clear: true})
	for range 3 {
		if !bytes.Equal(one, made(t, "be", r, doc, pictured(), Options{Clear: true})) {
			t.Fatal("two makings differ")
		}
	}
}

// Nothing in the file tells when it was made, only when the report was issued.
func TestADocumentTellsOfItself(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	pdf := made(t, "uk", r, doc, pictured(), Options{})
	info := poppler(t, pdf, "pdfinfo", "-rawdates", "-")
	for _, want := range []string{
		"CreationDate:    D:" + r.Issue.At.UTC().Format("20060102150405"), "ModDate:         D:" + r.Issue.At.UTC().Format("20060102150405"),
		r.Core.Item.Digest.Hex(), "A4",
	} {
		if !strings.Contains(info, want) {
			t.Errorf("pdfinfo lacks %q:\n%s", want, info)
		}
	}
	fonts := poppler(t, pdf, "pdffonts", "-")
	for l := range strings.SplitSeq(strings.TrimSpace(fonts), "\n") {
		if strings.Contains(l, "Identity-H") && !strings.Contains(l, "yes yes yes") && !strings.Contains(l, "yes no  yes") {
			t.Errorf("a font is not embedded, or its text cannot be read out: %s", l)
		}
	}
}

// Each sheet names the item, the report, its own number and how many there are.
func TestEverySheetNamesWhatItBelongsTo(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	sheets := strings.Split(strings.TrimSuffix(poppler(t, made(t, "en", r, doc, pictured(), Options{}), "pdftotext", "-layout", "-", "-"), "\f"), "\f")
	if len(sheets) < 3 {
		t.Fatalf("%d sheets", len(sheets))
	}
	for i, s := range sheets {
		for _, want := range []string{r.Core.Item.Digest.Hex(), doc.Hex(), "Page " + itoa(i+1) + " of " + itoa(len(sheets))} {
			if !strings.Contains(s, want) {
				t.Errorf("sheet %d lacks %q", i+1, want)
			}
		}
	}
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

// Pictures are the blurred ones, each embedded once; asked for, the clear ones and the drawings.
func TestPicturesAreBlurredUntilAskedFor(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	asked := map[pipeline.Digest][]byte{}
	a := pictured()
	a.Pictures = func(d pipeline.Digest) ([]byte, string, error) {
		b, kind, err := asJPEG(d)
		asked[d] = b
		return b, kind, err
	}
	blurred := made(t, "en", r, doc, a, Options{})
	clear := made(t, "en", r, doc, a, Options{Clear: true})
	for _, m := range r.Core.Measurements {
		f, ok := m.Fact.(pipeline.Derivative)
		if !ok || asked[f.Digest] == nil {
			continue
		}
		inBlurred, inClear := bytes.Count(blurred, asked[f.Digest]), bytes.Count(clear, asked[f.Digest])
		// The blurred one stands in the clear paper, too, beside a picture that there is no clear one of.
		if (f.Role == "thumbnail" && (inBlurred != 0 || inClear != 1)) || (f.Role == "thumbnail-blurred" && inBlurred != 1) {
			t.Errorf("%s stands %d times in the blurred and %d times in the clear paper", f.Role, inBlurred, inClear)
		}
	}
	if n := strings.Count(string(clear), "/FlateDecode /DecodeParms"); bytes.Contains(blurred, []byte("/Predictor")) || n == 0 && !bytes.Contains(clear, []byte("/Predictor")) {
		t.Error("drawings stand in the blurred paper, or not in the clear one")
	}
}

func TestPicturesThatAreNoneAreNamed(t *testing.T) {
	t.Parallel()
	for name, pic := range map[string]page.Pictures{
		"none":   nil,
		"kind":   func(pipeline.Digest) ([]byte, string, error) { return []byte("GIF89a"), "image/gif", nil },
		"broken": func(pipeline.Digest) ([]byte, string, error) { return []byte{0xff, 0xd8, 0xff}, "image/jpeg", nil },
		"large":  func(pipeline.Digest) ([]byte, string, error) { return largePNG(), "image/png", nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, doc := sample(t, "photo")
			pdf := made(t, "en", r, doc, page.Album{Pictures: pic}, Options{Clear: true})
			if bytes.Contains(pdf, []byte("/Subtype /Image")) {
				t.Error("it holds a picture")
			}
			poppler(t, pdf, "pdftotext", "-", "-")
		})
	}
}

// largePNG is the head of a PNG of 60,000 times 60,000 pixels.
func largePNG() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1)))
	out := b.Bytes()
	copy(out[16:24], []byte{0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60})
	return out
}

func TestALanguageWithoutWordsIsNotFound(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "plain")
	if err := PDF("xx", &bytes.Buffer{}, r, doc, page.Album{}, Options{}); !errors.Is(err, pipeline.ErrNotFound) {
		t.Error(err)
	}
}
