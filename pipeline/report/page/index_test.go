package page

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

func indexPage(t *testing.T, rows []Row, b Batch) string {
	t.Helper()
	var out bytes.Buffer
	if err := Index(&out, rows, b); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func hostileRows() []Row {
	d := pipeline.DigestOf([]byte("a"))
	return []Row{
		{
			Item: d, Name: evil, Kind: evil, Format: evil, Size: 12, State: evil, Findings: Weights{1, 2, 3, 4}, Matches: 5,
			NotFinished: []string{evil, "exif"}, Report: "aa/report.html", Thumbnail: &d, Blurred: &d,
		},
		{Item: pipeline.DigestOf([]byte("b")), Name: "=cmd|' /C calc'!A0", Kind: pipeline.Video, Format: "mp4", State: StateDone},
	}
}

func TestIndexNamesEveryItem(t *testing.T) {
	t.Parallel()
	got := textOf(indexPage(t, hostileRows(), Batch{}))
	for _, want := range []string{"=cmd|' /C calc'!A0", "⟨U+202E⟩", "video", "MP4", "with contradictions", "Contact sheet"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if got := textOf(indexPage(t, nil, Batch{})); !strings.Contains(got, "No item is listed.") {
		t.Error("an empty index says nothing")
	}
}

// The three lists stand in one order, whatever the order in which items were finished.
func TestListsStandByName(t *testing.T) {
	t.Parallel()
	rows := []Row{
		{Item: pipeline.DigestOf([]byte("1")), Name: "c"}, {Item: pipeline.DigestOf([]byte("2")), Name: "a"},
		{Item: pipeline.DigestOf([]byte("3")), Name: "b"}, {Item: pipeline.DigestOf([]byte("4")), Name: "a"},
	}
	write := func(rows []Row) string {
		var out bytes.Buffer
		for _, err := range []error{CSV(&out, rows), JSONL(&out, rows), Index(&out, rows, Batch{})} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return out.String()
	}
	want := write(rows)
	slices.Reverse(rows)
	if diff := cmp.Diff(want, write(rows)); diff != "" {
		t.Errorf("(-first +reversed):\n%s", diff)
	}
	if rows[0].Name != "a" || rows[1].Name != "b" {
		t.Error("the caller's rows were moved")
	}
}

func TestManyItemsLinkTheirPictures(t *testing.T) {
	t.Parallel()
	d := pipeline.DigestOf(nil)
	var rows []Row
	for i := range MaxInline + 1 {
		rows = append(rows, Row{Item: pipeline.DigestOf([]byte(fmt.Sprint(i))), Thumbnail: &d, Blurred: &d, ThumbnailHref: "../derived/aa.jpg", BlurredHref: "../derived/bb.jpg"})
	}
	many := indexPage(t, rows, Batch{Pictures: onePixel})
	if strings.Contains(many, "data:image") || !strings.Contains(many, `src="../derived/bb.jpg" alt="" loading="lazy"`) {
		t.Error("beyond MaxInline pictures are not linked")
	}
	few := indexPage(t, rows[:MaxInline], Batch{Pictures: onePixel})
	if !strings.Contains(few, "data:image/gif;base64,") || strings.Contains(few, "../derived/") {
		t.Error("up to MaxInline pictures are not within the page")
	}
}

func TestIndexLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	for _, href := range []string{"https://example.org/", "//example.org/x", "/etc/passwd", "javascript:alert(1)", "data:text/html,x", `..\x`, "a?b", "a b\u202e", "C:/x"} {
		for name, row := range map[string]Row{"report": {Report: href}, "thumbnail": {ThumbnailHref: href}, "blurred": {BlurredHref: href}} {
			if err := Index(io.Discard, []Row{row}, Batch{}); !errors.Is(err, pipeline.ErrMalformed) {
				t.Errorf("%s %q: %v", name, href, err)
			}
		}
	}
	if err := Index(io.Discard, []Row{{Report: "../reports/aa/report.html"}}, Batch{}); err != nil {
		t.Error(err)
	}
}

func TestCSVOpensInASpreadsheet(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := CSV(&b, hostileRows()); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(b.String(), "\ufeff")
	if !ok {
		t.Error("no byte order mark")
	}
	if strings.Count(text, "\r\n") != 3 || strings.Count(text, "\n") != 3 {
		t.Errorf("line ends: %q", text)
	}
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	// By name: the quotation mark of the hostile name stands before the equals sign.
	want := []string{pipeline.DigestOf([]byte("b")).Hex(), "'=cmd|' /C calc'!A0", "video", "mp4", "0", "done", "0", "0", "0", "0", "0", "", ""}
	if diff := cmp.Diff(want, records[2]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, rec := range records {
		for _, c := range rec {
			if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
				t.Errorf("cell %q", c)
			}
		}
	}
}

func TestJSONLKeepsTextAsGiven(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := JSONL(&b, hostileRows()); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines", len(lines))
	}
	names := map[string]bool{}
	for _, l := range lines {
		var got line
		if err := json.Unmarshal([]byte(l), &got); err != nil {
			t.Fatal(err)
		}
		if got.Schema != IndexSchema || got.NotFinished == nil {
			t.Errorf("line %s", l)
		}
		names[got.Name] = true
	}
	if !names[evil] || !names["=cmd|' /C calc'!A0"] {
		t.Errorf("names %v", names)
	}
}

func TestWeigh(t *testing.T) {
	t.Parallel()
	r, _ := sample(t, "photo")
	if diff := cmp.Diff(Weights{Contradicts: 3, Questions: 9, Supports: 2, Note: 16}, Weigh(r.Core.Findings)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
