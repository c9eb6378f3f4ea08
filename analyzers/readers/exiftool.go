package readers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// statement is one field as ExifTool gives it.
type statement struct {
	family, in string // its groups of family 0 and 1: "EXIF" and "IFD0"
	id, name   string
	value      json.RawMessage
}

var errShape = errors.New("exiftool's answer is not of the form asked for")

// parse reads its answer about one file: a list of one object whose members are called group:group:name and hold a number and a value. What was
// read before a fault is returned with it.
func parse(b []byte) ([]statement, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	for _, want := range []json.Delim{'[', '{'} {
		if t, err := d.Token(); err != nil || t != want {
			return nil, errors.Join(errShape, err)
		}
	}
	var out []statement
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return out, errors.Join(errShape, err)
		}
		key, _ := t.(string)
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return out, errors.Join(errShape, err)
		}
		if s, ok := statementOf(key, raw); ok {
			out = append(out, s)
		}
	}
	return out, nil
}

// copyOf marks the second and further field of one name.
var copyOf = regexp.MustCompile(`^Copy\d+$`)

// statementOf leaves out what is not of the file's contents, and what is made of other fields.
func statementOf(key string, raw json.RawMessage) (s statement, ok bool) {
	parts := slices.DeleteFunc(strings.Split(key, ":"), copyOf.MatchString)
	if len(parts) < 2 || parts[0] == "ExifTool" || parts[0] == "File" || parts[0] == "Composite" {
		return s, false
	}
	s.family, s.in, s.name = parts[0], parts[0], parts[len(parts)-1]
	if len(parts) > 2 {
		s.in = parts[1]
	}
	var v struct {
		ID  any             `json:"id"`
		Val json.RawMessage `json:"val"`
	}
	if json.Unmarshal(raw, &v) != nil || v.Val == nil {
		return s, false
	}
	switch id := v.ID.(type) {
	case float64:
		s.id = strconv.FormatFloat(id, 'f', -1, 64)
	case string:
		s.id = id
	}
	s.value = v.Val
	return s, s.id != "Exif-ThumbnailImage"
}

// group is by what name its field goes where our own reading has none.
func (s statement) group() string { return s.in }

// envelope are the fields of IPTC's first record, which ExifTool counts like those of the second.
var envelope = []string{"CodedCharacterSet", "EnvelopeRecordVersion", "Destination", "FileFormat", "FileVersion", "ServiceIdentifier", "EnvelopeNumber", "ProductID", "EnvelopePriority", "DateSent", "TimeSent", "UniqueObjectName"}

// key is what identifies it among our own fields; "" where values are not compared.
func (s statement) key() string {
	switch s.family {
	case "EXIF":
		if exifGroup(s.in) {
			return "EXIF/" + s.in + "/" + s.id
		}
	case "IPTC":
		record := "2:"
		if slices.Contains(envelope, s.name) {
			record = "1:"
		}
		return "IPTC/" + record + s.id
	case "XMP":
		prefix := strings.TrimPrefix(s.in, "XMP-")
		if ours := map[string]string{"microsoft": "MicrosoftPhoto", "GContainer": "Container"}[prefix]; ours != "" {
			prefix = ours
		}
		local := s.id[strings.LastIndexByte(s.id, ':')+1:]
		return "XMP/" + prefix + "/" + strings.ToLower(local)
	case "QuickTime":
		in := s.in
		if in == "QuickTime" {
			in = ""
		}
		return "QuickTime/" + in + "/" + s.name
	}
	return ""
}

// text is its value on one line.
func (s statement) text() string { return strings.Join(s.list(), "; ") }

func (s statement) list() []string {
	d := json.NewDecoder(bytes.NewReader(s.value))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return flat(v, 0)
}

func flat(v any, depth int) []string {
	switch v := v.(type) {
	case []any:
		var out []string
		for _, x := range v {
			if depth < maxDepth {
				out = append(out, flat(x, depth+1)...)
			}
		}
		return out
	case map[string]any:
		b, err := json.Marshal(v)
		if err != nil {
			return nil
		}
		return []string{string(b)}
	case nil:
		return []string{""}
	}
	return []string{fmt.Sprint(v)}
}

// Fields of Exif that ExifTool computes even where it is told not to: APEX values (CIPA DC-008 annex C) and places of data, which it counts
// from the start of the file; and IPTC's code of its character set, which it spells out.
var places = []string{"IFD0/273", "IFD0/279", "IFD0/324", "IFD0/330", "IFD1/273", "IFD1/279", "IFD1/513", "IFD1/324", "IFD0/513"}

// sameAs reports whether it means what one of our own fields of the same identity says.
func (s statement) sameAs(of []*field) bool {
	list := s.list()
	if len(list) == 0 || strings.HasPrefix(list[0], "(Binary data ") || s.name == "CodedCharacterSet" || slices.Contains(places, s.in+"/"+s.id) {
		return true
	}
	for _, said := range list {
		if !slices.ContainsFunc(of, func(f *field) bool { return f.raw || same(f.value, said) || s.computed(f.value, said) }) && !anySame(of, s.text()) {
			return false
		}
	}
	return true
}

// computed reports whether a value follows from the field by the rule by which ExifTool makes it.
func (s statement) computed(own, said string) bool {
	n, ok := numbers(own)
	if s.in == "GPS" && s.id == "7" && len(n) == 3 && ok { // "8/1 25/1 57/1" as a clock
		got, ok := numbers(said)
		return ok && sameNumbers(n, got)
	}
	got, ok2 := numbers(said)
	if !ok || !ok2 {
		return s.family == "XMP" && strings.HasPrefix(s.name, "GPS") // "53,21.5679N" in degrees
	}
	for _, v := range n {
		if math.IsNaN(v) { // a zero denominator is no number to us; it may be any to others
			return s.in != "GPS"
		}
	}
	switch {
	case s.in == "GPS" && (s.id == "2" || s.id == "4") && len(n) == 3 && len(got) == 1:
		return near(n[0]+n[1]/60+n[2]/3600, got[0])
	case (s.id == "37377" || s.name == "ShutterSpeedValue") && len(got) == 1:
		return near(math.Pow(2, -n[0]), got[0])
	case (s.id == "37378" || s.id == "37381" || s.name == "ApertureValue" || s.name == "MaxApertureValue") && len(got) == 1:
		return near(math.Pow(2, n[0]/2), got[0])
	}
	return false
}
