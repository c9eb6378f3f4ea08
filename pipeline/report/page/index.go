package page

import (
	"fmt"
	"html/template"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/display"
	"dokaz/pipeline/report/words"
)

// MaxInline is how many items an index may have for their small pictures to be put into it. With more it
// links to files beside it.
const MaxInline = 300

// State is how far an item has come, as an index shows it.
type State string

// The states of an item in an index.
const (
	StateDone        State = "done"        // examined and reported
	StatePartial     State = "partial"     // reported, some analyses did not finish
	StateFailed      State = "failed"      // no analysis gave anything
	StateQuarantined State = "quarantined" // its examination killed the child twice
	StateWaiting     State = "waiting"     // not reported yet
)

// Weights counts findings by weight.
type Weights struct {
	Contradicts int `json:"contradicts"`
	Questions   int `json:"questions"`
	Supports    int `json:"supports"`
	Note        int `json:"note"`
}

// Weigh counts the findings of a core.
func Weigh(fs []pipeline.Finding) Weights {
	var w Weights
	for _, f := range fs {
		switch f.Weight {
		case pipeline.Contradicts:
			w.Contradicts++
		case pipeline.Questions:
			w.Questions++
		case pipeline.Supports:
			w.Supports++
		case pipeline.Note:
			w.Note++
		}
	}
	return w
}

// Row is one item of an index.
type Row struct {
	Item        pipeline.Digest
	Name        string // the item's first receipt's name by key; hostile
	Kind        pipeline.Kind
	Format      string
	Size        int64 // bytes
	State       State
	Findings    Weights
	Matches     int      // in all
	NotFinished []string // analyzers that failed, were refused or stopped early
	Report      string   // the report's page, relative to the index, parted by slashes; "" where there is none

	Thumbnail, Blurred         *pipeline.Digest // small pictures, nil where there are none
	ThumbnailHref, BlurredHref string           // the same as files relative to the index, for more than MaxInline items
}

// LeftOut is a file that was not taken in.
type LeftOut struct {
	Path   string // hostile
	Reason string
}

// Batch is what an index says of all its items.
type Batch struct {
	At       time.Time // of making
	Tool     string    // program with version
	Left     []LeftOut
	Pictures Pictures // nil: no pictures within the index
}

// inOrder returns rows by name, then digest: whatever the order in which items were finished.
func inOrder(rows []Row) []Row {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b Row) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return a.Item.Compare(b.Item)
	})
	return rows
}

// Index writes the page of a batch in English, one row per item, by name: as contact sheet with small
// pictures, blurred until asked for, and as table. It can be sorted and filtered where its script runs, and
// is whole without. An href that is not a plain relative path is an error.
func Index(w io.Writer, rows []Row, b Batch) error { return IndexIn("en", w, rows, b) }

// IndexIn is Index in another language; one without words is pipeline.ErrNotFound.
func IndexIn(lang string, w io.Writer, rows []Row, b Batch) error {
	book, err := words.In(lang)
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	v, err := indexOf(SpeakerOf(book), inOrder(rows), b)
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	return write(w, "index.gohtml", "index", v)
}

// indexView is what the template of an index is filled with.
type indexView struct {
	Speaker
	Lang   string
	Policy string
	CSS    template.CSS
	JS     template.JS
	Made   template.HTML
	Totals []total
	Heads  []string
	Rows   []indexRow
	Left   template.HTML
}

// total is one number above the list.
type total struct {
	Line  template.HTML
	Count int
}

// indexRow is one item in markup, with keys to sort and filter by.
type indexRow struct {
	Name     template.HTML
	Report   string
	Picture  picture
	Kind     template.HTML
	Format   template.HTML
	Size     template.HTML
	Badges   []indexBadge
	Matches  int
	Failed   template.HTML
	State    template.HTML
	Item     template.HTML
	Filter   string
	SortKind string
	Rank     int // of findings: what needs a person first is highest
	SizeKey  int64
	NFailed  int
	Done     bool
}

type indexBadge struct {
	Badge
	Count int
}

