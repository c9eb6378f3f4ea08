package proof

import (
	"bytes"
	"embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"dokaz/analyzers/internal/lexicon"
	"dokaz/pipeline"
)

//go:embed data/*.tsv
var data embed.FS

// fields says what the fields of ProofMode are, by their names in lower case.
var fields = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for name, what := range lexicon.Folder(data).Map("proofmode-field")() {
		out[strings.ToLower(name)] = what
	}
	return out
})

// cell is one field as stated.
type cell struct{ name, value string }

// states reports whether a text is a statement of ProofMode: it names a digest by one of the names it uses, beside other fields of its own.
func states(b []byte) bool {
	if len(b) < 64 || b[0] != '{' && !bytes.ContainsRune(b[:min(len(b), maxHeadLine)], ',') {
		return false
	}
	rows, err := readStatement(b)
	if err != nil || len(rows) == 0 {
		return false
	}
	known, hash := 0, false
	for _, c := range rows[0] {
		what := fields()[strings.ToLower(c.name)]
		if what != "" {
			known++
		}
		hash = hash || what == "hash"
	}
	return hash && known > 3
}

// readStatement gives the rows of a statement: JSON is one object of texts; CSV is a line of names and lines of values, each with a comma behind its last.
func readStatement(b []byte) ([][]cell, error) {
	b = bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(b) > 0 && b[0] == '{' {
		return readJSON(b)
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	names, err := r.Read()
	if err != nil || len(names) > maxColumns {
		return nil, fmt.Errorf("%w: a head of %d columns: %w", errStatement, len(names), err)
	}
	var rows [][]cell
	for len(rows) < maxRows {
		values, err := r.Read()
		if err != nil {
			break // the end, or what is no row
		}
		var row []cell
		for i, v := range values[:min(len(values), maxColumns)] {
			name := ""
			if i < len(names) {
				name = strings.TrimSpace(names[i])
			}
			if name != "" || strings.TrimSpace(v) != "" {
				row = append(row, cell{name, v})
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

var errStatement = fmt.Errorf("no statement of ProofMode")

// readJSON reads one object, its members in their order.
func readJSON(b []byte) ([][]cell, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errStatement
	}
	var row []cell
	for d.More() && len(row) < maxColumns {
		t, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errStatement, err)
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil, fmt.Errorf("%w: %w", errStatement, err)
		}
		name, _ := t.(string)
		value := string(v)
		if json.Unmarshal(v, &value) != nil { // no text: as it stands
			value = string(v)
		}
		row = append(row, cell{name, value})
	}
	return [][]cell{row}, nil
}

// stated tells what a statement says, row by row, each about the bytes whose digest it names.
func (d *desk) stated(f file) {
	rows, err := readStatement(f.whole)
	if err != nil {
		d.say(f.place(), f.in(pipeline.Proof{Form: "ProofMode", Result: pipeline.ProofInvalid, Reason: text(err.Error())}))
		return
	}
	for _, row := range rows {
		s := statementOf(row)
		over, signed := d.signed[f.sum]
		s.Name, s.Signed = f.shown(), pipeline.ProofNotChecked
		if signed {
			s.Signed, s.Key = over.result, over.key
		}
		p := d.about(pipeline.Proof{Form: "ProofMode", Of: s.Of, Result: s.Signed, Key: s.Key})
		switch {
		case p.Of == "":
			p.Result, p.Reason = pipeline.ProofInvalid, "it names no digest of a file"
		case len(d.files) > 1 && !d.there(p.Of):
			p.Reason = "the bytes with the digest that it names did not come with it"
			if d.files[0].item {
				p.Result, p.Reason = pipeline.ProofInvalid, errNamesOther.Error()
			}
		case !signed:
			p.Reason = "no signature is over it"
		case s.Signed == pipeline.ProofInvalid:
			p.Reason = "the signature over it does not hold"
		case s.Signed == pipeline.ProofNotChecked:
			p.Reason = "the signature over it was not checked"
		}
		p = f.in(p)
		s.Digest = p.Digest
		d.say(f.place(), p)
		d.say(f.place(), s)
	}
}

// there reports whether bytes with a digest are among the files.
func (d *desk) there(of string) bool {
	return slices.ContainsFunc(d.files, func(f file) bool { return f.of() == of })
}

// statementOf takes one row apart.
func statementOf(row []cell) pipeline.ProofStatement {
	s := pipeline.ProofStatement{Source: "ProofMode"}
	var position pipeline.Position
	var device pipeline.Device
	placed := 0
	for _, c := range row {
		value := strings.TrimSpace(c.value)
		field := pipeline.Field{Name: short(c.name), Value: short(value)}
		what, meaning, _ := strings.Cut(fields()[strings.ToLower(c.name)], " ")
		switch {
		case value == "":
			continue
		case len(s.Fields)+len(s.Sensitive)+len(s.Times) >= pipeline.MaxStatedFields:
			s.Cut = true
			continue
		}
		number, err := strconv.ParseFloat(value, 64)
		finite := err == nil && !math.IsNaN(number) && !math.IsInf(number, 0)
		switch what {
		case "hash":
			if of, err := pipeline.ParseDigest(strings.ToLower(value)); err == nil {
				s.Of = of.String()
				continue
			}
		case "time", "seconds", "milliseconds":
			s.Times = append(s.Times, moment(what, meaning, field))
			continue
		case "latitude":
			if finite {
				position.Latitude, placed = number, placed|1
			}
		case "longitude":
			if finite {
				position.Longitude, placed = number, placed|2
			}
		case "altitude":
			if finite {
				position.Altitude = &number
			}
		case "accuracy":
			if finite && number > 0 {
				s.Accuracy = number
			}
		case "make":
			device.Make = field.Value
		case "model":
			device.Model = field.Value
		case "serial":
			device.Serial = field.Value
			continue
		case "sensitive":
			s.Sensitive = append(s.Sensitive, field)
			continue
		}
		s.Fields = append(s.Fields, field)
	}
	if placed == 3 {
		position.Source, position.Raw = "ProofMode:Location", fmt.Sprintf("%g, %g", position.Latitude, position.Longitude)
		s.Position = &position
	}
	if device != (pipeline.Device{}) {
		device.Source = "ProofMode"
		s.Device = &device
	}
	return s
}

// moment reads one time. The app writes the phone's own clock and a Z behind it (SimpleDateFormat with a quoted Z and the phone's zone), so that the Z binds
// nobody; numbers count from 1970 in UTC.
func moment(what, meaning string, f pipeline.Field) pipeline.CaptureTime {
	t := pipeline.CaptureTime{Meaning: meaning, Source: "ProofMode:" + f.Name, Raw: f.Value, Zone: pipeline.ZoneUTC}
	const form = "2006-01-02T15:04:05.999"
	if what == "time" {
		t.Zone = pipeline.ZoneNominal
		for _, layout := range []string{"2006-01-02T15:04:05.999Z", "2006-01-02T15:04Z", time.RFC3339Nano, "2006-01-02T15:04:05-0700", "2006-01-02T15:04-0700"} {
			at, err := time.Parse(layout, f.Value)
			if err != nil {
				continue
			}
			t.Local = at.Format(form)
			if !strings.HasSuffix(f.Value, "Z") {
				_, seconds := at.Zone()
				minutes := seconds / 60
				t.Zone, t.Offset = pipeline.ZoneStated, &minutes
			}
			break
		}
		return t
	}
	n, err := strconv.ParseInt(f.Value, 10, 64)
	if what == "seconds" {
		n *= 1000
	}
	if err == nil && n > 0 && n < 1<<43 { // 2248
		t.Local = time.UnixMilli(n).UTC().Format(form)
	}
	return t
}

// short bounds a text of a statement.
func short(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) <= pipeline.MaxPieceText {
		return s
	}
	return strings.ToValidUTF8(s[:pipeline.MaxPieceText], "")
}
