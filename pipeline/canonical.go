package pipeline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"
)

// Canonical returns the JSON Canonicalization Scheme form of v (RFC 8785): no white space, members
// sorted by the UTF-16 code units of their names, shortest numbers, minimal escapes. Equal values give
// equal bytes on every machine, which is what report digests rest on. The scheme's numbers are IEEE 754 doubles: an integer beyond ±2^53
// that no double is written as is refused.
func Canonical(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("canonical: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, fmt.Errorf("canonical: %w", err)
	}
	var out bytes.Buffer
	if err := writeCanonical(&out, tree); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func writeCanonical(w *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case nil:
		w.WriteString("null")
	case bool:
		w.WriteString(strconv.FormatBool(v))
	case json.Number:
		return writeNumber(w, v)
	case string:
		writeString(w, v)
	case []any:
		w.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				w.WriteByte(',')
			}
			if err := writeCanonical(w, e); err != nil {
				return err
			}
		}
		w.WriteByte(']')
	case map[string]any:
		return writeObject(w, v)
	default:
		return fmt.Errorf("canonical: %T has no canonical form", v)
	}
	return nil
}

func writeObject(w *bytes.Buffer, m map[string]any) error {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int {
		return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b))) // RFC 8785 §3.2.3
	})
	w.WriteByte('{')
	for i, n := range names {
		if i > 0 {
			w.WriteByte(',')
		}
		writeString(w, n)
		w.WriteByte(':')
		if err := writeCanonical(w, m[n]); err != nil {
			return err
		}
	}
	w.WriteByte('}')
	return nil
}

// writeNumber formats as ECMAScript does (RFC 8785 §3.2.2.3); encoding/json writes float64 in that form.
func writeNumber(w *bytes.Buffer, n json.Number) error {
	if i, err := strconv.ParseInt(n.String(), 10, 64); err == nil {
		if (i > 1<<53 || i < -(1<<53)) && strconv.FormatFloat(float64(i), 'f', -1, 64) != n.String() {
			return fmt.Errorf("canonical: %d is beyond the exact range of a double", i)
		}
		if i == 0 {
			w.WriteByte('0') // also "-0"
			return nil
		}
	}
	f, err := n.Float64()
	if err != nil {
		return fmt.Errorf("canonical: %w", err)
	}
	if f == 0 {
		w.WriteByte('0')
		return nil
	}
	b, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("canonical: %w", err)
	}
	// ECMAScript writes the sign of a positive exponent, encoding/json does too: 1e+21.
	w.Write(b)
	return nil
}

// writeString escapes only what RFC 8785 §3.2.2.2 demands.
func writeString(w *bytes.Buffer, s string) {
	const digits = "0123456789abcdef"
	w.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			w.WriteByte('\\')
			w.WriteRune(r)
		case r == '\b':
			w.WriteString(`\b`)
		case r == '\t':
			w.WriteString(`\t`)
		case r == '\n':
			w.WriteString(`\n`)
		case r == '\f':
			w.WriteString(`\f`)
		case r == '\r':
			w.WriteString(`\r`)
		case r < 0x20:
			w.WriteString(`\u00`)
			w.WriteByte(digits[r>>4])
			w.WriteByte(digits[r&0xf])
		default:
			w.WriteRune(r)
		}
	}
	w.WriteByte('"')
}
