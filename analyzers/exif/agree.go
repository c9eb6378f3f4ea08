package exif

import (
	"math"
	"strconv"
	"strings"

	"github.com/bep/imagemeta"

	"dokaz/analyzers/internal/tiff"
)

// agree reports whether imagemeta's value means what the field holds. The library turns some fields into
// others (APEX values into f-numbers and seconds, degrees into one decimal number, digits into integers):
// such a value agrees when it follows from the field. A number made from a zero denominator never does.
func agree(e tiff.Entry, v any) bool {
	if e.Group == "GPS" {
		switch e.ID {
		case 2, 4:
			deg, ok := degrees(e)
			return ok && near(deg, v)
		case 7:
			return sameClock(e, v)
		case 8, 10:
			return sameDigits(e, v)
		case 27, 28:
			return sameComment(e, v)
		}
	}
	if e.Group == "ExifIFD" {
		switch e.ID {
		case 0x9201:
			apex, ok := e.Number(0)
			return ok && near(1/math.Pow(2, apex), v)
		case 0x9202, 0x9205:
			apex, ok := e.Number(0)
			return ok && near(math.Pow(2, apex/2), v)
		case 0x9286:
			return sameComment(e, v)
		case 0x9290, 0x9291, 0x9292:
			return sameDigits(e, v)
		case 0xa302:
			return true // told apart into a header and bytes, in a byte order of its own choice
		}
	}
	return sameValue(e, v)
}

// degrees is a GPS coordinate in degrees, without its sign.
func degrees(e tiff.Entry) (float64, bool) {
	if n := e.Components(); n != 3 || e.Count != 3 {
		return 0, false
	}
	sum := 0.0
	for i, unit := range []float64{1, 60, 3600} {
		v, ok := e.Number(i)
		if !ok || math.IsNaN(v) {
			return 0, false
		}
		sum += v / unit
	}
	return sum, true
}

// near compares a number with one of the library's values, which may come through float32.
func near(want float64, v any) bool {
	got, ok := goNumber(v)
	if !ok {
		return math.IsNaN(want) && v == "undef" // what the library says of 0/0 and infinities
	}
	if math.IsNaN(want) || math.IsInf(want, 0) {
		return false
	}
	return math.Abs(want-got) <= 1e-6*max(1e-6, math.Abs(want))
}

func goNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case uint8:
		return float64(v), true
	case uint16:
		return float64(v), true
	case uint32:
		return float64(v), true
	case int32:
		return float64(v), true
	case int:
		return float64(v), true
	case float32:
		return float64(v), true
	case float64:
		return v, true
	case imagemeta.Rat[uint32]:
		return v.Float64(), true
	case imagemeta.Rat[int32]:
		return v.Float64(), true
	case string:
		f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return f, err == nil
	}
	return 0, false
}

// sameClock compares hours, minutes and seconds with the text they were joined into.
func sameClock(e tiff.Entry, v any) bool {
	s, _ := v.(string)
	parts := strings.Split(s, ":")
	if len(parts) != 3 || e.Count != 3 {
		return false
	}
	for i, part := range parts {
		want, ok := e.Number(i)
		if !ok || !near(want, part) {
			return false
		}
	}
	return true
}

// sameDigits compares digits kept as text with the integer they were turned into; blank text is 0 then.
func sameDigits(e tiff.Entry, v any) bool {
	got, ok := goNumber(v)
	if !ok {
		return false
	}
	want := loose(e.Value)
	if want == "" {
		return got == 0
	}
	n, err := strconv.ParseFloat(want, 64)
	return err == nil && n == got
}

// sameComment compares decoded text; the library gives nothing for codes it does not decode.
func sameComment(e tiff.Entry, v any) bool {
	s, ok := v.(string)
	if !ok {
		return false
	}
	l := loose(s)
	return l == "" || l == loose(text(e).text) || l == loose(e.Value) || len(e.Value) > 8 && l == loose(e.Value[8:])
}

// sameValue compares fields that the library leaves as they are or writes as text.
func sameValue(e tiff.Entry, v any) bool {
	s, isText := v.(string)
	if isText && strings.HasPrefix(s, "(Binary data ") {
		return true
	}
	switch e.Type {
	case tiff.ASCII:
		return isText && loose(s) == loose(e.Value)
	case tiff.Undefined, tiff.Byte:
		if isText && loose(s) == loose(e.Value) {
			return true
		}
	}
	var got []any
	switch v := v.(type) {
	case []any:
		got = v
	case string:
		for _, w := range strings.Fields(v) {
			got = append(got, w)
		}
	case []byte:
		for _, c := range v {
			got = append(got, c)
		}
	case nil:
	default:
		got = []any{v}
	}
	if len(got) != int(e.Count) {
		return false
	}
	for i, g := range got {
		want, ok := e.Number(i)
		if e.Type == tiff.Undefined && i < len(e.Value) {
			want, ok = float64(e.Value[i]), true
		}
		if !ok || !near(want, g) {
			return false
		}
	}
	return true
}
