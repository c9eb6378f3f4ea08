package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/report/words"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files")

// pixel is a GIF of one pixel (GIF89a, 43 bytes).
var pixel = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

func onePixel(pipeline.Digest) ([]byte, string, error) { return pixel, "image/gif", nil }

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

func rendered(t testing.TB, r pipeline.Report, doc pipeline.Digest, pic Pictures) string {
	t.Helper()
	return renderedIn(t, "en", r, doc, pic)
}

func renderedIn(t testing.TB, lang string, r pipeline.Report, doc pipeline.Digest, pic Pictures) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTMLIn(lang, &b, r, doc, Album{Pictures: pic}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPagesOfTheSamples(t *testing.T) {
	t.Parallel()
	for golden, lang := range map[string]string{"photo.golden.html": "en", "photo.be.golden.html": "be", "video.golden.html": "en"} {
		name, _, _ := strings.Cut(golden, ".")
		r, doc := sample(t, name)
		got := renderedIn(t, lang, r, doc, onePixel)
		golden := filepath.Join("testdata", golden)
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
			t.Errorf("%s (-want +got), refresh with -update:\n%s", golden, diff)
		}
	}
}

// What a reader must find on every page, whatever the item.
func TestEveryPageSaysWhatItMust(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"photo", "video", "plain"} {
		r, doc := sample(t, name)
		got := textOf(rendered(t, r, doc, nil))
		it := r.Core.Item
		for what, want := range map[string]string{
			"the document's digest":     doc.Hex(),
			"the core's digest":         r.Issue.CoreDigest.Hex(),
			"the prior document":        r.Issue.Prior.Hex(),
			"SHA-256 of the item":       it.Digest.Hex(),
			"SHA-512 of the item":       it.SHA512.String(),
			"the tool":                  r.Issue.Tool,
			"that no person has looked": "No person has reviewed this report revision.",
			"the notice":                "May show violence, injury or death.",
			"how to check":              "$ sha256sum report.json",
			"isolation":                 "landlock not available (kernel without Landlock)",
			"that absence is nothing":   "Absence of a trace is not evidence of absence.",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s is missing: %q", name, what, want)
			}
		}
		for _, f := range r.Core.Findings {
			if !strings.Contains(got, string(f.Code)) {
				t.Errorf("%s: finding %s is missing", name, f.Code)
			}
			for _, c := range f.Cites {
				if !strings.Contains(got, ShowText(c.What, maxSentence)) {
					t.Errorf("%s: citation of %s is missing", name, c.What)
				}
			}
		}
		for _, o := range r.Core.Outcomes {
			if !strings.Contains(got, o.By.Analyzer) || !strings.Contains(got, o.Reason) {
				t.Errorf("%s: outcome of %s is missing", name, o.By.Analyzer)
			}
		}
	}
}

// textOf is what a page says, without its markup.
func textOf(page string) string {
	_, body, _ := strings.Cut(page, "<body")
	text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, "")
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "&#34;", `"`, "&#39;", "'", "&nbsp;", " ", "&#8239;", " ").Replace(text)
}

// The words of package words are tested for verdicts there; here the page as a whole, with what the
// templates add. The samples' own field names and quoted reasons are cut out.
func TestPagesGiveNoVerdict(t *testing.T) {
	t.Parallel()
	forbidden := regexp.MustCompile(`(?i)authentic|genuine|\bfake|\bproves?\b|untouched|original footage|tamper|manipulat|suspicious|\d ?%`)
	for _, name := range []string{"photo", "video", "plain"} {
		r, doc := sample(t, name)
		if found := forbidden.FindString(textOf(rendered(t, r, doc, onePixel))); found != "" {
			t.Errorf("%s says %q", name, found)
		}
	}
}

