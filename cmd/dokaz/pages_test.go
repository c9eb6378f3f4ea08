//go:build libav

package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dokaz/fixtures"
	"dokaz/pipeline"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

var (
	screenshots = flag.String("screenshots", "", "write a picture of every review page that is looked at into this folder, and what printing gives of it")
	looksAsked  = flag.String("looks", "", "look at review pages in every language, theme and width whose name fits, such as be-dark-320; . is all (default a few)")
)

// sight is a review page that is looked at: where it is, and what is done there before.
type sight struct {
	name, path string
	act        func(*tab)
}

// sightsOf names every review page, in the states in which people see it: of items that were examined whole, in part and not at all, of an
// archive and its member, of an earlier revision, of pictures that are shown and covered, and for those who are not let in.
func sightsOf(t *testing.T) (dir string, all []sight, prepare func(*tab)) {
	dir, photo, mirrored, film, compilation := reviewed(t)
	archive, member, damaged, deadly := troubled(t, dir)
	item := func(d pipeline.Digest) string { return "/items/" + d.String() }
	shown := func(b *tab, mode string) {
		b.do(chromedp.Click("[data-reveal]"))
		b.until(`document.querySelector(".stage.shown")`)
		b.do(chromedp.Click("[value=" + mode + "]"))
	}
	all = []sight{
		{"library", "/", nil}, {"table", "/?view=table", nil}, {"nothing-fits", "/?q=nothing+fits", nil},
		{"picked-out", "/?kind=photo&code=reuse.mirrored&order=matches", func(b *tab) { b.do(chromedp.Click(".morefields summary")) }},
		{"held", "/?archive=" + archive.String(), func(b *tab) { b.until(`document.querySelectorAll("[data-row]").length === 2`) }},
		{"quarantined", "/?state=quarantined", nil}, {"failed-table", "/?state=failed&view=table", nil},
		{"item", item(photo) + "?list=kind%3Dphoto", nil}, {"film", item(film), nil}, {"archive", item(archive), nil}, {"member", item(member), func(b *tab) {
			b.until(`[...document.querySelectorAll("#structure .cp")].some((e) => e.textContent.includes("U+202E"))`) // of its comment
		}},
		{"damaged", item(damaged), nil}, {"deadly", item(deadly) + "#retry", func(b *tab) { b.until(`document.querySelector("#retry").checkVisibility()`) }}, {"earlier", item(photo) + "/revisions/1", nil}, {"new-since", item(photo) + "?since=1#news", nil},
		{"paper", item(photo), func(b *tab) { b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#paper").open = true`)) }},
		{"shown", item(photo), func(b *tab) { b.press("KeyR", "r") }},
		{"copies", item(photo) + "/copies", nil},
		{"compare", comparePathOf(photo, mirrored), nil}, {"compare-beside", comparePathOf(photo, mirrored), func(b *tab) { shown(b, "side") }},
		{"compare-swept", comparePathOf(photo, mirrored), func(b *tab) { shown(b, "swipe") }},
		{"compare-difference", comparePathOf(photo, mirrored), func(b *tab) { shown(b, "difference") }},
		{"compare-films", comparePathOf(film, compilation), nil}, {"segment", comparePathOf(film, compilation) + "#s1-1", nil}, {"compare-unlike", comparePathOf(photo, film), nil},
		{"help", "/help", nil}, {"keys", "/", func(b *tab) { b.press("Slash", "?") }},
		{"error", "/items/none", nil}, {"unknown", "/nothing", nil}, {"outside", "outside", nil}, {"expired", "outside/enter?once=old", nil},
	}
	return dir, all, func(b *tab) {
		b.open(item(photo) + "/revisions/1")
		b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#decided").open = true`), chromedp.Click("[name=standing][value=unresolved]"),
			chromedp.SetValue("#decided [name=why]", hostileClaim), chromedp.SetValue("#decided [name=by]", hostileClaim), chromedp.Click("#decided form button"))
		b.until(`document.querySelector("#decided .saids")`)
	}
}

// hostileClaim is what a giver may write anywhere.
const hostileClaim = "\"><img src=x onerror=alert(1)><svg onload=alert(2)>\u202Egpj\u2066.\u200Bexe"

// commented puts a comment into a JPEG, right after its beginning (ITU-T T.81 B.2.4.5).
func commented(jpeg []byte, comment string) []byte {
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xfe}, uint16(2+len(comment)))
	return slices.Concat(jpeg[:2], segment, []byte(comment), jpeg[2:])
}

