package page

import (
	"testing"

	"dokaz/pipeline/report/words"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// TestCountriesAreThoseOfCLDR compares the kept names with those of the library they were taken from, in every language of reports.
func TestCountriesAreThoseOfCLDR(t *testing.T) {
	t.Parallel()
	n := 0
	for _, lang := range words.Languages() {
		for number := range 1000 {
			want := ""
			if region, err := language.EncodeM49(number); err == nil && region.IsCountry() {
				want = display.Regions(language.MustParse(lang)).Name(region)
				n++
			}
			if got := countryIn(lang, number); got != want {
				t.Errorf("%d in %s is %q, want %q", number, lang, got, want)
			}
		}
	}
	if n < 4*240 {
		t.Errorf("%d names", n)
	}
}
