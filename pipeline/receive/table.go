package receive

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"dokaz/pipeline"
)

// The limits of a table of claims.
const (
	fieldLimit  = 64 << 10 // bytes of one field
	recordLimit = 1 << 20  // bytes of one row
	columnLimit = 256
	rowLimit    = 10_000_000
)

// table is a table of claims being read.
type table struct {
	csv     *csv.Reader
	limit   *limited
	columns []string // as written; known ones in lower case
	path    int      // which of them
}

// limited stops giving bytes when a row has had its share, since the csv package would keep any amount.
type limited struct {
	r    *bufio.Reader
	left int
}

var errRecord = errors.New("row too long")

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errRecord
	}
	n, err := l.r.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

// byteOrderMark is U+FEFF in UTF-8.
const byteOrderMark = "\xef\xbb\xbf"

func openTable(r io.Reader) (*table, error) {
	in := bufio.NewReaderSize(r, fieldLimit)
	head, err := in.Peek(fieldLimit)
	if err != nil && err != io.EOF { //nolint:errorlint // an error that merely wraps EOF is a broken stream
		return nil, err
	}
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return nil, fmt.Errorf("%w: the table is UTF-16; save it as CSV in UTF-8", pipeline.ErrMalformed)
	}
	if bytes.HasPrefix(head, []byte(byteOrderMark)) {
		head = head[len(byteOrderMark):]
		if _, err := in.Discard(len(byteOrderMark)); err != nil {
			return nil, err
		}
	}
	t := &table{limit: &limited{r: in}}
	t.csv = csv.NewReader(t.limit)
	t.csv.Comma = separator(head)
	first, err := t.record()
	if err == io.EOF { //nolint:errorlint // the bare one is the end
		return nil, fmt.Errorf("%w: the table is empty", pipeline.ErrMalformed)
	}
	if err != nil {
		return nil, err
	}
	return t, t.name(first)
}

// separator finds what separates the columns: of those characters that give a column named path, the one
// that gives most columns.
func separator(head []byte) rune {
	best, most := ',', 0
	for _, comma := range []rune{',', ';', '\t'} {
		r := csv.NewReader(bytes.NewReader(head))
		r.Comma = comma
		columns, err := r.Read()
		if err != nil || len(columns) <= most {
			continue
		}
		for _, c := range columns {
			if columnName(c) == pathColumn {
				best, most = comma, len(columns)
			}
		}
	}
	return best
}

// pathColumn is the one column that must be there; sidecarColumn names files that came with the row's own.
const (
	pathColumn    = "path"
	sidecarColumn = "sidecar"
)

// columnName is the form in which names of columns are compared.
func columnName(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// name takes the first row as the columns' names.
func (t *table) name(first []string) error {
	if len(first) > columnLimit {
		return t.refused(0, "%d columns; more than %d are not read", len(first), columnLimit)
	}
	t.path = -1
	seen := map[string]bool{}
	for i, c := range first {
		if columnName(c) == "" {
			c = fmt.Sprintf("column %d", i+1) // spreadsheets leave such behind; should it hold a value, that is kept
		}
		known := columnName(c)
		switch {
		case !utf8.ValidString(c):
			return t.malformed(i, "the column's name is not UTF-8; save the table as CSV in UTF-8")
		case seen[known]:
			return t.malformed(i, "a second column named %q", c)
		case known == pathColumn:
			t.path = i
		}
		seen[known] = true
		if field(&pipeline.Claims{}, known) == nil && known != pathColumn && known != sidecarColumn {
			known = strings.TrimSpace(c)
		}
		t.columns = append(t.columns, known)
	}
	if t.path < 0 {
		return t.malformed(0, "no column is named %q; the columns are %q", pathColumn, t.columns)
	}
	return nil
}

// record reads one record within the limits.
func (t *table) record() ([]string, error) {
	t.limit.left = recordLimit
	values, err := t.csv.Read()
	if err == io.EOF { // the csv package gives the bare one at the end
		return nil, err
	}
	var parse *csv.ParseError
	switch {
	case t.limit.left <= 0 && err != nil:
		return nil, fmt.Errorf("%w: after byte %d: a row of more than %d bytes; is a quotation mark left open?", pipeline.ErrRefused, t.csv.InputOffset(), recordLimit)
	case errors.Is(err, csv.ErrFieldCount):
		return nil, t.malformed(0, "%d fields where the first row has %d", len(values), len(t.columns))
	case errors.As(err, &parse):
		begins := ""
		if parse.StartLine != parse.Line {
			begins = fmt.Sprintf(", of the row that begins at line %d", parse.StartLine)
		}
		return nil, fmt.Errorf("%w: line %d, column %d%s: %w", pipeline.ErrMalformed, parse.Line, parse.Column, begins, parse.Err)
	case err != nil:
		return nil, err
	}
	for i, v := range values {
		if len(v) > fieldLimit {
			return nil, t.refused(i, "a field of %d bytes; more than %d are not read", len(v), fieldLimit)
		}
	}
	return values, nil
}

// malformed is an error at the i-th field of the row read last.
func (t *table) malformed(i int, format string, args ...any) error {
	return t.wrong(pipeline.ErrMalformed, i, format, args...)
}

func (t *table) refused(i int, format string, args ...any) error {
	return t.wrong(pipeline.ErrRefused, i, format, args...)
}

func (t *table) wrong(kind error, i int, format string, args ...any) error {
	line, column := t.csv.FieldPos(i)
	return fmt.Errorf("%w: line %d, column %d: %s", kind, line, column, fmt.Sprintf(format, args...))
}
