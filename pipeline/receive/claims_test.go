package receive

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

// rowsOf reads a whole table.
func rowsOf(ctx context.Context, table string) ([]row, error) {
	var out []row
	for r, err := range readClaims(ctx, text(table), rowLimit) {
		if err != nil {
			return out, err
		}
		out = append(out, r)
	}
	return out, nil
}

var compareRows = cmp.AllowUnexported(row{})

func TestTablesOfClaims(t *testing.T) {
	t.Parallel()
	full := row{2, "a.jpg", pipeline.Claims{
		Source: "Radio", URL: "https://example.org/1", ClaimedTime: "2014-02-20 09:30", ClaimedPlace: "Kyiv, Instytutska",
		Latitude: "50.4", Longitude: "30.5", Collector: "OK", Consent: "yes", Notes: "n",
	}, nil}
	for name, c := range map[string]struct {
		table string
		want  []row
	}{
		"path alone":             {"path\na.jpg\nb.jpg\n", []row{{2, "a.jpg", pipeline.Claims{}, nil}, {3, "b.jpg", pipeline.Claims{}, nil}}},
		"no line end at the end": {"path\na.jpg", []row{{2, "a.jpg", pipeline.Claims{}, nil}}},
		"no rows":                {"path\n", nil},
		"files that came with it": {"path,Sidecar,notes\na.jpg,a.jpg.asc | keys/pubkey.asc,n\nb.jpg,,\n", []row{
			{2, "a.jpg", pipeline.Claims{Notes: "n"}, []string{"a.jpg.asc", "keys/pubkey.asc"}}, {3, "b.jpg", pipeline.Claims{}, nil},
		}},
		"all columns": {"path,source,url,claimed_time,claimed_place,lat,lon,collector,consent,notes\n" +
			`a.jpg,Radio,https://example.org/1,2014-02-20 09:30,"Kyiv, Instytutska",50.4,30.5,OK,yes,n` + "\n", []row{full}},
		"any order and case, spaces round names": {" Notes ,CONSENT,collector,Lon,LAT,claimed_place,Claimed_Time,Url,source,Path\n" +
			`n,yes,OK,30.5,50.4,"Kyiv, Instytutska",2014-02-20 09:30,https://example.org/1,Radio,a.jpg` + "\n", []row{full}},
		"semicolons, as spreadsheets write where the comma is decimal": {"path;lat;lon;notes\r\na.jpg;50,4;30,5;x\r\n",
			[]row{{2, "a.jpg", pipeline.Claims{Latitude: "50,4", Longitude: "30,5", Notes: "x"}, nil}}},
		"tabs":                  {"source\tpath\nRadio, \"Free\"\ta.jpg\n", nil}, // see malformed: a bare quotation mark
		"tabs, no quotes":       {"source\tpath\nRadio, Free; live\ta.jpg\n", []row{{2, "a.jpg", pipeline.Claims{Source: "Radio, Free; live"}, nil}}},
		"byte order mark":       {"\ufeffpath;notes\na.jpg;x\n", []row{{2, "a.jpg", pipeline.Claims{Notes: "x"}, nil}}},
		"mark and quoted names": {"\ufeff\"path\",\"notes\"\n\"a.jpg\",\"x\"\n", []row{{2, "a.jpg", pipeline.Claims{Notes: "x"}, nil}}},
		"commas in the names of a semicolon table": {"path;who, when, where;notes\na.jpg;x, y, z;n\n",
			[]row{{2, "a.jpg", pipeline.Claims{Notes: "n", Other: map[string]string{"who, when, where": "x, y, z"}}, nil}}},
		"unknown columns are kept as written": {"Case No,path,Tags\n17,a.jpg,\n,b.jpg, x \n", []row{
			{2, "a.jpg", pipeline.Claims{Other: map[string]string{"Case No": "17"}}, nil},
			{3, "b.jpg", pipeline.Claims{Other: map[string]string{"Tags": " x "}}, nil},
		}},
		"a value under no name is kept":  {"path,,\na.jpg,,x\n", []row{{2, "a.jpg", pipeline.Claims{Other: map[string]string{"column 3": "x"}}, nil}}},
		"empty rows of a spreadsheet":    {"path;notes\na.jpg;x\n;\n\n;\nb.jpg;\n", []row{{2, "a.jpg", pipeline.Claims{Notes: "x"}, nil}, {6, "b.jpg", pipeline.Claims{}, nil}}},
		"equal rows are two rows":        {"path\na.jpg\na.jpg\n", []row{{2, "a.jpg", pipeline.Claims{}, nil}, {3, "a.jpg", pipeline.Claims{}, nil}}},
		"quoted line breaks count":       {"path,notes\na.jpg,\"one\r\ntwo\"\nb.jpg,x\n", []row{{2, "a.jpg", pipeline.Claims{Notes: "one\ntwo"}, nil}, {4, "b.jpg", pipeline.Claims{Notes: "x"}, nil}}},
		"white space is part of a value": {"path,notes\n a.jpg , x \n", []row{{2, " a.jpg ", pipeline.Claims{Notes: " x "}, nil}}},
		"a path of other bytes":          {"path\ncaf\xe9.jpg\n", []row{{2, "caf\xe9.jpg", pipeline.Claims{}, nil}}},
		"formulas and markup are only text": {"path,notes\na.jpg,\"=cmd|' /C calc'!A0<script>\u202e\x00\"\n",
			[]row{{2, "a.jpg", pipeline.Claims{Notes: "=cmd|' /C calc'!A0<script>\u202e\x00"}, nil}}},
		"a field of the greatest length": {"path,notes\na.jpg," + strings.Repeat("x", fieldLimit) + "\n",
			[]row{{2, "a.jpg", pipeline.Claims{Notes: strings.Repeat("x", fieldLimit)}, nil}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := rowsOf(t.Context(), c.table)
			if name == "tabs" {
				if !errors.Is(err, pipeline.ErrMalformed) {
					t.Errorf("got %v, %v", got, err)
				}
				return
			}
			if diff := cmp.Diff(c.want, got, compareRows); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestTablesThatAreWrongSayWhere(t *testing.T) {
	t.Parallel()
	wide := strings.Repeat(",x", columnLimit)
	for name, c := range map[string]struct {
		table string
		kind  error
		text  string
	}{
		"empty":                  {"", pipeline.ErrMalformed, "the table is empty"},
		"mark alone":             {"\ufeff", pipeline.ErrMalformed, "the table is empty"},
		"no path":                {"file,notes\na,b\n", pipeline.ErrMalformed, `line 1, column 1: no column is named "path"; the columns are ["file" "notes"]`},
		"path twice":             {"path,notes,PATH\n", pipeline.ErrMalformed, `line 1, column 12: a second column named "PATH"`},
		"unknown twice":          {"path,x,X \n", pipeline.ErrMalformed, `line 1, column 8: a second column named "X "`},
		"UTF-16":                 {"\xff\xfep\x00a\x00", pipeline.ErrMalformed, "the table is UTF-16; save it as CSV in UTF-8"},
		"Windows-1251 claim":     {"path,notes\na.jpg,x\nb.jpg,\xca\xe8\xe5\xe2\n", pipeline.ErrMalformed, `line 3, column 7: column "notes" is not UTF-8`},
		"Windows-1251 name":      {"path,\xca\na.jpg,x\n", pipeline.ErrMalformed, `line 1, column 6: the column's name is not UTF-8`},
		"too few fields":         {"path,notes,lat\na.jpg,x\n", pipeline.ErrMalformed, "line 2, column 1: 2 fields where the first row has 3"},
		"too many fields":        {"path,notes\na.jpg,x\nb.jpg,y,z\n", pipeline.ErrMalformed, "line 3, column 1: 3 fields where the first row has 2"},
		"claims without a path":  {"path,notes\na.jpg,x\n,y\n", pipeline.ErrMalformed, "line 3, column 1: claims without a path"},
		"two sidecars of a name": {"path,sidecar\na.jpg,x/k.asc|y/k.asc\n", pipeline.ErrMalformed, `line 2, column 7: two sidecars called "k.asc"`},
		"bare quotation mark":    {"path,notes\na.jpg,12\" tube\n", pipeline.ErrMalformed, `line 2, column 9: bare " in non-quoted-field`},
		"open quotation mark":    {"path,notes\na.jpg,\"x\nb.jpg,y\n", pipeline.ErrMalformed, "line 3, column 9, of the row that begins at line 2"},
		"field too long":         {"path,notes\na.jpg," + strings.Repeat("x", fieldLimit+1) + "\n", pipeline.ErrRefused, "line 2, column 7: a field of 65537 bytes"},
		"open quote, endless":    {"path,notes\na.jpg,\"" + strings.Repeat("x\n", recordLimit), pipeline.ErrRefused, "is a quotation mark left open?"},
		"one line, endless":      {"path" + strings.Repeat("x", 2*recordLimit), pipeline.ErrRefused, "a row of more than 1048576 bytes"},
		"too many columns":       {"path" + wide + "\n", pipeline.ErrRefused, "257 columns"},
		"a picture for a table":  {jpeg + "\r\n", pipeline.ErrMalformed, "line 1"},
		"separated by something": {"path|notes\na.jpg|x\n", pipeline.ErrMalformed, `no column is named "path"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := rowsOf(t.Context(), c.table)
			if !errors.Is(err, c.kind) || !strings.Contains(fmt.Sprint(err), c.text) {
				t.Errorf("got %d rows and %v; want %v with %q", len(got), err, c.kind, c.text)
			}
		})
	}
}

func TestATableOfTooManyRows(t *testing.T) {
	t.Parallel()
	n := 0
	var last error
	for _, err := range readClaims(t.Context(), text("path,x\n1,\n,\n2,\n3,\n4,\n5,\n"), 4) {
		if last = err; err == nil {
			n++
		}
	}
	if n != 4 || !errors.Is(last, pipeline.ErrRefused) || !strings.HasSuffix(last.Error(), "line 7, column 1: more than 4 rows") {
		t.Errorf("%d rows, then %v", n, last)
	}
}

// FuzzManifest holds whatever bytes to what readClaims promises of rows, and a table written by the
// standard library in each dialect to what was written.
func FuzzManifest(f *testing.F) {
	f.Add("path,notes\na.jpg,x\n", "a.jpg", "note", byte(0))
	f.Add("\ufeffpath;lat\n\"a;b\";1,5\n", "b\n.jpg", "\"q\"", byte(1))
	f.Add("path\t\n\"\n", "caf\xe9", ";,\t", byte(2))
	f.Add("path,path\n", "", "", byte(0))
	f.Fuzz(func(t *testing.T, table, path, note string, dialect byte) {
		rows, err := rowsOf(t.Context(), table)
		for _, r := range rows {
			if r.path == "" || r.line < 2 || !validClaims(r.claims) {
				t.Errorf("row %+v", r)
			}
		}
		if err != nil && !errors.Is(err, pipeline.ErrMalformed) && !errors.Is(err, pipeline.ErrRefused) {
			t.Errorf("error %v", err)
		}
		// encoding/csv turns CRLF within a field into LF when reading, and drops a lone CR before a line's end.
		if path == "" || strings.ContainsRune(path+note, '\r') || !utf8.ValidString(note) || len(path)+len(note) > fieldLimit {
			return
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		w.Comma = []rune{',', ';', '\t'}[dialect%3]
		want := []row{{2, path, pipeline.Claims{Notes: note, Other: map[string]string{"Extra": "e"}}, nil}}
		if err := w.WriteAll([][]string{{"notes", "PATH", "Extra"}, {note, path, "e"}}); err != nil {
			t.Fatal(err)
		}
		got, err := rowsOf(t.Context(), out.String())
		if diff := cmp.Diff(want, got, compareRows); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", out.String(), err, diff)
		}
	})
}

func validClaims(c pipeline.Claims) bool {
	for k, v := range c.Other {
		if !utf8.ValidString(k) || k == "" || v == "" || !utf8.ValidString(v) {
			return false
		}
	}
	return utf8.ValidString(c.Source + c.URL + c.ClaimedTime + c.ClaimedPlace + c.Latitude + c.Longitude + c.Collector + c.Consent + c.Notes)
}
