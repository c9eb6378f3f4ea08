package receive

import (
	"context"
	"io"
	"iter"
	"path"
	"strings"
	"unicode/utf8"

	"dokaz/pipeline"
)

// row is one row of a table of claims.
type row struct {
	line   int
	path   string // as written; never ""
	claims pipeline.Claims
	with   []string // files given with it, as written
}

// readClaims reads a table of claims as comma, semicolon or tab separated values (RFC 4180), UTF-8 with or
// without a byte order mark. The first row names the columns in any order and case; "path" must be among
// them. Columns with other names than the known ones go to Claims.Other under the name as written. Rows
// without any value are passed over. Values are kept as they are, white space included, except that CRLF
// inside a quoted field becomes LF. A path may hold bytes that are no UTF-8, as file names may; claims may not.
//
// Errors are ErrMalformed or ErrRefused with line and column (both from 1, the column in bytes), or r's own.
// The first ends the table: of a table that is wrong in one place the rest is not believed. More than most
// rows are ErrRefused.
func readClaims(ctx context.Context, r io.Reader, most int) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		t, err := openTable(r)
		for rows := 0; err == nil; {
			var next row
			var blank bool
			if err = ctx.Err(); err != nil {
				break
			}
			if next, blank, err = t.next(); err != nil || blank {
				continue
			}
			if rows++; rows > most {
				err = t.refused(0, "more than %d rows", most)
				break
			}
			if !yield(next, nil) {
				return
			}
		}
		if err != io.EOF { //nolint:errorlint // the bare one is the table's end
			yield(row{}, err)
		}
	}
}

// field is where a known column's value goes; nil for other columns.
func field(c *pipeline.Claims, column string) *string {
	switch column {
	case "source":
		return &c.Source
	case "url":
		return &c.URL
	case "claimed_time":
		return &c.ClaimedTime
	case "claimed_place":
		return &c.ClaimedPlace
	case "lat":
		return &c.Latitude
	case "lon":
		return &c.Longitude
	case "collector":
		return &c.Collector
	case "consent":
		return &c.Consent
	case "notes":
		return &c.Notes
	}
	return nil
}

// sidecars reads the files that a row says came with its own: paths with "|" between them, as that of the row.
func (t *table) sidecars(column int, value string) (out []string, err error) {
	seen := map[string]bool{}
	for one := range strings.SplitSeq(value, "|") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		name := path.Base(one)
		if seen[name] || len(out) == maxBeside {
			return nil, t.malformed(column, "two sidecars called %q, or more than %d of one file", name, maxBeside)
		}
		seen[name] = true
		out = append(out, one)
	}
	return out, nil
}

// next reads one row; blank says that no field of it has a value.
func (t *table) next() (out row, blank bool, err error) {
	values, err := t.record()
	if err != nil {
		return row{}, false, err
	}
	out.line, _ = t.csv.FieldPos(0)
	blank = true
	for i, v := range values {
		if v == "" {
			continue
		}
		blank = false
		if i == t.path {
			out.path = v
			continue
		}
		if t.columns[i] == sidecarColumn {
			if out.with, err = t.sidecars(i, v); err != nil {
				return row{}, false, err
			}
			continue
		}
		if !utf8.ValidString(v) {
			return row{}, false, t.malformed(i, "column %q is not UTF-8; save the table as CSV in UTF-8", t.columns[i])
		}
		if f := field(&out.claims, t.columns[i]); f != nil {
			*f = v
			continue
		}
		if out.claims.Other == nil {
			out.claims.Other = map[string]string{}
		}
		out.claims.Other[t.columns[i]] = v
	}
	if out.path == "" && !blank {
		return row{}, false, t.malformed(t.path, "claims without a path")
	}
	return out, blank, nil
}
