package receive

import (
	"path"
	"testing"
	"unicode/utf8"
)

// FuzzPaths holds portable to giving text, and different text for different paths.
func FuzzPaths(f *testing.F) {
	f.Add("photos/a.jpg", "photos/\xff.jpg")
	f.Add("\xef\xbf", "\uFFFD")
	f.Add("\uFFFDFF", "\xff")
	f.Add("\xefBFBD", "\uFFFD")
	f.Fuzz(func(t *testing.T, a, b string) {
		pa, pb := Portable(a), Portable(b)
		if !utf8.ValidString(pa) || (pa == pb) != (a == b) {
			t.Errorf("%q becomes %q, %q becomes %q", a, pa, b, pb)
		}
		if name, raw := nameOf(a); !utf8.ValidString(name) || (raw == nil) != utf8.ValidString(path.Base(a)) {
			t.Errorf("%q is named %q with %q", a, name, raw)
		}
	})
}
