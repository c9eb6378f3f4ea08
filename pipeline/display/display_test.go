package display

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain name.jpg": "plain name.jpg", "": "", "Мінск жніўня": "Мінск жніўня", "שלום مرحبا": "שלום مرحبا", "写真 🙂": "写真 🙂",
		"\u202egpj.exe": "⟨U+202E⟩gpj.exe", "a\nb": "a⟨U+000A⟩b", "\x1b[31m": "⟨U+001B⟩[31m", "\u009b31m": "⟨U+009B⟩31m",
		"\xff.jpg": "⟨byte FF⟩.jpg", "a\u200bb": "a⟨U+200B⟩b", "\x7f": "⟨U+007F⟩", "e\u0301": "e\u0301",
	} {
		if got := Text(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := Lines("a\tb\nc\rd\n"); got != "a⟨U+0009⟩b\nc⟨U+000D⟩d\n" {
		t.Errorf("lines: %q", got)
	}
}

// harmless fails where a character could act on what shows it: a control but for newlines in lines, a format character, a
// private or unassigned one.
func harmless(t *testing.T, from, shown string, newlines bool) {
	t.Helper()
	if !utf8.ValidString(shown) {
		t.Fatalf("%q: not UTF-8", from)
	}
	for _, r := range shown {
		if newlines && r == '\n' {
			continue
		}
		if r < 0x20 || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) || !Visible(r) {
			t.Fatalf("%q: U+%04X in %q", from, r, shown)
		}
	}
}

var seeds = []string{"", "\u202egpj", "\x1b]0;x\a", "\xff\xfe", "a\u0300\u0300\u0300\u0300\u0300\u0300", "\U000e0041", "=1+1", "; =x", "\t-1", "\r\n"}

func FuzzText(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		harmless(t, s, Text(s), false)
		harmless(t, s, Lines(s), true)
	})
}

// FuzzJSON demands that what is looked at is the document it was, to a program.
func FuzzJSON(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		doc, err := json.Marshal(map[string]string{s: s})
		if err != nil {
			t.Fatal(err)
		}
		shown := JSON(doc)
		harmless(t, s, string(shown), false)
		var before, after map[string]string
		if err := json.Unmarshal(doc, &before); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(shown, &after); err != nil {
			t.Fatalf("%s: %v", shown, err)
		}
		for k, v := range before {
			if after[k] != v {
				t.Fatalf("%s became %s", doc, shown)
			}
		}
	})
}

// Cells as the OWASP page on CSV injection lists them, and as spreadsheets of another setting would split them.
func TestCellsAreNoFormulas(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain.jpg": "plain.jpg", "": "", "a=b": "a=b", "12-3": "12-3", "a@b.org": "a@b.org",
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@x": "'@x", " =1": " '=1", "＝1": "'＝1",
		"\t=1": "'⟨U+0009⟩'=1", "\r=1": "'⟨U+000D⟩'=1", "a;=1": "a;'=1", "a, =1": "a, '=1", "a|@b": "a|'@b", "a\n+1": "a⟨U+000A⟩'+1", `a"=1`: `a"'=1`,
		"\u202e=1": "⟨U+202E⟩=1",
	} {
		if got := Cell(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzCell(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		harmless(t, s, Cell(s), false)
		got := strings.TrimLeft(Cell(s), " ")
		if got != "" && strings.ContainsAny(string([]rune(got)[0]), formulaStarts) {
			t.Fatalf("%q became %q", s, got)
		}
		for _, part := range strings.FieldsFunc(got, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
			part = strings.TrimLeft(part, " ")
			if part != "" && strings.ContainsAny(string([]rune(part)[0]), formulaStarts) {
				t.Fatalf("%q became %q", s, got)
			}
		}
	})
}
