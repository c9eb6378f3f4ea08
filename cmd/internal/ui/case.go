package ui

import (
	"context"
	"io"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/report/page"
	"dokaz/pipeline/report/rules"
)

// Case is what the pages ask for. What is unknown is pipeline.ErrNotFound.
type Case interface {
	// Library lists items, and says whether there are more. Lines gives certain ones, of those that are unknown nothing.
	Library(ctx context.Context, q catalog.Asked) (lines []catalog.Shown, more bool, err error)
	Lines(ctx context.Context, items ...pipeline.Digest) (map[pipeline.Digest]catalog.Shown, error)
	// Marked lists the values of a kind of mark, as "source".
	Marked(ctx context.Context, kind string, limit int) ([]string, error)
	// Trouble lists an item's analyses that failed, were refused or stopped early.
	Trouble(ctx context.Context, d pipeline.Digest) ([]pipeline.Outcome, error)
	// Pending counts what is still to be done.
	Pending(ctx context.Context) (catalog.Pending, error)

	// Revisions lists an item's frozen reports, oldest first; of an item without any it is none.
	Revisions(ctx context.Context, d pipeline.Digest) ([]catalog.Revision, error)
	// Frozen reads a revision's report.
	Frozen(ctx context.Context, r catalog.Revision) (pipeline.Report, error)
	// Paper writes a frozen report as PDF, the latest where number is 0; clear has pictures and drawings as they are.
	Paper(ctx context.Context, w io.Writer, d pipeline.Digest, number int, language string, clear bool) error
	// Album gives a report its drawings.
	Album(ctx context.Context) page.Album
	// Drawn returns the drawing of a match where it was made before, else nil; Draw makes that of the nearest match of two items,
	// and answers the digest that it is kept under. Where there is none that is pipeline.ErrNotFound.
	Drawn(ctx context.Context, m pipeline.Match) (*page.Drawing, error)
	Draw(ctx context.Context, a, b pipeline.Digest) (pipeline.Digest, error)
	// Derivative returns what is kept under its digest, a small picture mostly.
	Derivative(ctx context.Context, d pipeline.Digest) ([]byte, error)
	// Preview returns a large picture of a photo as a JPEG; pipeline.ErrUnsupported where it cannot be shown.
	Preview(ctx context.Context, d pipeline.Digest) ([]byte, error)

	// Compare holds two items against each other.
	Compare(ctx context.Context, a, b pipeline.Digest) (Comparison, error)
	// CopyTree arranges the copies of the group an item belongs to; cut says that there are more.
	CopyTree(ctx context.Context, d pipeline.Digest) (tree []rules.Branch, cut bool, err error)

	// DecidePair records what a person says of two items; DecideReport of one exact revision of a report.
	DecidePair(ctx context.Context, d pipeline.PairDecision) (pipeline.PairDecision, error)
	DecideReport(ctx context.Context, d pipeline.ReportDecision) (pipeline.ReportDecision, error)
	// Retry has an item examined again, for what had failed.
	Retry(ctx context.Context, d pipeline.Digest, by pipeline.Actor) error
	// PairDecisions lists what people said of two items, Decisions of an item's reports, oldest first.
	PairDecisions(ctx context.Context, a, b pipeline.Digest) ([]pipeline.PairDecision, error)
	Decisions(ctx context.Context, d pipeline.Digest) ([]pipeline.ReportDecision, error)
}

// Comparison is two items held against each other. A and B are in the order of the explanation.
type Comparison struct {
	A, B        Side
	Explanation compare.Explanation
	Matches     []pipeline.Match        // as recorded in the case
	Decisions   []pipeline.PairDecision // oldest first
}

// Side is one of two items.
type Side struct {
	catalog.Shown
	Width, Height int     // of the picture or a frame, upright; 0 where not known
	Duration      float64 // seconds; 0 where not known
	Stills        []Still // of a video, in time
}

// Still is a small picture of a moment.
type Still struct {
	Seconds float64
	Picture pipeline.Digest
}
