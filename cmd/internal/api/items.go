package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/danielgtaylor/huma/v2"
)

// maxMatches bounds the matches of one answer.
const maxMatches = 200

// Item is one item as the API shows it.
type Item struct {
	pipeline.Item
	Address     string           `json:"address"`
	Name        string           `json:"name" doc:"Of a receipt; hostile text"`
	Receipts    int              `json:"receipts" doc:"How often it was given"`
	Examined    bool             `json:"examined"`
	Quarantined bool             `json:"quarantined" doc:"Examining it killed two child processes"`
	Trouble     []Outcome        `json:"trouble,omitempty" doc:"Analyzers that failed, refused or stopped early"`
	Latest      *Revision        `json:"latest,omitempty" doc:"The newest report, in figures"`
	Findings    json.RawMessage  `json:"findings,omitempty" doc:"As in the report: 'dokaz schema report', core.findings"`
	Measured    json.RawMessage  `json:"measurements,omitempty" doc:"As in the report: core.measurements"`
	Matches     []pipeline.Match `json:"matches,omitempty" doc:"The nearest, at most 200"`
	Report      json.RawMessage  `json:"report,omitempty" doc:"The newest report whole"`
}

// Outcome is what became of one analyzer's work.
type Outcome struct {
	Analyzer string          `json:"analyzer"`
	Version  int             `json:"version"`
	Status   pipeline.Status `json:"status"`
	Reason   string          `json:"reason"`
}

// Revision is a report in figures.
type Revision struct {
	Number  int                     `json:"number"`
	Digest  pipeline.Digest         `json:"sha256" doc:"Of the report's document"`
	At      time.Time               `json:"at"`
	Weights map[pipeline.Weight]int `json:"weights" doc:"How many findings there are of each weight"`
	Codes   []pipeline.Code         `json:"codes"`
	Matches int                     `json:"matches"`
	Cluster pipeline.Cluster        `json:"cluster"`
}

type itemInput struct {
	Digest  string   `path:"digest" doc:"sha256:…"`
	Include []string `query:"include" enum:"findings,matches,measurements,report" doc:"What else to tell, separated by commas"`
}

type itemOutput struct{ Body Item }

type reportInput struct {
	Digest      string `path:"digest" doc:"sha256:…"`
	Format      string `query:"format" enum:"json,html,pdf" doc:"json is the frozen document, byte for byte; html is a page that needs nothing else; pdf is the page on paper. Without it Accept decides, and where that leaves it open it is json"`
	Language    string `query:"language" enum:"be,en,ru,uk" doc:"Of html and pdf; without it that of the server's configuration"`
	Pictures    string `query:"pictures" enum:"blurred,clear" default:"blurred" doc:"In a pdf: blurred and without the drawings of matches, or both as they are"`
	Accept      string `header:"Accept" doc:"Where no format is named"`
	IfNoneMatch string `header:"If-None-Match" doc:"An ETag: 304 while the report is still that one"`
}

