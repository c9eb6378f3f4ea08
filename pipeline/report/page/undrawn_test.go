package page

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"regexp"
	"strings"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/report/words"
)

// The page that stands for one that cannot be drawn says so in every language, lets nothing of the cause act, and has its style allowed.
func TestUndrawnInEveryLanguage(t *testing.T) {
	t.Parallel()
	said := map[string]bool{}
	for _, lang := range words.Languages() {
		b, err := Undrawn(lang, pipeline.DigestOf(nil), errors.New("panic: <script>\u202e"))
		if err != nil {
			t.Fatal(err)
		}
		page := string(b)
		title := regexp.MustCompile(`<h1>([^<]+)</h1>`).FindStringSubmatch(page)
		style := regexp.MustCompile(`<style>([^<]+)</style>`).FindStringSubmatch(page)
		if title == nil || style == nil || strings.Contains(page, "<script") || strings.Contains(page, "\u202e") || !strings.Contains(page, pipeline.DigestOf(nil).String()) {
			t.Errorf("%s: %s", lang, page)
			continue
		}
		said[title[1]] = true
		if sum := sha256.Sum256([]byte(style[1])); !strings.Contains(page, "style-src &#39;sha256-"+strings.ReplaceAll(base64.StdEncoding.EncodeToString(sum[:]), "+", "&#43;")+"&#39;") {
			t.Errorf("%s: the policy does not allow the style: %s", lang, page)
		}
	}
	if len(said) != len(words.Languages()) {
		t.Errorf("titles %v", said)
	}
	if _, err := Undrawn("xx", pipeline.DigestOf(nil), errors.New("x")); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("a language without words: %v", err)
	}
}
