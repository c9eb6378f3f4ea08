//go:build libav

package main

import (
	"bytes"
	"context"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dokaz/fixtures"
	"dokaz/pipeline"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// tab is one tab of a real browser. What its console complains of fails the test.
type tab struct {
	*testing.T
	ctx  context.Context
	base string

	mu    sync.Mutex
	wrong []string
}

// openTab starts Chromium and follows a link into it.
func openTab(t *testing.T, base, link string, width int64) *tab {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("SKIPPED: no chromium here; make setup installs it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.WSURLReadTimeout(time.Minute))
	ctx, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	b := &tab{T: t, ctx: ctx, base: base}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil { // the first call starts the browser, which ends with its context
		t.Fatal(err)
	}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == "error" || m.Source == "security" {
				b.mu.Lock()
				b.wrong = append(b.wrong, m.String())
				b.mu.Unlock()
			}
		}
	}()
	b.do(chromedp.Navigate(link))
	return b
}

// do runs actions, within a minute.
func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.Fatal(err)
	}
}

// open shows a page of the server, whole.
func (b *tab) open(path string) {
	b.Helper()
	b.do(chromedp.Navigate(b.base + path))
	b.until("true")
}

// until waits for a condition of a page that is whole, scripts included, and painted: Chromium drops keys that come before.
func (b *tab) until(condition string) {
	b.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.readyState === "complete" && performance.getEntriesByName("first-contentful-paint").length > 0 && !!(`+condition+`)`))
		if err == nil && ok {
			return
		}
		if time.Now().After(deadline) {
			at, _ := chromedp.Run(b.ctx, chromedp.Location())
			b.Fatalf("%s: never %s (%v)", at, condition, err)
		}
	}
}

// press presses a key by its place; text is what the layout in use writes with it.
func (b *tab) press(code, text string) {
	b.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		p := input.DispatchKeyEventParams{Type: kind, Code: code, Key: text}
		if code == "Enter" {
			p.WindowsVirtualKeyCode = 13
			p.Text = "\r"
		}
		if _, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, p); err != nil {
			b.Fatal(err)
		}
	}
}

func (b *tab) at() string {
	b.Helper()
	location, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimPrefix(location, b.base)
}

// quiet fails the test where the console had something to say.
func (b *tab) quiet() {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.wrong {
		b.Errorf("the console says: %s", w)
	}
	b.wrong = nil
}

// reviewed is a case with a photo, its mirrored copy under a hostile name, a film and a compilation with a part of it.
func reviewed(t testing.TB) (dir string, photo, mirrored, film, compilation pipeline.Digest) {
	t.Helper()
	set, in := fixtures.Dir(t, "demo"), t.TempDir()
	out := make([]pipeline.Digest, 0, 4)
	for from, to := range map[string]string{"camera/IMG_1054.JPG": "1.jpg", "reposts/street-mirrored.jpg": "<img src=x onerror=alert(1)>\u202Egpj.jpg",
		"phone/VID_20191220_170832.mp4": "3.mp4", "reposts/compilation.mp4": "4.mp4"} {
		b, err := os.ReadFile(filepath.Join(set, filepath.FromSlash(from)))
		if err == nil {
			err = os.WriteFile(filepath.Join(in, to), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, from := range []string{"camera/IMG_1054.JPG", "reposts/street-mirrored.jpg", "phone/VID_20191220_170832.mp4", "reposts/compilation.mp4"} {
		out = append(out, digestOf(t, filepath.Join(set, filepath.FromSlash(from))))
	}
	dir = filepath.Join(t.TempDir(), "case")
	finish(t, "run", in, "--case", dir)
	return dir, out[0], out[1], out[2], out[3]
}

// TestReview goes the way of a verification lead through a real browser, once with a Latin and once with a Cyrillic layout: find the
// mirrored copy, compare, decide, read what was reused of a film.
func TestReview(t *testing.T) {
	dir, photo, mirrored, film, compilation := reviewed(t)
	s := startServing(t, dir)
	defer s.stop()
	b := openTab(t, s.address, s.review, 1200)
	for _, round := range []struct {
		layout  string
		keys    map[string]string
		verdict pipeline.Verdict // the first leaves the match as it is, the second parts the two
	}{
		{"latin", map[string]string{"KeyJ": "j", "KeyR": "r", "KeyD": "d", "KeyL": "l", "KeyA": "a", "KeyN": "n", "KeyZ": "z", "KeyF": "f", "Period": ".", "Slash": "/"}, pipeline.Unsure},
		{"cyrillic", map[string]string{"KeyJ": "о", "KeyR": "к", "KeyD": "в", "KeyL": "д", "KeyA": "ф", "KeyN": "т", "KeyZ": "я", "KeyF": "а", "Period": "ю", "Slash": "."}, pipeline.SameScene},
	} {
		t.Run(round.layout, func(t *testing.T) {
			keys := round.keys
			b.T = t
			b.open("/help")
			b.keysShown(map[string]string{"latin": "Slash", "cyrillic": "Digit7"}[round.layout])
			b.press("Slash", keys["Slash"])
			b.until(`location.pathname === "/" && document.activeElement.name === "q"`)
			b.open("/")
			b.until(`document.querySelectorAll("[data-row]").length === 4`)
			b.covered()
			b.press("KeyJ", keys["KeyJ"])
			b.until(`document.querySelectorAll("[data-row].at").length === 1`)
			b.open("/?code=reuse.mirrored&kind=photo")
			b.press("KeyJ", keys["KeyJ"])
			b.until(`document.activeElement.closest("[data-row]")`)
			b.press("Enter", "Enter")
			b.until(`document.querySelector("#report")`)
			if at := b.at(); !strings.Contains(at, photo.Hex()) && !strings.Contains(at, mirrored.Hex()) {
				t.Fatalf("Enter leads to %s", at)
			}
			b.press("KeyN", keys["KeyN"])
			b.until(`document.activeElement.getAttribute("href")?.startsWith("/compare/")`)
			b.press("Enter", "Enter")
			b.until(`document.querySelector("[data-stage]")`)
			if !strings.Contains(b.at(), mirrored.String()) {
				t.Fatalf("compared is %s", b.at())
			}
			b.press("KeyR", keys["KeyR"])
			b.until(`document.querySelector(".stage.shown")`)
			b.press("Digit5", "5")
			b.until(`document.querySelector(".stage.stacked.difference [data-side=a] img").style.transform.includes("matrix3d")`)
			if v := b.brightness(); v > 24 {
				t.Errorf("a mirrored copy laid on the photo differs by %.0f of 255 in the middle", v)
			}
			b.press("KeyA", keys["KeyA"])
			b.until(`!document.querySelector("[data-side=a] img").style.transform.includes("matrix3d")`)
			if v := b.brightness(); v < 24 {
				t.Errorf("not laid on each other they differ by %.0f of 255 only: the test says nothing", v)
			}
			b.linked()
			if round.layout == "latin" {
				b.blinks()
			}
			b.press("Digit4", "4")
			b.press("Space", " ")
			b.until(`document.querySelector("[data-side=b]").style.visibility === "hidden"`)
			b.press("KeyD", keys["KeyD"])
			b.until(`document.activeElement.name === "verdict"`)
			b.do(chromedp.Click("[value="+string(round.verdict)+"]"), chromedp.SetValue("[name=why]", "другие машины "+round.layout), chromedp.SetValue("[name=by]", "Н. К."), chromedp.Click("#decided form button"))
			// No further match of the photo is open: its report is shown, with what was said.
			b.until(`document.querySelector("#report") && document.querySelector(".just [data-key=undo]")`)
			b.press("KeyZ", keys["KeyZ"])
			b.until(`document.activeElement.dataset.key === "undo"`)
			b.press("Enter", "Enter")
			b.until(`document.querySelector("#decided .saids")?.textContent.includes("другие машины ` + round.layout + `")`)
			b.alongTheList(keys)
			b.open("/items/" + photo.String())
			b.fields(keys)
			b.pieces()
			b.covered()
			b.held("#report .front details.pic")
			if round.layout == "latin" {
				b.toldIn("/items/" + photo.String())
				b.pickedOut()
			}
			b.open(comparePathOf(film, compilation))
			b.until(`document.querySelector("svg.map .band")`)
			b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("svg.map a").dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}))`))
			b.until(`document.querySelector(".segs li:target details.both[open] img:nth-of-type(1)") && document.querySelectorAll(".segs li:target details.both[open] figure").length === 2`)
			b.press("KeyL", keys["KeyL"])
			b.until(`location.pathname === "/"`)
			if named, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.title.length > 0 && !document.querySelector("img[src=x]")`)); err != nil || !named {
				t.Errorf("a hostile name became markup: %v", err)
			}
			b.quiet()
		})
	}
	if said := matchesOf(t, dir); !strings.Contains(said, `"decided": "same_scene"`) || strings.Contains(said, `"decided": "unsure"`) {
		t.Errorf("the last word is not on record: %s", said)
	}
}

// alongTheList decides on an item that was reached from a list: the next one is shown, and the word is taken back from there.
func (b *tab) alongTheList(keys map[string]string) {
	b.Helper()
	b.open("/?kind=photo&standing=open&order=name")
	b.until(`document.querySelectorAll("[data-row]").length === 2`)
	b.press("KeyJ", keys["KeyJ"])
	b.until(`document.activeElement.closest("[data-row]")`)
	b.press("Enter", "Enter")
	b.until(`document.querySelector("#report")`)
	one := b.at()
	b.press("Period", keys["Period"])
	b.until(`document.querySelector("#report") && location.pathname !== "` + strings.Split(one, "?")[0] + `"`)
	other := b.at()
	b.press("KeyD", keys["KeyD"])
	b.until(`document.activeElement.name === "standing"`)
	b.do(chromedp.Click("[name=standing][value=likely]"), chromedp.SetValue("#decided [name=why]", "тени сходятся"), chromedp.SetValue("#decided [name=by]", "Н. К."), chromedp.Click("#decided form button"))
	b.until(`document.querySelector(".just b") && location.pathname === "` + strings.Split(one, "?")[0] + `"`)
	b.press("KeyZ", keys["KeyZ"])
	b.until(`document.activeElement.dataset.key === "undo"`)
	b.press("Enter", "Enter")
	b.until(`location.pathname === "` + strings.Split(other, "?")[0] + `" && document.querySelectorAll("#decided .saids li").length > 1`)
}

// fields finds a field of the metadata by a word; the count is said.
func (b *tab) fields(keys map[string]string) {
	b.Helper()
	b.until(`document.querySelector("[data-fields-count]")?.textContent.match(/\d/)`)
	b.press("KeyF", keys["KeyF"])
	b.until(`document.activeElement.matches("[data-fields-text]")`)
	b.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.value = "jpeg dqt"; document.activeElement.dispatchEvent(new Event("input"))`))
	b.until(`document.querySelectorAll("#metadata tbody tr:not([hidden])").length < document.querySelectorAll("#metadata tbody tr").length`)
	b.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.value = "nobody has this"; document.activeElement.dispatchEvent(new Event("input"))`))
	b.until(`document.querySelectorAll("#metadata tbody tr:not([hidden])").length === 0 && /(^|\D)0 /.test(document.querySelector("[data-fields-count]").textContent)`)
}

func comparePathOf(a, b pipeline.Digest) string { return "/compare/" + a.String() + "/" + b.String() }

// brightness is the mean of the middle of the stage as it is seen, 0 to 255.
func (b *tab) brightness() float64 {
	b.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`, chromedp.EvalAwaitPromise))
	picture, err := chromedp.Run(b.ctx, chromedp.Screenshot(".stage"))
	if err != nil {
		b.Fatal(err)
	}
	return meanOfMiddle(b.T, picture)
}

// meanOfMiddle is the mean luma of the middle ninth of a picture.
func meanOfMiddle(t *testing.T, b []byte) float64 {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	r, sum, n := img.Bounds(), 0.0, 0.0
	for y := r.Min.Y + r.Dy()/3; y < r.Min.Y+2*r.Dy()/3; y++ {
		for x := r.Min.X + r.Dx()/3; x < r.Min.X+2*r.Dx()/3; x++ {
			sum += float64(color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y)
			n++
		}
	}
	return sum / n
}

// matchesOf is what dokaz says of the matches of a case.
func matchesOf(t *testing.T, dir string) string {
	t.Helper()
	c, said := dokaz(t.Context(), "matches", "--case", dir, "--json")
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return said.String()
}
