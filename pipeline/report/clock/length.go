package clock

import (
	"fmt"
	"strings"
	"time"
)

// Length writes a length of time with the two largest of the units d, h, min, s.
func Length(d time.Duration) string {
	s := int64(d.Abs().Round(time.Second) / time.Second)
	parts := []string{}
	for _, u := range []struct {
		name string
		size int64
	}{{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}} {
		if n := s / u.size; n > 0 && len(parts) < 2 {
			parts = append(parts, fmt.Sprintf("%d %s", n, u.name))
			s -= n * u.size
		} else if len(parts) == 1 {
			break
		}
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts, " ")
}
