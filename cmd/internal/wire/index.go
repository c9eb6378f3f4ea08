package wire

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/report/page"
)

// Row is one item as lists show it.
type Row struct {
	Item      pipeline.Item      `json:"item"`
	Name      string             `json:"name"`
	Receipts  int                `json:"receipts"`
	State     page.State         `json:"state"`
	Revision  int                `json:"revision"`
	Matches   int                `json:"matches"`
	Findings  page.Weights       `json:"findings"`
	Codes     []pipeline.Code    `json:"codes,omitempty"`
	Trouble   []pipeline.Outcome `json:"trouble,omitempty"`
	Blurred   *pipeline.Digest   `json:"-"`
	Thumbnail *pipeline.Digest   `json:"-"`
}

// Rows lists the items that are asked for, in the order of arrival.
func (h *House) Rows(ctx context.Context, want func(catalog.Line) bool) ([]Row, error) {
	rows := []Row{}
	err := h.Catalog.Each(ctx, func(l catalog.Line) error {
		if want(l) {
			rows = append(rows, rowOf(l))
		}
		return nil
	})
	return rows, err
}

func rowOf(l catalog.Line) Row {
	r := Row{Item: l.Item, Name: l.Name, Receipts: l.Receipts, Revision: l.Revision.Number, Matches: l.Revision.Matches, Codes: l.Revision.Codes,
		Trouble: troubleOf(l), Blurred: l.Blurred, Thumbnail: l.Thumbnail, State: stateOf(l)}
	f := l.Revision.Findings
	r.Findings = page.Weights{Contradicts: f[pipeline.Contradicts], Questions: f[pipeline.Questions], Supports: f[pipeline.Supports], Note: f[pipeline.Note]}
	return r
}

// troubleOf lists what did not go as it should, the making of the report included.
func troubleOf(l catalog.Line) []pipeline.Outcome {
	if !l.Revision.Short {
		return l.Failed
	}
	return append(slices.Clone(l.Failed), pipeline.Outcome{By: pipeline.Ref{Analyzer: "report"}, Status: pipeline.Failed, Reason: "the report says less than is known, and why"})
}

func stateOf(l catalog.Line) page.State {
	switch {
	case l.Revision.Number == 0:
		return page.StateWaiting
	case l.Quarantined:
		return page.StateQuarantined
	case failed(troubleOf(l)):
		return page.StateFailed
	case len(l.Failed) > 0:
		return page.StatePartial
	}
	return page.StateDone
}

func failed(os []pipeline.Outcome) bool {
	for _, o := range os {
		if o.Status == pipeline.Failed || o.Status == pipeline.Refused {
			return true
		}
	}
	return false
}

// WriteIndex writes reports/index.html, index.csv and index.jsonl over all items, and what was left out.
func (h *House) WriteIndex(ctx context.Context, left []page.LeftOut) error {
	rows, err := h.Rows(ctx, func(catalog.Line) bool { return true })
	if err != nil {
		return err
	}
	listed := make([]page.Row, len(rows))
	for i, r := range rows {
		listed[i] = indexed(r, len(rows) > page.MaxInline)
	}
	batch := page.Batch{At: time.Now().UTC().Truncate(time.Second), Tool: h.tool, Left: left, Pictures: h.picture(ctx)}
	for name, write := range map[string]func(io.Writer) error{
		"index.html":  func(w io.Writer) error { return page.IndexIn(h.Config.Language, w, listed, batch) },
		"index.csv":   func(w io.Writer) error { return page.CSV(w, listed) },
		"index.jsonl": func(w io.Writer) error { return page.JSONL(w, listed) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return fmt.Errorf("reports/%s: %w", name, err)
		}
		if err := replace(h.Case.Path("reports", name), b.Bytes()); err != nil {
			return fmt.Errorf("reports/%s: %w", name, err)
		}
	}
	return nil
}

// indexed puts an item into the form of the index.
func indexed(r Row, many bool) page.Row {
	out := page.Row{Item: r.Item.Digest, Name: r.Name, Kind: r.Item.Kind, Format: r.Item.Format, Size: r.Item.Size, State: r.State, Matches: r.Matches,
		Findings: r.Findings, Thumbnail: r.Thumbnail, Blurred: r.Blurred}
	if r.Revision > 0 {
		out.Report = r.Item.Digest.Hex() + "/report.html"
	}
	for _, o := range r.Trouble {
		out.NotFinished = append(out.NotFinished, o.By.Analyzer)
	}
	if many {
		out.ThumbnailHref, out.BlurredHref = href(r.Thumbnail), href(r.Blurred)
	}
	return out
}

// href names a derivative as seen from reports/.
func href(d *pipeline.Digest) string {
	if d == nil {
		return ""
	}
	return "../derived/" + d.Hex()[:2] + "/" + d.Hex()
}