type reportOutput struct {
	Status      int
	ContentType string `header:"Content-Type"`
	ETag        string `header:"ETag"`
	CSP         string `header:"Content-Security-Policy"`
	Vary        string `header:"Vary"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (a *API) registerItems() {
	huma.Register(a.huma, describe(operation{
		id: "item", method: http.MethodGet, path: "/v1/items/{digest}", summary: "What the case knows of an item", scopes: []string{ReportRead},
		codes: []Code{ItemUnknown},
	}), a.askItem)
	huma.Register(a.huma, describe(operation{
		id: "report", method: http.MethodGet, path: "/v1/items/{digest}/report", summary: "An item's newest report", scopes: []string{ReportRead},
		codes: []Code{ItemUnknown, ReportPending, FormatUnavailable},
		answers: map[string]*huma.Response{
			"200": {Description: "The report", Content: map[string]*huma.MediaType{
				"application/json": {Schema: &huma.Schema{Type: huma.TypeObject, Description: "dokaz.report/v1: 'dokaz schema report' prints its JSON Schema"}},
				"text/html":        {Schema: &huma.Schema{Type: huma.TypeString}},
				"application/pdf":  {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
			}},
			"304": {Description: "It is still the report with that ETag"},
		},
	}), a.askReport)
}

func (a *API) askItem(ctx context.Context, in *itemInput) (*itemOutput, error) {
	l, err := a.item(ctx, in.Digest)
	if err != nil {
		return nil, err
	}
	out := itemOf(l)
	if err := a.include(ctx, &out, in.Include); err != nil {
		return nil, a.fault(ctx, err)
	}
	return &itemOutput{out}, nil
}

// itemOf shows an item as lists do.
func itemOf(l catalog.Line) Item {
	out := Item{Item: l.Item, Address: "/v1/items/" + l.Item.Digest.String(), Name: l.Name, Receipts: l.Receipts, Examined: l.Examined, Quarantined: l.Quarantined}
	for _, o := range l.Failed {
		out.Trouble = append(out.Trouble, Outcome{o.By.Analyzer, o.By.Version, o.Status, o.Reason})
	}
	if r := l.Revision; r.Number > 0 {
		out.Latest = &Revision{r.Number, r.Doc, r.At, r.Findings, append([]pipeline.Code{}, r.Codes...), r.Matches, r.Cluster}
	}
	return out
}

// include adds what was asked for besides. An item without a report has no findings and measurements yet.
func (a *API) include(ctx context.Context, out *Item, what []string) error {
	var err error
	if slices.Contains(what, "matches") {
		if out.Matches, err = a.Records.NearestMatches(ctx, out.Digest, maxMatches); err != nil {
			return err
		}
	}
	if !slices.ContainsFunc(what, func(w string) bool { return w != "matches" }) {
		return nil
	}
	_, doc, _, err := a.Reports.Report(ctx, out.Digest)
	if errors.Is(err, pipeline.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var parts struct {
		Core struct {
			Findings     json.RawMessage `json:"findings"`
			Measurements json.RawMessage `json:"measurements"`
		} `json:"core"`
	}
	if err := json.Unmarshal(doc, &parts); err != nil {
		return err
	}
	for _, w := range what {
		switch w {
		case "findings":
			out.Findings = parts.Core.Findings
		case "measurements":
			out.Measured = parts.Core.Measurements
		case "report":
			out.Report = doc
		}
	}
	return nil
}

// sandboxed keeps a page that quotes hostile text from doing anything: it has pictures and style of its own and nothing else.
const sandboxed = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"

func (a *API) askReport(ctx context.Context, in *reportInput) (*reportOutput, error) {
	format := in.Format
	if format == "" {
		if format = preferred(in.Accept); format == "" {
			return nil, problem(FormatUnavailable, "Accept: %.200s", in.Accept)
		}
	}
	l, err := a.item(ctx, in.Digest)
	if err != nil {
		return nil, err
	}
	d := l.Item.Digest
	out := &reportOutput{Status: http.StatusOK, ContentType: mediaTypes[format], Vary: "Accept"}
	var b bytes.Buffer
	switch format {
	case "html":
		err = a.Reports.Page(ctx, &b, d, in.Language)
		out.Body, out.CSP = b.Bytes(), sandboxed
	case "pdf":
		err = a.Reports.Paper(ctx, &b, d, in.Language, in.Pictures == "clear")
		out.Body, out.Disposition = b.Bytes(), `inline; filename="report-`+d.Hex()[:16]+`.pdf"`
	default:
		_, out.Body, _, err = a.Reports.Report(ctx, d)
	}
	if errors.Is(err, pipeline.ErrNotFound) {
		return nil, problem(ReportPending, "%s", d).after(retryBusy)
	}
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	out.ETag = `"` + pipeline.DigestOf(out.Body).Hex() + `"`
	if matchesETag(in.IfNoneMatch, out.ETag) {
		out.Status, out.Body = http.StatusNotModified, nil
	}
	return out, nil
}

// matchesETag compares weakly (RFC 9110 §8.8.3.2, §13.1.2).
func matchesETag(list, etag string) bool {
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == etag {
			return true
		}
	}
	return false
}