func indexOf(s Speaker, rows []Row, b Batch) (indexView, error) {
	all, err := sheets()
	if err != nil {
		return indexView{}, err
	}
	css, js := all["index.css"], all["index.js"]
	v := indexView{
		Speaker: s, Lang: s.book.Lang(), CSS: template.CSS(css.text), JS: template.JS(js.text), // our own files
		Policy: "default-src 'none'; style-src " + css.hash + "; script-src " + js.hash + "; img-src data: 'self' file:; base-uri 'none'; form-action 'none'",
		Made:   s.Say("index.made", "at", ours(b.At.UTC().Format(instant)), "tool", Show(b.Tool, maxSentence)),
		Heads:  s.texts("index.name", "index.kind", "index.format", "index.size", "index.findings", "index.matches", "index.failed_head", "index.state", "index.item"),
	}
	m := maker{Speaker: s, pictures: &inliner{give: b.Pictures}}
	if len(rows) > MaxInline {
		m.pictures.give = nil
	}
	for _, r := range rows {
		row, err := m.indexRow(r, len(rows) > MaxInline)
		if err != nil {
			return indexView{}, fmt.Errorf("%s: %w", r.Item, err)
		}
		v.Rows = append(v.Rows, row)
	}
	v.Totals = totals(s, rows)
	v.Left = leftOut(s, b.Left)
	return v, s.Err()
}

func totals(s Speaker, rows []Row) []total {
	count := func(line string, is func(Row) bool) total {
		t := total{Line: s.Say(line)}
		for _, r := range rows {
			if is(r) {
				t.Count++
			}
		}
		return t
	}
	return []total{
		count("index.total", func(Row) bool { return true }),
		count("index.contradictions", func(r Row) bool { return r.Findings.Contradicts > 0 }),
		count("index.questions", func(r Row) bool { return r.Findings.Questions > 0 }),
		count("index.matched", func(r Row) bool { return r.Matches > 0 }),
		count("index.failed", func(r Row) bool { return len(r.NotFinished) > 0 }),
	}
}

func leftOut(s Speaker, left []LeftOut) template.HTML {
	t := table{class: "left", caption: s.Text("index.left"), heads: s.texts("index.left_path", "index.left_reason")}
	for _, l := range left {
		t.rows = append(t.rows, []template.HTML{Show(l.Path, maxShown), shown(l.Reason)})
	}
	return t.HTML()
}

func (m maker) indexRow(r Row, linked bool) (indexRow, error) {
	for _, href := range []string{r.Report, r.ThumbnailHref, r.BlurredHref} {
		if err := relative(href); err != nil {
			return indexRow{}, err
		}
	}
	name := r.Name
	if name == "" {
		name = r.Item.Hex()[:16]
	}
	label := strings.ReplaceAll(m.Text("picture_of"), "{name}", ShowText(name, MaxTitle))
	p, err := m.picture(r.Thumbnail, r.Blurred, label)
	if err != nil {
		return indexRow{}, err
	}
	if linked {
		p.Clear, p.Blurred, p.Lazy = template.URL(r.ThumbnailHref), template.URL(r.BlurredHref), true // checked above
	}
	out := indexRow{
		Name: Show(name, MaxTitle), Report: r.Report, Picture: p,
		Kind: m.Word("kind", string(r.Kind)), SortKind: ShowText(string(r.Kind), MaxTitle), Format: shownWord(m.Speaker, "format", r.Format),
		Size: m.Bytes(r.Size), SizeKey: r.Size, Matches: r.Matches, State: m.Word("state", string(r.State)), Item: short(r.Item),
		Filter:  strings.ToLower(ShowText(name, MaxTitle) + " " + ShowText(r.Format, MaxTitle) + " " + ShowText(string(r.Kind), MaxTitle) + " " + r.Item.Hex()),
		NFailed: len(r.NotFinished), Done: r.State == StateDone, Rank: r.Findings.Contradicts*1_000_000 + r.Findings.Questions*1000 + r.Findings.Supports,
	}
	for i, n := range []int{r.Findings.Contradicts, r.Findings.Questions, r.Findings.Supports, r.Findings.Note} {
		if n > 0 {
			out.Badges = append(out.Badges, indexBadge{m.BadgeOf(weights[i].weight), n})
		}
	}
	for _, f := range r.NotFinished {
		out.Failed = Join(", ", out.Failed, Show(f, MaxTitle))
	}
	return out, nil
}

// relative refuses an href that leads anywhere but to a file beside the index.
func relative(href string) error {
	if href == "" {
		return nil
	}
	u, err := url.Parse(href)
	if err != nil || u.IsAbs() || u.Host != "" || u.RawQuery != "" || strings.HasPrefix(href, "/") || strings.ContainsAny(href, "\\:") || !display.Plain(href) {
		return fmt.Errorf("%w: href %q is not a relative path", pipeline.ErrMalformed, href)
	}
	return nil
}
