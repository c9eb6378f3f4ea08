package page

import (
	"html/template"

	"dokaz/pipeline"
	"dokaz/pipeline/report/words"
)

// view is what the template of a report's page is filled with: our words, and markup made by show.
type view struct {
	Speaker
	Lang    string
	Policy  string
	Index   string // where all items are listed
	CSS     template.CSS
	Title   string        // of the document
	Name    template.HTML // of the item, as a heading
	Line    template.HTML // one line of what it is
	Picture picture

	Front    []pair
	Personal []template.HTML
	Counts   []weightCount
	Summary  summary
	Findings []finding

	Identity    []pair
	Derived     template.HTML
	Receipts    []receipt
	Custody     template.HTML
	Times       template.HTML
	Timeline    template.HTML
	Places      template.HTML
	Maps        template.HTML
	Devices     template.HTML
	Containers  []template.HTML
	Streams     template.HTML
	Keytimes    []keytimes
	Structure   template.HTML
	Credentials template.HTML
	Proofs      template.HTML
	ProofLinks  template.HTML
	Statements  template.HTML
	Hashes      template.HTML
	Footage     []template.HTML
	MatchLine   template.HTML
	Cluster     template.HTML
	Matches     []match
	OwnBlurred  still
	OwnClear    still
	Outcomes    template.HTML
	Walls       []pair
	Metadata    []reading
	Check       []pair
	Methods     template.HTML
	Rates       template.HTML
}

// pair is one line of a list of terms.
type pair struct {
	Term  template.HTML
	Value template.HTML
}

// maker builds a view from a report. Its methods each build one section.
type maker struct {
	Speaker
	r        pipeline.Report
	doc      pipeline.Digest
	pictures *inliner
	drawings Drawings
	links    *Links
	number   map[string]int // receipt by key: 1 is the first
}

func viewOf(book *words.Book, r pipeline.Report, doc pipeline.Digest, a Album) (view, error) {
	m := maker{Speaker: SpeakerOf(book), r: r, doc: doc, pictures: &inliner{give: a.Pictures}, drawings: a.Drawings, links: a.Links, number: map[string]int{}}
	if a.Links != nil {
		m.pictures.at = a.Links.Picture
	}
	for i, c := range r.Core.Receipts {
		m.number[c.Key.Hex()] = i + 1
	}
	v := view{Speaker: m.Speaker, Lang: book.Lang(), Index: "../index.html"}
	if a.Links != nil {
		v.Index = a.Links.All
	}
	all, err := sheets()
	if err != nil {
		return view{}, err
	}
	css := all["report.css"]
	v.CSS = template.CSS(css.text) // our own file
	v.Policy = "default-src 'none'; style-src " + css.hash + "; img-src data:; base-uri 'none'; form-action 'none'"
	if err := m.fillFront(&v); err != nil {
		return view{}, err
	}
	v.Summary = m.summary()
	v.Findings, v.Counts = m.findings()
	v.Derived = m.derivatives()
	v.Receipts = m.receipts()
	v.Custody = m.custody()
	v.Times, v.Timeline = m.times()
	if v.Places, v.Maps, err = m.places(); err != nil {
		return view{}, err
	}
	v.Devices = m.devices()
	m.fillStreams(&v)
	v.Structure = m.structure()
	v.Credentials = m.credentials()
	v.Proofs, v.ProofLinks, v.Statements = m.proofs(), m.proofLinks(), m.proofStatements()
	m.fillHashes(&v)
	if err := m.fillMatches(&v); err != nil {
		return view{}, err
	}
	v.Outcomes, v.Walls = m.outcomes(), m.walls()
	v.Metadata = m.metadata()
	v.Check, v.Methods = m.annex()
	v.Rates = m.rates()
	return v, m.Err()
}

// said is one fact of a kind, with its measurement.
type said[F pipeline.Fact] struct {
	pipeline.Measurement
	fact F
}

// all returns the facts of one kind in the report's order.
func all[F pipeline.Fact](r pipeline.Report) []said[F] {
	var out []said[F]
	for _, m := range r.Core.Measurements {
		if f, ok := m.Fact.(F); ok {
			out = append(out, said[F]{m, f})
		}
	}
	return out
}

// name is how the page calls the item: its first receipt's name, or else its digest.
func (m maker) name() string {
	if len(m.r.Core.Receipts) > 0 && m.r.Core.Receipts[0].Name != "" {
		return m.r.Core.Receipts[0].Name
	}
	return m.r.Core.Item.Digest.Hex()[:16]
}

// where shows a place in a file.
func (m maker) where(w pipeline.Where) template.HTML {
	var parts []template.HTML
	if w.Path != "" {
		parts = append(parts, code(w.Path))
	}
	if w.Offset != nil {
		if w.Length > 1 {
			parts = append(parts, m.Say("cite.bytes", "offset", digits(*w.Offset), "end", digits(*w.Offset+w.Length-1)))
		} else {
			parts = append(parts, m.Say("cite.byte", "offset", digits(*w.Offset)))
		}
	}
	if w.Time != nil {
		parts = append(parts, m.Say("cite.second", "time", ours(trim(*w.Time))))
	}
	return Join(", ", parts...)
}
