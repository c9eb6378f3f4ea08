package exif

import (
	"os/exec"
	"strings"
	"testing"
)

// What iconv makes of texts in windows-1251 and Latin-1 is what is offered.
func TestCandidatesAreWhatIconvReads(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("iconv"); err != nil {
		t.Skip("NOT COMPARED: no iconv")
	}
	for _, c := range []struct{ set, text string }{
		{"windows-1251", "Плошча Незалежнасці, Мінск, ў ґ є ї Ё № «»"}, {"windows-1251", "Камера Canon EOS, жнівень 2020"}, {"windows-1251", "ДА"},
		{"ISO-8859-1", "Müller, Genève"}, {"ISO-8859-1", "© Jörg Weiß 2020"},
	} {
		cmd := exec.CommandContext(t.Context(), "iconv", "-f", "UTF-8", "-t", c.set)
		cmd.Stdin = strings.NewReader(c.text)
		raw, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		set, text, ok := candidate(raw)
		if want := strings.Replace(c.set, "ISO-8859-1", "Latin-1", 1); !ok || set != want || text != c.text {
			t.Errorf("%q: %q in %q, %v", c.text, text, set, ok)
		}
		if p := letters(raw); p.text != escape(raw) || p.note != noteInvalid+"; as "+set+": "+text {
			t.Errorf("%q is told as %q with the note %q", c.text, p.text, p.note)
		}
	}
}

func TestNoCandidate(t *testing.T) {
	t.Parallel()
	for _, b := range [][]byte{{0xff}, {0xe9}, []byte("a \xe9 b"), []byte("\xcf\xeb\x01\xee"), {0x98, 0xcf, 0xeb}} {
		if set, text, ok := candidate(b); ok {
			t.Errorf("%x: %q in %s", b, text, set)
		}
	}
}
