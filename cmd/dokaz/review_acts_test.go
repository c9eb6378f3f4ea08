//go:build libav

package main

import (
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// The acts of TestReview, each on the page that it needs.

// media has the browser say what its user prefers, or that it prints.
func (b *tab) media(kind string, features ...*emulation.MediaFeature) {
	b.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind, Features: features}); err != nil {
		b.Fatal(err)
	}
}

// says evaluates what is asked of the page.
func says[T any](b *tab, asked string) T {
	b.Helper()
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](asked, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", asked, err)
	}
	return out
}

// shift presses a key with the shift held.
func (b *tab) shift(code, text string) {
	b.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		if _, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Code: code, Key: text, Modifiers: 8}); err != nil {
			b.Fatal(err)
		}
	}
}

// keysShown asks for the keys over a page, which stays as it is, and puts them away. Keys of the page beneath have no effect meanwhile.
func (b *tab) keysShown(code string) {
	b.Helper()
	before := b.at()
	b.shift(code, "?")
	b.until(`document.querySelector("dialog[open] kbd")`)
	b.press("KeyL", "l")
	if at := b.at(); at != before {
		b.Errorf("a key leads to %s while the keys are shown", at)
	}
	b.shift(code, "?")
	b.until(`!document.querySelector("dialog[open]")`)
}

// held holds a covered picture down: it is shown only that long. A click shows it until the next one.
func (b *tab) held(cover string) {
	b.Helper()
	// Where it lies is asked for when it lies still: what was done before may be scrolling the page yet.
	lies := `(() => { const e = document.querySelector("` + cover + ` > summary"); e.scrollIntoView({block: "center", behavior: "instant"}); const r = e.getBoundingClientRect(); return [r.left + r.width / 2, r.top + Math.min(40, r.height / 2)] })()`
	b.until(`document.elementFromPoint(...` + lies + `)?.closest("` + cover + ` > summary")`)
	at := says[[]float64](b, `new Promise((done) => { let before = ""; const still = () => { const now = `+lies+`; if (String(now) === before) return done(now); before = String(now); setTimeout(still, 200) }; still() })`)
	mouse := func(kind input.DispatchMouseEventType) {
		b.Helper()
		if _, err := chromedp.Call(b.ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at[0], Y: at[1], Button: input.MouseButtonLeft, ClickCount: 1}); err != nil {
			b.Fatal(err)
		}
	}
	open := `document.querySelector("` + cover + `").open`
	mouse("mousePressed")
	b.until(open)
	mouse("mouseReleased")
	b.until("!" + open)
	// A click is made by script: on a busy machine one by the mouse can last as long as a holding.
	for _, on := range []string{" > summary", " > img"} {
		b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("` + cover + on + `").click()`))
		b.until(map[string]string{" > summary": open, " > img": "!" + open}[on])
	}
}

// covered fails where a picture of people is clear on paper, or has its colours before it was asked for.
func (b *tab) covered() {
	b.Helper()
	for _, medium := range []string{"", "print"} {
		b.media(medium)
		if n := says[int](b, `[...document.querySelectorAll("details.pic > img, details.both > .pair img, details.drawn img")].filter((e) => e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}) && e.getBoundingClientRect().height > 1).length`); n > 0 {
			b.Errorf("%d pictures are clear without having been asked for (medium %q)", n, medium)
		}
		if n := says[int](b, `[...document.querySelectorAll("img.cover, .cover img, .cover image")].filter((e) => !getComputedStyle(e).filter.includes("grayscale") && !getComputedStyle(e.closest(".cover")).filter.includes("grayscale")).length`); n > 0 {
			b.Errorf("%d covers have colours (medium %q)", n, medium)
		}
	}
	b.media("")
}

// matrices are how the two pictures of the stage are moved and grown: scale, x and y of each.
func (b *tab) matrices() (a, c []float64) {
	b.Helper()
	both := says[[][]float64](b, `["a", "b"].map((side) => { const m = new DOMMatrix(document.querySelector("[data-side=" + side + "] img").style.transform); return [m.a, m.e, m.f] })`)
	return both[0], both[1]
}

// linked zooms and moves two pictures that are shown beside each other, by keys alone.
func (b *tab) linked() {
	b.Helper()
	b.press("Digit1", "1")
	b.press("Digit0", "0")
	a, c := b.matrices()
	b.media("print")
	if out := says[string](b, `(() => { const s = document.querySelector(".stage").getBoundingClientRect(), all = [...document.querySelectorAll(".stage img")].map((e) => e.getBoundingClientRect()); return s.width > 680 || all.some((r) => r.left < s.left - 1 || r.right > s.right + 1 || r.bottom > s.bottom + 1) ? JSON.stringify([s, ...all]) : "" })()`); out != "" {
		b.Errorf("pictures that are seen whole are cut on paper: %s", out)
	}
	b.media("")
	b.press("Equal", "=")
	b.press("ArrowRight", "ArrowRight")
	grownA, grownC := b.matrices()
	if !near(grownA[0]/a[0], 1.25) || !near(grownC[0]/c[0], 1.25) {
		b.Errorf("larger: A grows from %.3f to %.3f, B from %.3f to %.3f", a[0], grownA[0], c[0], grownC[0])
	}
	b.press("ArrowDown", "ArrowDown")
	movedA, movedC := b.matrices()
	if dA, dC := movedA[2]-grownA[2], movedC[2]-grownC[2]; dA >= 0 || !near(dA, dC) {
		b.Errorf("A moves by %.1f, B by %.1f", dA, dC)
	}
	b.press("Digit9", "9")
	if _, c := b.matrices(); c[0] != 1 {
		b.Errorf("at 100 %% a pixel of the picture takes %v of the page", c[0])
	}
	b.press("Digit2", "2")
	b.until(`document.querySelector("[data-side=b]").style.clipPath.includes("50%")`)
	b.press("Digit3", "3")
	b.until(`document.querySelector("[data-side=b]").style.opacity === "0.5"`)
}

func near(a, b float64) bool { return a-b < 1e-3 && b-a < 1e-3 }

// blinks counts how often two pictures take turns within two seconds: never more than twice a second, and not at all where motion is
// not wanted.
func (b *tab) blinks() {
	b.Helper()
	turns := func() int {
		b.Helper()
		b.press("Digit1", "1")
		b.press("Digit4", "4")
		return says[int](b, `new Promise((done) => { let n = 0; const seen = new MutationObserver((all) => (n += all.length)); seen.observe(document.querySelector("[data-side=b]"), {attributes: true}); setTimeout(() => { seen.disconnect(); done(n) }, 2000) })`)
	}
	if n := turns(); n < 1 || n > 4 {
		b.Errorf("%d turns in two seconds", n)
	}
	b.media("", &emulation.MediaFeature{Name: "prefers-reduced-motion", Value: "reduce"})
	if n := turns(); n != 0 {
		b.Errorf("%d turns in two seconds where motion is not wanted", n)
	}
	b.media("")
}

// pieces finds a piece of the file's structure by words: it is unfolded, and what does not hold them is hidden.
func (b *tab) pieces() {
	b.Helper()
	find := func(words string) {
		b.Helper()
		b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{ const e = document.querySelector("#structure input[type=search]"); e.value = %q; e.dispatchEvent(new Event("input")) }`, words)))
	}
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#structure .tree").closest("details").open = true`))
	seen := `[...document.querySelectorAll("#structure .tree li")].filter((e) => e.checkVisibility())`
	find("DQT")
	b.until(seen + `.some((e) => e.textContent.includes("DQT")) && !` + seen + `.some((e) => /^\s*SOS/.test(e.textContent))`)
	find("nobody has this")
	b.until(seen + `.length === 0`)
	find("")
	b.until(seen + `.length > 0`)
}

