// Package paper sets the page of a report on paper: A4 as PDF, with its own fonts, the same bytes each time.
//
// It knows markup as package page makes it, type and sheets. It must not know what a report holds: whatever is
// printed is on the page, so that the two cannot say different things. It decodes no picture; it
// embeds what the page carries, blurred unless it is asked for the pictures as they are.
//
// A PDF made here has no tags for those who hear it read: the HTML page is the form that everybody can use.
package paper

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"dokaz/pipeline"
	"dokaz/pipeline/report/page"
	"dokaz/pipeline/report/words"
)

// Options are what one asks for.
type Options struct {
	Clear bool // pictures and drawings as they are
}

// PDF writes a report in a language; one without words is pipeline.ErrNotFound. doc is the digest of the report's document, by which
// every sheet names the revision.
//
// Equal arguments give equal bytes: the date in the file is that of the report's issue.
func PDF(lang string, w io.Writer, r pipeline.Report, doc pipeline.Digest, a page.Album, o Options) error {
	err := write(lang, w, r, doc, a, o)
	if err != nil {
		return fmt.Errorf("paper of %s: %w", r.Core.Item.Digest, err)
	}
	return nil
}

func write(lang string, w io.Writer, r pipeline.Report, doc pipeline.Digest, a page.Album, o Options) error {
	book, err := words.In(lang)
	if err != nil {
		return err
	}
	a.Links = nil // a PDF carries its pictures and leads nowhere
	var markup bytes.Buffer
	if err := page.Part(lang, &markup, r, doc, a); err != nil {
		return err
	}
	root, err := parse(markup.Bytes())
	if err != nil {
		return err
	}
	t, err := typefaces()
	if err != nil {
		return err
	}
	s := newSheet(&t)
	say := page.SpeakerOf(book)
	s.describe(r, say, root)
	s.anchors(anchorsOf(root))
	l := &layout{faces: &t, album: &album{sheet: s, known: map[string]bool{}, symbols: symbolsOf(root)}, withheld: say.Text("paper.withheld"), clear: o.Clear}
	s.place(l.flow(root.kids, area{marginSide, bodyWidth}, plain))
	s.footers(foot{
		lines: []string{say.Text("paper.item") + " " + r.Core.Item.Digest.Hex(), say.Text("paper.report") + " " + doc.Hex()},
		page: func(n, m string) string {
			return strings.NewReplacer("{n}", n, "{m}", m).Replace(say.Text("paper.page"))
		},
	})
	if err := say.Err(); err != nil {
		return err
	}
	return s.write(w)
}

// describe fills in what a PDF says of itself.
func (s *sheet) describe(r pipeline.Report, say page.Speaker, root *node) {
	name := ""
	for _, h := range root.named("h1") {
		name = h.said()
	}
	s.SetTitle(say.Text("title")+": "+name, true)
	s.SetSubject("sha256:"+r.Core.Item.Digest.Hex(), true)
	s.SetCreator(page.ShowText(r.Issue.Tool, page.MaxTitle), true)
	s.SetProducer("dokaz", true)
	s.SetLang(say.Lang())
	s.SetCreationDate(r.Issue.At.UTC())
	s.SetModificationDate(r.Issue.At.UTC())
	s.SetDisplayMode("default", "default")
}

func symbolsOf(root *node) map[string]*node {
	out := map[string]*node{}
	for _, n := range root.named("symbol") {
		out[n.attrs["id"]] = n
	}
	return out
}
