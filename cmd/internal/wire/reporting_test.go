package wire

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/receive"
	"dokaz/workers"
)

// received is a case at work that took in one picture, which is to be examined.
func received(t *testing.T) (*House, pipeline.Item) {
	t.Helper()
	h := atWork(t)
	station, err := h.Receiving(false)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	got, err := station.Take(t.Context(), receive.Stream("a.png", &b))
	if err != nil {
		t.Fatal(err)
	}
	return h, got.Item
}

// settle works until nothing is left to do.
func settle(t *testing.T, h *House) {
	t.Helper()
	if err := errors.Join(h.Work(t.Context()), h.Settle(t.Context()), h.Rest(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// given is a case with one picture that is done.
func given(t *testing.T) (*House, pipeline.Item) {
	t.Helper()
	h, it := received(t)
	settle(t, h)
	return h, it
}

// asked asks for a step of an item and claims it.
func asked(t *testing.T, h *House, step pipeline.Step, d pipeline.Digest) pipeline.Claim {
	t.Helper()
	if err := h.Catalog.Want(t.Context(), step, d); err != nil {
		t.Fatal(err)
	}
	now := h.Catalog.Steady()
	due, err := h.Catalog.Due(t.Context(), now, 10)
	due = slices.DeleteFunc(due, func(t pipeline.Task) bool { return t.Step != step })
	if err != nil || len(due) != 1 {
		t.Fatalf("%v, %v", due, err)
	}
	cl, err := h.Catalog.Claim(t.Context(), due[0], "test", now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	return cl
}

// Where a fault of ours keeps a report from being made, there is one that says so, and lists show the item among those that failed; what a
// disk does is no such cause.
func TestAReportThatCannotBeMadeSaysSo(t *testing.T) {
	t.Parallel()
	h, it := given(t)
	station := reporting{h}
	cl := asked(t, h, pipeline.StepReport, it.Digest)
	full := fmt.Errorf("vault: %w", syscall.ENOSPC)
	if err := station.giveUp(t.Context(), cl, full); !errors.Is(err, full) {
		t.Errorf("a full disk: %v", err)
	}
	if last, err := h.Catalog.Latest(t.Context(), it.Digest); err != nil || last.Number != 1 {
		t.Errorf("revision %d, %v", last.Number, err)
	}
	if err := station.giveUp(t.Context(), cl, fmt.Errorf("%w: index out of range", workers.ErrPanic)); err != nil {
		t.Fatal(err)
	}
	r, _, _, err := h.Report(t.Context(), it.Digest)
	if err != nil || r.Issue.Revision != 2 || len(r.Core.Receipts) != 1 || len(r.Core.Outcomes) != 1 || !strings.Contains(r.Core.Outcomes[0].Reason, "panic: index out of range") {
		t.Errorf("%+v, %v", r, err)
	}
	totals, err := h.Catalog.Totals(t.Context())
	if err != nil || totals.Failed != 1 {
		t.Errorf("%d failed, %v", totals.Failed, err)
	}
	rows, err := h.Rows(t.Context(), func(l catalog.Line) bool { return l.Revision.Short })
	if err != nil || len(rows) != 1 || rows[0].State != "failed" || len(rows[0].Trouble) != 1 {
		t.Errorf("%+v, %v", rows, err)
	}
	if err := station.Perform(t.Context(), asked(t, h, pipeline.StepReport, it.Digest)); err != nil {
		t.Fatal(err)
	}
	if totals, err := h.Catalog.Totals(t.Context()); err != nil || totals.Failed != 0 {
		t.Errorf("after a whole report %d failed, %v", totals.Failed, err)
	}
}

// Where the page cannot be drawn the document is published with a page that says why.
func TestAPageThatCannotBeDrawnSaysSo(t *testing.T) {
	t.Parallel()
	h, it := given(t)
	station := publishing{h}
	dir := h.Case.Path("reports", it.Digest.Hex())
	doc, err := os.ReadFile(dir + "/report.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	cl := asked(t, h, pipeline.StepPublish, it.Digest)
	if err := station.giveUp(t.Context(), cl, syscall.EIO); !errors.Is(err, syscall.EIO) || lies(dir) {
		t.Errorf("a broken disk: %v", err)
	}
	if err := station.giveUp(t.Context(), cl, fmt.Errorf("%w: <script>", workers.ErrPanic)); err != nil {
		t.Fatal(err)
	}
	again, err := os.ReadFile(dir + "/report.json")
	if err != nil || !bytes.Equal(doc, again) {
		t.Errorf("another document, %v", err)
	}
	html, err := os.ReadFile(dir + "/report.html")
	if err != nil || !strings.Contains(string(html), "panic: &lt;script&gt;") || !strings.Contains(string(html), pipeline.DigestOf(doc).String()) {
		t.Errorf("%s, %v", html, err)
	}
}
