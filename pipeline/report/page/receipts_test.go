package page

import (
	"strings"
	"testing"
)

// TestASetClockIsTold gives custody entries clocks that were set between them, in each language; a second off is no setting.
func TestASetClockIsTold(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string][2]string{
		"en": {"the clock was set 2&nbsp;d 3&nbsp;h forward", "the clock was set 1&nbsp;h back"},
		"be": {"пераведзены наперад на 2&nbsp;", "пераведзены назад на 1&nbsp;"},
		"ru": {"переведены вперёд на 2&nbsp;", "переведены назад на 1&nbsp;"},
		"uk": {"переведено вперед на 2&nbsp;", "переведено назад на 1&nbsp;"},
	} {
		r, doc := sample(t, "photo")
		first := r.Issue.Custody[0]
		r.Issue.Custody = nil
		for _, ahead := range []int64{1, 0, 51 * 3600, 51*3600 - 2, 50*3600 - 2} {
			e := first
			e.Ahead = ahead
			r.Issue.Custody = append(r.Issue.Custody, e)
		}
		got := renderedIn(t, lang, r, doc, onePixel)
		_, got, _ = strings.Cut(got, `id="custody"`)
		got, _, _ = strings.Cut(got, "</section>")
		rows := strings.Split(got, "<tr")
		if n := strings.Count(got, "<strong>"); n != 2 {
			t.Errorf("%s: %d events are told of clocks that were set, want 2", lang, n)
		}
		for i, text := range map[int]string{4: want[0], 6: want[1]} { // behind the part before the first row, and the heads
			if len(rows) <= i || !strings.Contains(rows[i], text) {
				t.Errorf("%s: row %d lacks %q", lang, i, text)
			}
		}
	}
}