// A page loads nothing: its policy forbids it, its style is the one the policy names, and there is nothing
// in it that would load, run or lead to a network.
func TestPagesAreSelfContained(t *testing.T) {
	t.Parallel()
	pages := map[string]string{}
	for _, name := range []string{"photo", "video", "plain"} {
		r, doc := sample(t, name)
		pages[name] = rendered(t, r, doc, onePixel)
		if strings.Contains(pages[name], "<script") {
			t.Errorf("%s holds a script", name)
		}
	}
	pages["index"] = indexPage(t, hostileRows(), Batch{Pictures: onePixel})
	for name, page := range pages {
		policy := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
		if policy == nil {
			t.Fatalf("%s has no policy", name)
		}
		rules := strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(policy[1])
		if !strings.HasPrefix(rules, "default-src 'none';") || strings.Contains(rules, "unsafe") {
			t.Errorf("%s: policy %q", name, rules)
		}
		for _, tag := range []string{"style", "script"} {
			for _, m := range regexp.MustCompile(`(?s)<`+tag+`>(.*?)</`+tag+`>`).FindAllStringSubmatch(page, -1) {
				sum := sha256.Sum256([]byte(m[1]))
				if !strings.Contains(rules, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
					t.Errorf("%s: the policy does not name its %s", name, tag)
				}
			}
		}
		body := page[strings.Index(page, "<body"):]
		body = regexp.MustCompile(`(?s)<script>.*?</script>`).ReplaceAllString(body, "")
		for _, bad := range []string{` style="`, ` on[a-z]+="`, `src="https?:`, `href="https?:`, `<(iframe|object|embed|link|form|base|video|audio|source)\b`, `url\(`, `@import`} {
			if found := regexp.MustCompile(`(?i)` + bad).FindString(body); found != "" {
				t.Errorf("%s holds %s", name, found)
			}
		}
		for _, m := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(body, -1) {
			if !regexp.MustCompile(`^(#[a-z0-9-]+|data:image/gif;base64,|\.\./index\.html|(\.\./)?[0-9a-z/]+\.html)`).MatchString(m[1]) {
				t.Errorf("%s leads to %.60q", name, m[1])
			}
		}
	}
}

func TestPagesAreWellMadeAndReachable(t *testing.T) {
	t.Parallel()
	pages := map[string]string{"index": indexPage(t, hostileRows(), Batch{Pictures: onePixel, Left: []LeftOut{{"a", "b"}}})}
	for _, name := range []string{"photo", "video", "plain"} {
		r, doc := sample(t, name)
		pages[name] = rendered(t, r, doc, onePixel)
	}
	for name, page := range pages {
		balanced(t, name, page)
		ids := map[string]bool{}
		for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			if ids[m[1]] {
				t.Errorf("%s: id %q stands twice", name, m[1])
			}
			ids[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`(?:href="#|aria-labelledby="|for=")([^"]*)"`).FindAllStringSubmatch(page, -1) {
			if !ids[m[1]] {
				t.Errorf("%s: %q leads nowhere", name, m[1])
			}
		}
		if !strings.HasPrefix(page, "<!DOCTYPE html>\n<html lang=\"en\">") {
			t.Errorf("%s begins with %.60q", name, page)
		}
		if n := strings.Count(page, "<h1"); n != 1 {
			t.Errorf("%s has %d first headings", name, n)
		}
		if n := strings.Count(page, "<main"); n != 1 {
			t.Errorf("%s has %d main parts", name, n)
		}
		for _, m := range regexp.MustCompile(`<(img|th)\b[^>]*>`).FindAllStringSubmatch(page, -1) {
			need := map[string]string{"img": " alt=", "th": " scope="}[m[1]]
			if !strings.Contains(m[0], need) {
				t.Errorf("%s: %s without%s", name, m[0], need)
			}
		}
		if strings.Contains(page, "ZgotmplZ") {
			t.Errorf("%s: the template refused a value", name)
		}
	}
}

// balanced holds that every element is closed in order.
func balanced(t *testing.T, name, page string) {
	t.Helper()
	page = regexp.MustCompile(`(?s)<(style|script)>.*?</(style|script)>`).ReplaceAllString(page, "")
	void := map[string]bool{"meta": true, "img": true, "br": true, "wbr": true, "input": true}
	var open []string
	for _, m := range regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9]*)([^>]*)>`).FindAllStringSubmatch(page, -1) {
		tag := strings.ToLower(m[2])
		switch {
		case void[tag] || strings.HasSuffix(m[3], "/"):
		case m[1] == "":
			open = append(open, tag)
		case len(open) == 0 || open[len(open)-1] != tag:
			t.Errorf("%s: </%s> closes %v", name, tag, open[max(0, len(open)-3):])
			return
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("%s: left open: %v", name, open)
	}
}

func TestPicturesAreInlinedOnlyIfTheyArePictures(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	give := func(b []byte, mediaType string, err error) Pictures {
		return func(pipeline.Digest) ([]byte, string, error) { return b, mediaType, err }
	}
	for name, pic := range map[string]Pictures{
		"markup":      give([]byte("<svg/>"), "image/svg+xml", nil),
		"a page":      give([]byte("<b>"), "text/html", nil),
		"a long type": give(pixel, "image/gif\" onload=\"x", nil),
		"nothing":     give(nil, "image/gif", nil),
		"not kept":    give(nil, "", fmt.Errorf("derived: %w", pipeline.ErrNotFound)),
		"no function": nil,
		"huge":        give(make([]byte, maxPicture+1), "image/gif", nil),
	} {
		if got := rendered(t, r, doc, pic); strings.Contains(got, "data:image") || !strings.Contains(got, `class="veil`) {
			t.Errorf("%s: a picture stands in the page, or nothing in its place", name)
		}
	}
	broken := errors.New("disk")
	if err := HTML(&bytes.Buffer{}, r, doc, Album{Pictures: give(nil, "", broken)}); !errors.Is(err, broken) {
		t.Errorf("a failing shelf: %v", err)
	}
}

