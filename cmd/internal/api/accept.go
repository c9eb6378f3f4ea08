package api

import (
	"mime"
	"strconv"
	"strings"
)

// formats of a report, in the order in which they are preferred where a client does not mind.
var formats = []string{"json", "html", "pdf"}

var mediaTypes = map[string]string{"json": "application/json", "html": "text/html; charset=utf-8", "pdf": "application/pdf"}

// preferred is the format that a client would rather have (RFC 9110 §12.5.1): of each the quality of the most exact range that fits, and
// the greatest of these. Without an Accept it is json; "" says that none is acceptable.
func preferred(accept string) string {
	if strings.TrimSpace(accept) == "" {
		return formats[0]
	}
	best, most := "", 0.0
	for _, f := range formats {
		own, _, _ := strings.Cut(mediaTypes[f], ";")
		if q := quality(accept, own); q > most {
			best, most = f, q
		}
	}
	return best
}

// quality is what an Accept gives a media type, 0 where it is not acceptable.
func quality(accept, own string) float64 {
	kind, _, _ := strings.Cut(own, "/")
	exact, q := 0, 0.0
	for one := range strings.SplitSeq(accept, ",") {
		name, parameters, err := mime.ParseMediaType(one)
		if err != nil {
			continue
		}
		fits := map[string]int{"*/*": 1, kind + "/*": 2, own: 3}[name]
		if fits <= exact {
			continue
		}
		exact, q = fits, 1
		if text, given := parameters["q"]; given {
			if q, err = strconv.ParseFloat(text, 64); err != nil || q < 0 || q > 1 {
				q = 0
			}
		}
	}
	return q
}
