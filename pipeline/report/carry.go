package report

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"dokaz/pipeline"
)

// exact is the largest integer that a JSON number carries exactly (RFC 8785 Appendix D).
const exact = 1 << 53

// carriable returns the measurements that a canonical document can hold, without the derivatives' bytes and the local
// features, which are kept elsewhere. A file may state any number, and one number must not cost the whole report:
// lost says how many statements were left out, and of which analyzers.
func carriable(in []pipeline.Measurement) (out []pipeline.Measurement, lost string) {
	out = make([]pipeline.Measurement, 0, len(in))
	left := map[string]int{}
	for _, m := range in {
		switch f := m.Fact.(type) {
		case pipeline.Derivative:
			f.Bytes = nil
			m.Fact = f
		case pipeline.LocalFeatures:
			m.Fact = counted(f)
		}
		if m.Fact == nil || !holds(reflect.ValueOf(m.Fact)) || !holds(reflect.ValueOf(m.Where)) {
			left[m.By.Analyzer]++
			continue
		}
		out = append(out, settled(m))
	}
	var parts []string
	for analyzer, n := range left {
		parts = append(parts, fmt.Sprintf("%s: %d", analyzer, n))
	}
	if len(parts) == 0 {
		return out, ""
	}
	slices.Sort(parts)
	return out, "statements left out because a number in them has no exact JSON form: " + strings.Join(parts, ", ")
}

// counted leaves of local features how many there are, and nothing of frames without.
func counted(f pipeline.LocalFeatures) pipeline.LocalFeatures {
	if f.Algorithm == pipeline.Plain {
		f.Frames = []pipeline.FeaturedFrame{}
		return f
	}
	frames := make([]pipeline.FeaturedFrame, len(f.Frames))
	for i, fr := range f.Frames {
		frames[i] = pipeline.FeaturedFrame{Time: fr.Time, Count: fr.Count}
	}
	f.Frames = frames
	return f
}

// settled gives a measurement the form it has after being written and read: bytes that are no UTF-8 become
// U+FFFD, as encoding/json writes them, and absent lists are empty ones. So a fact fresh from an analyzer
// and the same fact back from a shelf are judged and ordered alike.
func settled(m pipeline.Measurement) pipeline.Measurement {
	m.Where.Path = valid(m.Where.Path)
	switch f := m.Fact.(type) {
	case pipeline.Disagreement:
		f.Readings = append([]pipeline.Reading{}, f.Readings...)
		m.Fact = f
	case pipeline.Keyframes:
		f.Times = append([]float64{}, f.Times...)
		m.Fact = f
	case pipeline.FrameHashes:
		f.Frames = append([]pipeline.HashedFrame{}, f.Frames...)
		m.Fact = f
	}
	if texts(reflect.ValueOf(m.Fact)) {
		return m
	}
	k, b, err := pipeline.MarshalFact(m.Fact)
	if err != nil {
		return m
	}
	if f, err := pipeline.UnmarshalFact(k, b); err == nil {
		m.Fact = f
	}
	return m
}

// valid replaces each byte that is no part of UTF-8 by U+FFFD.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// texts reports whether every string within v is UTF-8.
func texts(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		return utf8.ValidString(v.String())
	case reflect.Struct:
		for i := range v.NumField() {
			if !texts(v.Field(i)) {
				return false
			}
		}
	case reflect.Slice:
		if k := v.Type().Elem().Kind(); k != reflect.Struct && k != reflect.String {
			return true
		}
		for i := range v.Len() {
			if !texts(v.Index(i)) {
				return false
			}
		}
	}
	return true
}

// holds reports whether every number within v has an exact JSON form. It walks fact types, which are flat;
// bytes and hash words are written as text and need no look.
func holds(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Int, reflect.Int64, reflect.Int32:
		return v.Int() <= exact && v.Int() >= -exact
	case reflect.Float64, reflect.Float32:
		return !math.IsNaN(v.Float()) && !math.IsInf(v.Float(), 0)
	case reflect.Pointer:
		return v.IsNil() || holds(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if !holds(v.Field(i)) {
				return false
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if !holds(v.Index(i)) {
				return false
			}
		}
	}
	return true
}