func TestPicturesAreBlurredUntilAskedFor(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	clear := []byte("GIF89a clear")
	pic := func(d pipeline.Digest) ([]byte, string, error) {
		if d == pipeline.DigestOf([]byte("sample photo blurred")) || d == pipeline.DigestOf([]byte("sample copy blurred")) {
			return pixel, "image/gif", nil
		}
		return clear, "image/gif", nil
	}
	got := rendered(t, r, doc, pic)
	clearURI := base64.StdEncoding.EncodeToString(clear)
	if !strings.Contains(got, clearURI) {
		t.Fatal("the clear picture is nowhere")
	}
	// Outside of folded parts and of the symbols that folded parts refer to, no clear picture stands.
	open := regexp.MustCompile(`(?s)<details class="(?:pic|both)">.*?</details>|<symbol .*?</symbol>`).ReplaceAllString(got, "")
	if strings.Contains(open, clearURI) || strings.Contains(open, "#own-clear") {
		t.Error("a clear picture shows without being asked for")
	}
	for _, summary := range regexp.MustCompile(`(?s)<summary>.*?</summary>`).FindAllString(got, -1) {
		if strings.Contains(summary, clearURI) || strings.Contains(summary, "#own-clear") {
			t.Error("a clear picture stands in what is always shown")
		}
	}
	if regexp.MustCompile(`<details class="(pic|both)"[^>]* open`).MatchString(got) {
		t.Error("a picture is unfolded from the start")
	}
}

// Every sample and an index can be shown in every language, in the same markup: only words and decimal signs differ.
func TestPagesInEveryLanguage(t *testing.T) {
	t.Parallel()
	tags := func(page string) []string { return regexp.MustCompile(`</?[a-z0-9]+`).FindAllString(page, -1) }
	for _, lang := range words.Languages() {
		for _, name := range []string{"photo", "video", "plain"} {
			r, doc := sample(t, name)
			got := renderedIn(t, lang, r, doc, onePixel)
			if !strings.Contains(got, `<html lang="`+lang+`">`) {
				t.Errorf("%s in %s does not name its language", name, lang)
			}
			if !slices.Equal(tags(rendered(t, r, doc, onePixel)), tags(got)) {
				t.Errorf("%s in %s has other markup than in English", name, lang)
			}
		}
		if err := IndexIn(lang, &bytes.Buffer{}, hostileRows(), Batch{}); err != nil {
			t.Errorf("index in %s: %v", lang, err)
		}
	}
}

func TestUnknownLanguages(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "plain")
	if err := HTMLIn("xx", &bytes.Buffer{}, r, doc, Album{}); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("report: %v", err)
	}
	if err := IndexIn("xx", &bytes.Buffer{}, nil, Batch{}); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("index: %v", err)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWritersThatFail(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "plain")
	for name, err := range map[string]error{
		"report": HTML(brokenPipe{}, r, doc, Album{}), "index": Index(brokenPipe{}, nil, Batch{}),
		"csv": CSV(brokenPipe{}, nil), "jsonl": JSONL(brokenPipe{}, []Row{{}}),
	} {
		if err == nil || !strings.Contains(err.Error(), "broken pipe") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkHTML(b *testing.B) {
	r, doc := sample(b, "photo")
	for b.Loop() {
		if err := HTML(&bytes.Buffer{}, r, doc, Album{Pictures: onePixel}); err != nil {
			b.Fatal(err)
		}
	}
}

// A line that no page shows would be translated for nothing.
func TestEveryLineOfThePageIsUsed(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob("*.go*")
	if err != nil {
		t.Fatal(err)
	}
	paper, err := filepath.Glob(filepath.Join("..", "paper", "*.go")) // whose foot has a few lines of its own
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range append(sources, paper...) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	text, err := os.ReadFile(filepath.Join("..", "words", "en.txt"))
	if err != nil {
		t.Fatal(err)
	}
	_, page, ok := strings.Cut(string(text), "\n[page]\n")
	if !ok {
		t.Fatal("en.txt has no page")
	}
	for _, m := range regexp.MustCompile(`(?m)^([a-z0-9_.]+):`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(all.String(), `"`+m[1]+`"`) {
			t.Errorf("no page says %s", m[1])
		}
	}
}
