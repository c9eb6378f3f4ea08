package lexicon

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRows(t *testing.T) {
	t.Parallel()
	table := "# a comment\n\nIHDR\timage header\tISO/IEC 15948\t2026-11-29\nshort\t2026-11-29\nIHDR\tagain\tISO/IEC 15948\t2026-11-29\n"
	if d := cmp.Diff([][]string{{"IHDR", "image header"}, {"IHDR", "again"}}, Rows(table, 2)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(map[string]string{"IHDR": "image header"}, Map(table)); d != "" {
		t.Error(d)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	good := "a\tb\tT.81\t2026-11-29\n"
	for want, table := range map[string]string{
		"":               good,
		"empty":          "# nothing\n",
		"columns":        good + "a\tb\n",
		"no source":      "a\tb\t\t2026-11-29\n",
		"nobody can":     "a\tb\tgeneral knowledge, its publisher\t2026-11-29\n",
		"source that":    "a\tb\tcommon practice, no specification\t2026-11-29\n",
		"can look up":    "a\tb\t-\t2026-11-29\n",
		"parsing time":   "a\tb\tT.81\tyesterday\n",
		`repeats "a"`:    good + "a\tc\tT.81\t2026-11-29\n",
		"line 3 has 3 c": good + "\n" + "a\tT.81\t2026-11-29\n",
	} {
		err := Check(table, 2, 1)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}
