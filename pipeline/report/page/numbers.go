package page

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
)

// number writes digits in groups of three, parted by narrow spaces that do not break (ISO 80000-1 §7.3.1).
func number(n int64) template.HTML {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "&#8239;" + s[i:]
	}
	return template.HTML(sign + s)
}

// Bytes writes a size in bytes with a decimal unit (IEC 80000-13).
func (s Speaker) Bytes(n int64) template.HTML {
	if n < 1000 {
		return number(n) + "&nbsp;" + s.Word("unit", "B")
	}
	v, unit := float64(n), ""
	for _, u := range []string{"kB", "MB", "GB", "TB", "PB"} {
		v /= 1000
		unit = u
		if v < 999.5 {
			break
		}
	}
	digits := 1
	if v >= 100 {
		digits = 0
	}
	return s.Decimal(strconv.FormatFloat(v, 'f', digits, 64)) + "&nbsp;" + s.Word("unit", unit)
}

// seconds writes a time in a stream as minutes and seconds, with hours where there are any.
func (s Speaker) seconds(t float64) template.HTML {
	if !(t > -1e7 && t < 1e7) {
		return ours(strconv.FormatFloat(t, 'g', 4, 64)+" ") + s.Word("unit", "s")
	}
	sign := ""
	if t < 0 {
		sign, t = "−", -t
	}
	tenths := int64(t*10 + 0.5)
	h, m, sec := tenths/36000, tenths/600%60, float64(tenths%600)/10
	if h > 0 {
		return s.Decimal(fmt.Sprintf("%s%d:%02d:%04.1f", sign, h, m, sec))
	}
	return s.Decimal(fmt.Sprintf("%s%d:%04.1f", sign, m, sec))
}

// lasting writes a length of time: seconds below a minute, else as seconds does.
func (s Speaker) lasting(t float64) template.HTML {
	if t >= 0 && t < 59.95 {
		return s.Decimal(strconv.FormatFloat(t, 'f', 1, 64)) + "&nbsp;" + s.Word("unit", "s")
	}
	return s.seconds(t)
}

// Decimal writes a number of ours with the language's own decimal sign (ISO 80000-1 §7.3.2 has both).
// Coordinates, places in a file and fractions that stand in a row keep the point: they are copied into other programs.
func (s Speaker) Decimal(number string) template.HTML {
	return ours(strings.Replace(number, ".", s.Text("decimal"), 1))
}

// amount writes one of amounts with the language's own decimal sign and units.
func (s Speaker) amount(text string) template.HTML {
	var out template.HTML
	for i, part := range strings.Fields(text) {
		if i%2 == 1 {
			out += "&nbsp;" + s.Word("unit", part)
		} else {
			out = Join(" ", out, s.Decimal(part))
		}
	}
	return out
}
