//go:build ignore

// Command countries_gen writes countries.tsv: the names of countries in our languages as CLDR has them, by their numbers in UN M49.
package main

import (
	"fmt"
	"log"
	"os"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

func main() {
	var b strings.Builder
	b.WriteString("number\ten\tbe\tru\tuk\n")
	for number := 1; number < 1000; number++ {
		region, err := language.EncodeM49(number)
		if err != nil || !region.IsCountry() {
			continue
		}
		fmt.Fprint(&b, number)
		for _, tag := range []string{"en", "be", "ru", "uk"} {
			b.WriteString("\t" + display.Regions(language.MustParse(tag)).Name(region))
		}
		b.WriteString("\n")
	}
	if err := os.WriteFile("countries.tsv", []byte(b.String()), 0o644); err != nil {
		log.Fatal(err)
	}
}
