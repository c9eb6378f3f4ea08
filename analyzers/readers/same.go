package readers

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// anySame reports whether one of several fields of one identity means what a reader says.
func anySame(of []*field, said string) bool {
	return slices.ContainsFunc(of, func(f *field) bool { return f.raw || same(f.value, said) })
}

var (
	boxTime = regexp.MustCompile(`^\d+ \((\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d).*\)$`)
	moment  = regexp.MustCompile(`^\d{4}[-:]\d\d[-:]\d\d|^\d\d:\d\d:\d\d`)
	iso6709 = regexp.MustCompile(`^[-+]\d+(\.\d+)?[-+]\d`)
	signs   = strings.NewReplacer("+", " ", "-", " -", "/", " ")
)

// same reports whether two texts mean the same: numbers within a part in a thousand, times to the second, texts by their letters and digits.
func same(own, other string) bool {
	if own == other {
		return true
	}
	if m := boxTime.FindStringSubmatch(own); m != nil {
		own = m[1]
	}
	if iso6709.MatchString(own) {
		own = signs.Replace(own)
		if iso6709.MatchString(other) {
			other = signs.Replace(other)
		}
	}
	if moment.MatchString(other) {
		x, y := digits(own), digits(other)
		if strings.Trim(x+y, "0") == "" { // not set
			return true
		}
		n := min(len(x), len(y))
		return n >= 6 && x[:min(n, 14)] == y[:min(n, 14)] && (n >= 14 || len(x) == len(y))
	}
	a, okA := numbers(own)
	b, okB := numbers(other)
	if okA && okB {
		return sameNumbers(a, b)
	}
	return denote(own) == denote(other)
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// denote reduces a text to its letters and digits.
func denote(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// numbers reads a list of numbers: decimal, or fractions, of which those with a denominator of zero are no number.
func numbers(s string) ([]float64, bool) {
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == ':' })
	out := make([]float64, 0, len(words))
	for _, w := range words {
		a, b, fraction := strings.Cut(w, "/")
		n, err := strconv.ParseFloat(a, 64)
		if err == nil && fraction {
			var d float64
			d, err = strconv.ParseFloat(b, 64)
			if n /= d; d == 0 {
				n = math.NaN()
			}
		}
		if w == "undef" || w == "inf" {
			n, err = math.NaN(), nil
		}
		if err != nil {
			return nil, false
		}
		out = append(out, n)
	}
	return out, len(out) > 0
}

func sameNumbers(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !near(a[i], b[i]) {
			return false
		}
	}
	return true
}

func near(a, b float64) bool {
	if math.IsNaN(a) || math.IsInf(a, 0) {
		return math.IsNaN(b) || math.IsInf(b, 0)
	}
	return math.Abs(a-b) <= 1e-3*max(1e-3, math.Abs(a))
}
