package receive

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"
)

// nameOf gives a receipt's name, and its bytes where they are not valid UTF-8.
func nameOf(p string) (name string, raw []byte) {
	base := path.Base(p)
	if utf8.ValidString(base) {
		return base, nil
	}
	return strings.ToValidUTF8(base, "\uFFFD"), []byte(base)
}

// Portable writes a path as valid UTF-8 so that different paths stay different: a byte that is no
// UTF-8, and each byte of a U+FFFD that was there, becomes U+FFFD and two hexadecimal digits. Any
// other path is itself; nothing is normalised, cut or made harmless to print.
func Portable(p string) string {
	if utf8.ValidString(p) && !strings.ContainsRune(p, utf8.RuneError) {
		return p
	}
	var out strings.Builder
	for len(p) > 0 {
		r, n := utf8.DecodeRuneInString(p)
		if r != utf8.RuneError {
			out.WriteString(p[:n])
		} else {
			for _, b := range []byte(p[:n]) {
				fmt.Fprintf(&out, "\uFFFD%02X", b)
			}
		}
		p = p[n:]
	}
	return out.String()
}
