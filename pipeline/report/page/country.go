package page

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The names are kept as text. The tables they come from (golang.org/x/text/language/display) are set up by every process that links them, each child of
// an examination among them.
//
//go:generate go run countries_gen.go
//go:embed countries.tsv
var countryTable string

// countries are names by language and number; the table's first line names the languages.
var countries = sync.OnceValue(func() map[string]map[int]string {
	out := map[string]map[int]string{}
	var languages []string
	for line := range strings.Lines(countryTable) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		number, err := strconv.Atoi(cells[0])
		if err != nil {
			languages = slices.Clone(cells[1:])
			for _, l := range languages {
				out[l] = map[int]string{}
			}
			continue
		}
		for i, l := range languages {
			out[l][number] = cells[1+i]
		}
	}
	return out
})

// countryIn names a country by its number in UN M49, "" where it has no name.
func countryIn(lang string, number int) string { return countries()[lang][number] }
