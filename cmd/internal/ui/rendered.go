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
	since     pipeline.Digest // the document that doc's news are told against; zero of the report itself
	lang      string
}

// shownReport is a report as a page shows it, or what is new in it.
type shownReport struct {
	markup template.HTML
	leads  leads
	news   []template.HTML
}

// bytes is about what it takes in memory.
func (s shownReport) bytes() int {
	n := len(s.markup)
	for _, line := range s.news {
		n += len(line)
	}
	return n
}

// leads is where a report leads to.
type leads struct {
	Matches  int      // in the report
	Archives []string // addresses of archives that it came in
	Held     string   // of the list of what an archive holds, "" of what is none
	Retry    string   // "" where every analysis finished
	Copies   string   // "" where it has none
}

// mostRendered bounds the markup that is kept, in bytes: some two hundred reports.
const mostRendered = 32 << 20

func newRendered() (*rendered, error) {
	r := new(rendered)
	var err error
	r.held, err = simplelru.NewLRU(math.MaxInt, func(_ renderedAs, gone shownReport) { r.size -= gone.bytes() })
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
	for r.size += out.bytes(); r.size > mostRendered; {
		r.held.RemoveOldest()
	}
}

// report shows a revision's report in the language of reports.
func (p *Pages) report(r *http.Request, v *visit, d pipeline.Digest, of catalog.Revision) (shownReport, error) {
	as := renderedAs{item: d, doc: of.Doc, lang: v.reportLang()}
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
	out := shownReport{template.HTML(part.String()), leadsOf(d, rep.Core), nil} // made by package page
	p.rendered.put(as, out)
	return out, nil
}