// toldIn chooses another language for reports than that of the pages, and another for the pages.
func (b *tab) toldIn(path string) {
	b.Helper()
	b.open(path)
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#paper").open = true`), chromedp.SetValue("#paper select", "uk"))
	b.until(`document.querySelector("#report").closest("[lang]").lang === "uk" && document.documentElement.lang === "en"`)
	if href := says[string](b, `document.querySelector("#paper p a").getAttribute("href")`); !strings.HasSuffix(href, "language=uk") {
		b.Errorf("the PDF of a report in Ukrainian is at %s", href)
	}
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#paper").open = true`), chromedp.SetValue("#paper select", "en"))
	b.until(`document.querySelector("#report").closest("[lang]").lang === "en"`)
}

// pickedOut picks items out by the form and takes what was chosen back, one by one.
func (b *tab) pickedOut() {
	b.Helper()
	for name, value := range map[string]string{"state": "done", "kind": "photo", "standing": "open", "weight": "note", "basis": "near_picture", "has": "time", "code": "reuse.mirrored", "format": "jpeg"} {
		b.open("/?order=name")
		b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(".morefields").open = true; document.querySelector(".filters [name=%s]").value = %q; document.querySelector(".filters").requestSubmit()`, name, value)))
		b.until(fmt.Sprintf(`new URLSearchParams(location.search).get(%q) === %q && document.querySelectorAll(".chips a").length === 2 && document.querySelector(".filters [name=%s]").value === %q`, name, value, name, value))
		b.do(chromedp.Click(".chips a"))
		b.until(`location.search === "?order=name" && !document.querySelector(".chips")`)
	}
}
