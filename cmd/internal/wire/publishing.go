package wire

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"dokaz/pipeline"
	"dokaz/pipeline/report"
	"dokaz/pipeline/report/page"
	"dokaz/pipeline/report/paper"
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

// giveUp publishes the document with a page that says why it is not drawn, where the cause is our own and will not pass.
func (s publishing) giveUp(ctx context.Context, cl pipeline.Claim, cause error) error {
	if !lasting(cause) {
		return cause
	}
	doc, digest, err := s.frozen(ctx, cl.Item)
	if err != nil {
		return err
	}
	html, err := page.Undrawn(s.Config.Language, digest, cause)
	if err != nil {
		return err
	}
	if err := s.lay(cl.Item, doc, html); err != nil {
		return err
	}
	s.notice(fmt.Errorf("the page of %s cannot be drawn, its document is there: %w", cl.Item, cause))
	return s.Catalog.Finish(ctx, cl)
}

// Publish writes reports/<sha256>/report.json and report.html from an item's latest revision, the page in the language of the
// configuration, and report.pdf where that is configured or one lies there, so that none is of an earlier revision.
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
	if err := h.lay(d, doc, html.Bytes()); err != nil {
		return err
	}
	dir := h.Case.Path("reports", d.Hex())
	if !h.Config.PDF && !lies(dir+"/report.pdf") {
		return nil
	}
	var pdf bytes.Buffer
	if err := paper.PDF(h.Config.Language, &pdf, r, digest, h.album(ctx, true), paper.Options{}); err != nil {
		return fmt.Errorf("report of %s as PDF: %w", d, err)
	}
	return replace(dir+"/report.pdf", pdf.Bytes())
}

// lay puts a report's document and page where people look for them.
func (h *House) lay(d pipeline.Digest, doc, html []byte) error {
	dir := h.Case.Path("reports", d.Hex())
	if err := mkdir(dir); err != nil {
		return err
	}
	if err := replace(dir+"/report.json", doc); err != nil {
		return err
	}
	return replace(dir+"/report.html", html)
}

// lies reports whether there is a file.
func lies(path string) bool {
	_, err := os.Stat(path)
	return err == nil
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

// Page writes the page of an item's latest revision; language "" is that of the configuration.
func (h *House) Page(ctx context.Context, w io.Writer, d pipeline.Digest, language string) error {
	r, _, digest, err := h.Report(ctx, d)
	if err != nil {
		return err
	}
	return page.HTMLIn(cmp.Or(language, h.Config.Language), w, r, digest, h.album(ctx, false))
}

// Paper writes an item's latest revision as PDF; language "" is that of the configuration. clear has pictures and drawings as they are.
func (h *House) Paper(ctx context.Context, w io.Writer, d pipeline.Digest, language string, clear bool) error {
	r, _, digest, err := h.Report(ctx, d)
	if err != nil {
		return err
	}
	return h.print(ctx, w, r, digest, cmp.Or(language, h.Config.Language), clear)
}

// presses bounds how many PDFs are made at once for those who ask: one of a long report takes some 100 MB of memory.
const presses = 2

// print makes a PDF when its turn comes.
func (h *House) print(ctx context.Context, w io.Writer, r pipeline.Report, doc pipeline.Digest, language string, clear bool) error {
	select {
	case h.presses <- struct{}{}:
		defer func() { <-h.presses }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return paper.PDF(language, w, r, doc, h.album(ctx, false), paper.Options{Clear: clear})
}