// troubled takes into a case what does not go well: an archive with a member under a hostile name, a photograph that is cut off, one that kills
// whoever examines it, and the photo of the case once more with hostile claims.
func troubled(t *testing.T, dir string) (archive, member, damaged, deadly pipeline.Digest) {
	t.Helper()
	in := t.TempDir()
	photo, err := os.ReadFile(filepath.Join(fixtures.Dir(t, "demo"), "camera", "IMG_1054.JPG"))
	if err != nil {
		t.Fatal(err)
	}
	inner := commented(patch(t, 5), hostileClaim)
	for name, b := range map[string][]byte{
		"album.zip": holding(t, "Фото/"+hostileClaim+".jpg", inner, "2.jpg", patch(t, 11)), "cut off.jpg": photo[:700], "deadly.jpg": append(patch(t, 17), markDies...), "again.jpg": photo,
	} {
		put(t, filepath.Join(in, name), b)
	}
	var claims bytes.Buffer
	w := csv.NewWriter(&claims)
	if err := w.WriteAll([][]string{
		{"path", "source", "url", "claimed_time", "claimed_place", "lat", "lon", "collector", "notes"},
		{"again.jpg", hostileClaim, "https://example.org/" + hostileClaim, "2011-05-01 12:00", hostileClaim, "50.45", "30.52", hostileClaim, hostileClaim},
	}); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(in, "claims.csv"), claims.Bytes())
	for _, args := range [][]string{{"run", "--manifest", filepath.Join(in, "claims.csv")}, {"run", filepath.Join(in, "album.zip"), filepath.Join(in, "cut off.jpg"), filepath.Join(in, "deadly.jpg")}} {
		c, said := dokaz(t.Context(), append(args, "--case", dir)...)
		if err := c.Run(); err != nil && c.ProcessState.ExitCode() != int(exitSomeFailed) {
			t.Fatalf("%v: %v\n%s", args, err, said)
		}
	}
	of := func(name string) pipeline.Digest { return digestOf(t, filepath.Join(in, name)) }
	return of("album.zip"), pipeline.DigestOf(inner), of("cut off.jpg"), of("deadly.jpg")
}

// looks is how a page is looked at.
type looks struct {
	theme, language string
	width           int64
}

func (l looks) String() string { return fmt.Sprintf("%s-%s-%d", l.language, l.theme, l.width) }

func (b *tab) as(l looks) {
	b.Helper()
	p := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.theme}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, p); err != nil {
		b.Fatal(err)
	}
	headers := network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": l.language}} // for whoever is not let in
	if _, err := chromedp.Call(b.ctx, network.SetExtraHTTPHeaders, headers); err != nil {
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
	dir, sights, prepare := sightsOf(t)
	s := startServing(t, dir)
	defer s.stop()
	b := openTab(t, s.address, s.review, 1200)
	axe := axeCore(t)
	prepare(b)
	for i, l := range looksOr(t, []looks{{"light", "en", 1440}, {"dark", "be", 320}, {"dark", "uk", 768}, {"light", "ru", 320}}) {
		b.as(l)
		for k, p := range sights {
			if *looksAsked == "" && (i+k)%2 > 0 { // each page in two of the four, one of them light
				continue
			}
			name := p.name + "-" + l.String()
			b.see(p)
			b.fits(name)
			b.laidOut(name)
			if axe != "" {
				b.judged(name, axe)
			}
			if *screenshots != "" {
				file := filepath.Join(*screenshots, name)
				b.shoot(file + ".png")
				if i == 0 {
					b.print(file + ".pdf")
				}
			}
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.wrong {
		if !strings.Contains(w, "400 (Bad Request)") && !strings.Contains(w, "401 (Unauthorized)") && !strings.Contains(w, "404 (Not Found)") { // the error pages' own
			t.Errorf("the console says: %s", w)
		}
	}
}

// looksOr are those of every language, theme and width, and of two on a very large screen, that were asked for.
func looksOr(t *testing.T, few []looks) []looks {
	if *looksAsked == "" {
		return few
	}
	asked, err := regexp.Compile(*looksAsked)
	if err != nil {
		t.Fatal(err)
	}
	all := []looks{{"light", "en", 3840}, {"dark", "ru", 3840}}
	for _, theme := range []string{"light", "dark"} {
		for _, language := range []string{"en", "be", "ru", "uk"} {
			for _, width := range []int64{1440, 768, 320} {
				all = append(all, looks{theme, language, width})
			}
		}
	}
	all = slices.DeleteFunc(all, func(l looks) bool { return !asked.MatchString(l.String()) })
	if len(all) == 0 {
		t.Fatalf("no look is called %q", *looksAsked)
	}
	return all
}

// see opens a page and does there what is to be done before it is looked at. The name localhost has no session.
func (b *tab) see(p sight) {
	b.Helper()
	if path, out := strings.CutPrefix(p.path, "outside"); out {
		b.do(chromedp.Navigate(strings.Replace(b.base, "127.0.0.1", "localhost", 1) + cmp.Or(path, "/")))
		b.until("true")
	} else {
		b.open(p.path)
	}
	if p.act != nil {
		p.act(b)
	}
	if hurt, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`!!document.querySelector("img[src=x], svg[onload]")`)); err != nil || hurt {
		b.Errorf("%s: a hostile string became markup (%v)", p.name, err)
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
	// Pictures further down are loaded when they come into view, which a picture of the whole page does not wait for.
	b.do(chromedp.Evaluate[chromedp.Void](`Promise.all([...document.images].map((i) => { i.loading = "eager"; return i.decode().catch(() => {}) }))`, chromedp.EvalAwaitPromise))
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
