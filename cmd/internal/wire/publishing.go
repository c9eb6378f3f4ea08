package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"dokaz/pipeline"
	"dokaz/pipeline/report"
	"dokaz/pipeline/report/page"
)

// publishing writes the latest revision where people look for it.
type publishing struct{ *House }

func (s publishing) Perform(ctx context.Context, cl pipeline.Claim) error {
	if err := s.Publish(ctx, cl.Item); err != nil {
		return err
	}
	err := s.Catalog.Finish(ctx, cl)
	if errors.Is(err, pipeline.ErrSuperseded) {
		// Another worker took over while we wrote, and may have written a later revision before us.
		return errors.Join(err, s.Catalog.Want(ctx, pipeline.StepPublish, cl.Item))
	}
	if err == nil {
		s.events(Event{Type: "reported", Item: cl.Item})
	}
	return err
}

// Publish writes reports/<sha256>/report.json and report.html from an item's latest revision, the page in the language of the
// configuration.
func (h *House) Publish(ctx context.Context, d pipeline.Digest) error {
	doc, digest, err := h.frozen(ctx, d)
	if err != nil {
		return err
	}
	var r pipeline.Report // frozen by us and just read under its digest: what report.Open checks besides holds
	if err := json.Unmarshal(doc, &r); err != nil {
		return fmt.Errorf("frozen report of %s: %w: %w", d, pipeline.ErrCorrupt, err)
	}
	var html bytes.Buffer
	if err := page.HTMLIn(h.Config.Language, &html, r, digest, h.album(ctx, true)); err != nil {
		return fmt.Errorf("report page of %s: %w", d, err)
	}
	dir := h.Case.Path("reports", d.Hex())
	if err := mkdir(dir); err != nil {
		return err
	}
	if err := replace(dir+"/report.json", doc); err != nil {
		return err
	}
	return replace(dir+"/report.html", html.Bytes())
}

// frozen returns the document of an item's latest revision and its digest.
func (h *House) frozen(ctx context.Context, d pipeline.Digest) ([]byte, pipeline.Digest, error) {
	last, err := h.Catalog.Latest(ctx, d)
	if err != nil {
		return nil, pipeline.Digest{}, err
	}
	doc, err := h.derived(ctx, last.Doc)
	if err != nil {
		return nil, last.Doc, fmt.Errorf("frozen report of %s: %w", d, err)
	}
	return doc, last.Doc, nil
}

// Report returns an item's latest revision, checked, with its document and the document's digest.
func (h *House) Report(ctx context.Context, d pipeline.Digest) (pipeline.Report, []byte, pipeline.Digest, error) {
	doc, digest, err := h.frozen(ctx, d)
	if err != nil {
		return pipeline.Report{}, nil, digest, err
	}
	r, err := report.Open(doc)
	return r, doc, digest, err
}

// Page writes the page of an item's latest revision in the language of the configuration.
func (h *House) Page(ctx context.Context, w io.Writer, d pipeline.Digest) error {
	r, _, digest, err := h.Report(ctx, d)
	if err != nil {
		return err
	}
	return page.HTMLIn(h.Config.Language, w, r, digest, h.album(ctx, false))
}
