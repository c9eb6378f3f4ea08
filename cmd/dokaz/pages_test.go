//go:build libav

package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

var (
	screenshots = flag.String("screenshots", "", "write a picture of every review page that is looked at into this folder, and what printing gives of it")
	everyLook   = flag.Bool("every-look", false, "look at review pages in every theme, language and width, not in a few")
)

// pagesOf names the review pages of the case that reviewed makes.
func pagesOf(t *testing.T) (dir string, pages map[string]string) {
	dir, photo, mirrored, film, compilation := reviewed(t)
	return dir, map[string]string{
		"library": "/", "table": "/?view=table", "nothing-fits": "/?q=nothing+fits", "item": "/items/" + photo.String() + "?list=kind%3Dphoto", "film": "/items/" + film.String(), "copies": "/items/" + photo.String() + "/copies",
		"compare": comparePathOf(photo, mirrored), "compare-films": comparePathOf(film, compilation), "help": "/help", "error": "/items/none",
	}
}

// looks is how a page is looked at.
type looks struct {
	theme, language string
	width           int64
}

func (b *tab) as(l looks) {
	b.Helper()
	p := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.theme}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, p); err != nil {
		b.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(l.width, 900))
	b.open("/help")
	b.do(chromedp.SetValue("select[name=language]", l.language))
	b.until(`document.documentElement.lang === "` + l.language + `"`)
}

// TestPagesFitAndCanBeUsed looks at every review page in each language and theme and at three widths: nothing is wider than the page, and
// axe-core finds nothing serious.
func TestPagesFitAndCanBeUsed(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: looks at all pages in a browser; run without -short")
	}
	dir, pages := pagesOf(t)
	s := startServing(t, dir)
	defer s.stop()
	b := openTab(t, s.address, s.review, 1200)
	axe := axeCore(t)
	all := []looks{{"light", "en", 1440}, {"dark", "be", 320}, {"light", "ru", 320}, {"dark", "uk", 768}}
	if *everyLook {
		all = nil
		for _, theme := range []string{"light", "dark"} {
			for _, language := range []string{"en", "be", "ru", "uk"} {
				for _, width := range []int64{320, 768, 1440} {
					all = append(all, looks{theme, language, width})
				}
			}
		}
	}
	for _, l := range all {
		b.as(l)
		for name, path := range pages {
			b.open(path)
			b.fits(fmt.Sprintf("%s %v", name, l))
			if axe != "" {
				b.judged(fmt.Sprintf("%s %v", name, l), axe)
			}
			if *screenshots != "" {
				file := filepath.Join(*screenshots, fmt.Sprintf("%s-%s-%s-%d", name, l.language, l.theme, l.width))
				b.shoot(file + ".png")
				if l == all[0] {
					b.print(file + ".pdf")
				}
			}
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.wrong {
		if !strings.Contains(w, "400 (Bad Request)") { // the error page's own
			t.Errorf("the console says: %s", w)
		}
	}
}

// fits fails where something stands out of the page to the right.
func (b *tab) fits(name string) {
	b.Helper()
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.documentElement.scrollWidth <= innerWidth ? "" :
		[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".tw")).slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join("\n") || "the page"`))
	if err != nil || out != "" {
		b.Errorf("%s is wider than its window: %s %v", name, out, err)
	}
}

// judged fails on what axe-core calls serious or critical.
func (b *tab) judged(name, axe string) {
	b.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](axe))
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then((r) =>
		r.violations.filter((v) => v.impact === "serious" || v.impact === "critical").map((v) => v.id + ": " + v.nodes.slice(0, 2).map((n) => n.html.slice(0, 160)).join(" | ")).join("\n"))`, chromedp.EvalAwaitPromise))
	if err != nil || out != "" {
		b.Errorf("%s: axe-core finds %s %v", name, out, err)
	}
}

func (b *tab) shoot(name string) {
	b.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.MkdirAll(filepath.Dir(name), 0o700)
	}
	if err == nil {
		err = os.WriteFile(name, picture, 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// print writes what printing a page gives.
func (b *tab) print(name string) {
	b.Helper()
	out, err := chromedp.Call(b.ctx, page.PrintToPDF, page.PrintToPDFParams{PrintBackground: new(true), PreferCSSPageSize: new(true)})
	if err == nil {
		err = os.WriteFile(name, out.Data, 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// axeCore is the text of axe-core, "" where it cannot be had.
func axeCore(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "../../deploy/setup/axe.sh").Output()
	if err != nil {
		t.Logf("NOT JUDGED by axe-core: %v", err)
		return ""
	}
	text, err := os.ReadFile(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
