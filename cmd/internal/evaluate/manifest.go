package evaluate

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"dokaz/pipeline"
)

// Truth is what a manifest says.
type Truth struct {
	Pairs []Pair
	Files []string            // every file named, as it stands there, each once, in the order of appearance
	scene map[string][]string // what each file shows: the sources of all its rows, ascending
}

// Pair is what is true of two files: the rows of equal a, b, relation and transform.
type Pair struct {
	A, B      string
	Relation  Relation
	Transform string
	Source    string    // the scene that both show, "" where the manifest names none
	Steady    bool      // the camera stands still: its moments resemble each other
	Stretches []Stretch // where in time, as far as the manifest says
}

// Stretch is a part of A that shows, or is heard, in B, in seconds of each. Of a still it is a moment of the video:
// equal start and end, and none on the side of the picture.
type Stretch struct {
	A, B  Interval
	Speed float64 // seconds of A that pass in one of B
}

// Interval is a stretch of time in seconds. It is absent where the manifest gives none.
type Interval struct {
	Start, End float64
	Given      bool
}

// Bounds of a manifest.
const (
	maxRows  = 1_000_000
	maxField = 4096 // bytes
)

// The columns. a, b, relation and transform must be there; others are ignored.
var (
	required = []string{"a", "b", "relation", "transform"}
	optional = []string{"a_start", "a_end", "b_start", "b_end", "speed", "source", "steady"}
)

// Read reads a manifest: a CSV with a header. A row without b says only what a shows. ErrMalformed names the line.
func Read(r io.Reader) (Truth, error) {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		return Truth{}, fmt.Errorf("%w: the manifest has no header: %w", pipeline.ErrMalformed, err)
	}
	at, err := columns(header)
	if err != nil {
		return Truth{}, err
	}
	t := reading{truth: Truth{scene: map[string][]string{}}, pairs: map[string]int{}}
	for n := 0; ; n++ {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return t.truth, nil
		}
		line, _ := in.FieldPos(0)
		if err == nil && n == maxRows {
			err = fmt.Errorf("more than %d rows", maxRows)
		}
		if err == nil {
			err = t.add(fields{at, record})
		}
		if err != nil {
			return Truth{}, fmt.Errorf("%w: manifest line %d: %w", pipeline.ErrMalformed, line, err)
		}
	}
}

// columns finds where each known column stands.
func columns(header []string) (map[string]int, error) {
	at := map[string]int{}
	for i, name := range header {
		name = strings.TrimPrefix(strings.TrimSpace(name), "\ufeff")
		if _, twice := at[name]; twice {
			return nil, fmt.Errorf("%w: the manifest has two columns %q", pipeline.ErrMalformed, name)
		}
		if slices.Contains(required, name) || slices.Contains(optional, name) {
			at[name] = i
		}
	}
	for _, name := range required {
		if _, ok := at[name]; !ok {
			return nil, fmt.Errorf("%w: the manifest has no column %q; it needs %s", pipeline.ErrMalformed, name, strings.Join(required, ", "))
		}
	}
	return at, nil
}

// fields is one record by the names of its columns.
type fields struct {
	at     map[string]int
	record []string
}

func (f fields) text(name string) string {
	i, ok := f.at[name]
	if !ok || i >= len(f.record) {
		return ""
	}
	return strings.Clone(strings.TrimSpace(f.record[i]))
}

// number reads a finite number, not given where the field is empty.
func (f fields) number(name string) (float64, bool, error) {
	s := f.text(name)
	if s == "" {
		return 0, false, nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, false, fmt.Errorf("%s %q is not a number", name, s)
	}
	return v, true, nil
}

func (f fields) interval(start, end string) (Interval, error) {
	a, hasStart, err := f.number(start)
	if err != nil {
		return Interval{}, err
	}
	b, hasEnd, err := f.number(end)
	if err != nil {
		return Interval{}, err
	}
	if hasStart != hasEnd || b < a {
		return Interval{}, fmt.Errorf("%s and %s: want both, the lesser first", start, end)
	}
	return Interval{a, b, hasStart}, nil
}

// reading is a manifest being read.
type reading struct {
	truth Truth
	pairs map[string]int // by what makes rows one pair
}

func (t *reading) add(f fields) error {
	for _, name := range append(slices.Clone(required), optional...) {
		if len(f.text(name)) > maxField {
			return fmt.Errorf("%s is longer than %d bytes", name, maxField)
		}
	}
	a, b, source := f.text("a"), f.text("b"), f.text("source")
	if err := t.shows(a, source); err != nil {
		return err
	}
	if b == "" && f.text("relation") == "" {
		return nil
	}
	if err := t.shows(b, source); err != nil {
		return err
	}
	p := Pair{A: a, B: b, Relation: Relation(f.text("relation")), Transform: f.text("transform"), Source: source, Steady: f.text("steady") == "yes"}
	if !p.Relation.known() {
		return fmt.Errorf("relation %q is none of %v", p.Relation, Relations())
	}
	if a == b {
		return fmt.Errorf("%q is held against itself", a)
	}
	s, err := stretch(f)
	if err != nil {
		return err
	}
	key := strings.Join([]string{p.A, p.B, string(p.Relation), p.Transform}, "\x00")
	i, again := t.pairs[key]
	if !again {
		i = len(t.truth.Pairs)
		t.pairs[key] = i
		t.truth.Pairs = append(t.truth.Pairs, p)
	}
	if s.A.Given || s.B.Given {
		t.truth.Pairs[i].Stretches = append(t.truth.Pairs[i].Stretches, s)
	}
	return nil
}

// stretch reads the columns of time.
func stretch(f fields) (Stretch, error) {
	a, err := f.interval("a_start", "a_end")
	if err != nil {
		return Stretch{}, err
	}
	b, err := f.interval("b_start", "b_end")
	if err != nil {
		return Stretch{}, err
	}
	speed, given, err := f.number("speed")
	if err != nil || given && speed <= 0 {
		return Stretch{}, fmt.Errorf("speed %q is not a number above 0", f.text("speed"))
	}
	if !given {
		speed = 1
	}
	return Stretch{a, b, speed}, nil
}

// shows notes a file and what it shows.
func (t *reading) shows(file, source string) error {
	if file == "" || path.IsAbs(file) || strings.ContainsRune(file, 0) {
		return fmt.Errorf("%q is not a path relative to the manifest", file)
	}
	scenes, seen := t.truth.scene[file]
	if !seen {
		t.truth.Files = append(t.truth.Files, file)
	}
	at, found := slices.BinarySearch(scenes, source)
	if source != "" && !found {
		scenes = slices.Insert(scenes, at, source)
	}
	t.truth.scene[file] = scenes
	return nil
}
