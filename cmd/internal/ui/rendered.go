package ui

import (
	"bytes"
	"html/template"
	"math"
	"net/http"
	"sync"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/report/page"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// rendered keeps the reports that were shown last as the markup they became. A revision never changes, and its drawings follow from its matches,
// so all that its markup follows from is its document, the language and where pictures are; nothing in it is for one person, and pictures are
// covered for everyone alike. It is safe for concurrent use.
type rendered struct {
	mu   sync.Mutex
	held *simplelru.LRU[renderedAs, shownReport]
	size int // bytes
}

// renderedAs names markup by what it follows from.
type renderedAs struct {
	item, doc pipeline.Digest
	lang      string
}

// shownReport is a report as a page shows it.
type shownReport struct {
	markup  template.HTML
	retry   bool // an analysis did not finish
	cluster bool // it has copies
}

// mostRendered bounds the markup that is kept, in bytes: some two hundred reports.
const mostRendered = 32 << 20

func newRendered() (*rendered, error) {
	r := new(rendered)
	var err error
	r.held, err = simplelru.NewLRU(math.MaxInt, func(_ renderedAs, gone shownReport) { r.size -= len(gone.markup) })
	return r, err
}

func (r *rendered) get(as renderedAs) (shownReport, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.held.Get(as)
}

func (r *rendered) put(as renderedAs, out shownReport) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held.Contains(as) {
		return
	}
	r.held.Add(as, out)
	for r.size += len(out.markup); r.size > mostRendered; {
		r.held.RemoveOldest()
	}
}

// report shows a revision's report in the language of the page.
func (p *Pages) report(r *http.Request, v *visit, d pipeline.Digest, of catalog.Revision) (shownReport, error) {
	as := renderedAs{d, of.Doc, v.Lang()}
	if out, ok := p.rendered.get(as); ok {
		return out, nil
	}
	rep, err := p.kept.Frozen(r.Context(), of)
	if err != nil {
		return shownReport{}, err
	}
	album := p.kept.Album(r.Context())
	album.Links = &page.Links{
		Picture: func(d pipeline.Digest) string { return picturePath(&d) },
		Report:  itemPath, Compare: func(a, b pipeline.Digest) string { return comparePath(a, b) + "?of=" + d.String() }, All: "/",
	}
	var part bytes.Buffer
	if err := page.Part(as.lang, &part, rep, of.Doc, album); err != nil {
		return shownReport{}, err
	}
	out := shownReport{markup: template.HTML(part.String()), cluster: rep.Core.Cluster != nil} // made by package page
	for _, o := range rep.Core.Outcomes {
		out.retry = out.retry || o.Status == pipeline.Failed || o.Status == pipeline.Refused || o.Status == pipeline.Partial
	}
	p.rendered.put(as, out)
	return out, nil
}
