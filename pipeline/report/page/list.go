package page

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"dokaz/pipeline"
	"dokaz/pipeline/display"
)

// IndexSchema names the form of a line of index.jsonl.
const IndexSchema = "dokaz.index/v1"

// line is one row of index.jsonl.
type line struct {
	Schema      string          `json:"schema"`
	Item        pipeline.Digest `json:"item"`
	Name        string          `json:"name"`
	Kind        pipeline.Kind   `json:"kind"`
	Format      string          `json:"format"`
	Size        int64           `json:"size"` // bytes
	State       State           `json:"state"`
	Findings    Weights         `json:"findings"`
	Matches     int             `json:"matches"`
	NotFinished []string        `json:"not_finished"`
	Report      string          `json:"report,omitempty"`
}

// JSONL writes the rows by name for programs: one canonical JSON object (RFC 8785) a line. Text stands in it
// as it was given: it is hostile.
func JSONL(w io.Writer, rows []Row) error {
	out := bufio.NewWriter(w)
	for _, r := range inOrder(rows) {
		b, err := pipeline.Canonical(line{
			IndexSchema, r.Item, r.Name, r.Kind, r.Format, r.Size, r.State, r.Findings, r.Matches, append([]string{}, r.NotFinished...), r.Report,
		})
		if err != nil {
			return fmt.Errorf("index.jsonl: %s: %w", r.Item, err)
		}
		if _, err := out.Write(append(b, '\n')); err != nil {
			return fmt.Errorf("index.jsonl: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("index.jsonl: %w", err)
	}
	return nil
}

// byteOrderMark makes spreadsheets read a CSV file as UTF-8; without it names in Cyrillic come out garbled.
const byteOrderMark = "\ufeff"

// CSV writes the rows by name for spreadsheets (RFC 4180: commas, CRLF), in UTF-8 behind a byte order mark.
// Cells are shown text: invisible and control characters stand as code points, and whatever a spreadsheet
// would take for a formula stands behind an apostrophe. Programs read index.jsonl, which changes nothing.
func CSV(w io.Writer, rows []Row) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return fmt.Errorf("index.csv: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	records := [][]string{{
		"sha256", "name", "kind", "format", "size_bytes", "state", "contradicts", "questions", "supports", "note", "matches", "not_finished", "report",
	}}
	for _, r := range inOrder(rows) {
		records = append(records, []string{
			r.Item.Hex(), r.Name, string(r.Kind), r.Format, strconv.FormatInt(r.Size, 10), string(r.State),
			strconv.Itoa(r.Findings.Contradicts), strconv.Itoa(r.Findings.Questions), strconv.Itoa(r.Findings.Supports), strconv.Itoa(r.Findings.Note),
			strconv.Itoa(r.Matches), strings.Join(r.NotFinished, " "), r.Report,
		})
	}
	for _, rec := range records {
		for i, c := range rec {
			rec[i] = display.Cell(c)
		}
		if err := out.Write(rec); err != nil {
			return fmt.Errorf("index.csv: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("index.csv: %w", err)
	}
	return nil
}
