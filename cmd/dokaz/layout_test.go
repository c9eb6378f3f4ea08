//go:build libav

package main

import "github.com/chromedp/chromedp"

// laidOut fails where a text of the page is cut off or lies on another one.
func (b *tab) laidOut(name string) {
	b.Helper()
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](misplaced))
	if err != nil || out != "" {
		b.Errorf("%s: texts are cut or overlap: %s %v", name, out, err)
	}
}

// misplaced lists texts of a page that a box with hidden overflow or the window's left edge cuts, that a button or a field of choice has
// no room for, and pairs of texts one on the other. What scrolls within a box of its own is where the box shows it; texts for readers
// of the screen alone, and what stays in place while the page scrolls, are left out.
const misplaced = `(() => {
	const root = document.querySelector("dialog[open]") ?? document.body, wrong = [], placed = [];
	const styles = new Map(), style = (e) => styles.get(e) ?? styles.set(e, getComputedStyle(e)).get(e);
	const short = (s) => JSON.stringify(s.trim().replace(/\s+/g, " ").slice(0, 60));
	const shows = (rect, e, text) => {
		let { left, right, top, bottom } = rect;
		for (let a = e; a && a !== document.documentElement; a = a.parentElement) {
			const s = style(a);
			if (s.position === "fixed" || s.position === "sticky" || s.clipPath === "inset(50%)") return;
			if (s.overflowX === "visible" && s.overflowY === "visible") continue;
			const box = a.getBoundingClientRect();
			if (s.overflowX === "hidden" || s.overflowX === "clip" || s.overflowY === "hidden" || s.overflowY === "clip") {
				if (left < box.left - 2 || right > box.right + 2 || top < box.top - 2 || bottom > box.bottom + 2) wrong.push("cut: " + short(text));
			}
			left = Math.max(left, box.left); right = Math.min(right, box.right); top = Math.max(top, box.top); bottom = Math.min(bottom, box.bottom);
		}
		if (left < -1) wrong.push("left of the window: " + short(text));
		if (right - left > 3 && bottom - top > 3) placed.push({ left, right, top, bottom, e, text });
	};
	const all = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
	for (let n; (n = all.nextNode()); ) {
		const e = n.parentElement;
		if (!n.data.trim() || e.closest(".sr, .skip, script, style, template, select, title, desc") || !e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) continue;
		const range = document.createRange();
		range.selectNodeContents(n);
		for (const rect of range.getClientRects()) shows(rect, e, n.data);
	}
	for (const e of root.querySelectorAll("button, a.button, summary")) {
		if (e.checkVisibility() && (e.scrollWidth > e.clientWidth + 2 && e.clientWidth > 0)) wrong.push("no room: " + short(e.textContent));
	}
	placed.sort((p, q) => p.top - q.top);
	placed.forEach((p, i) => {
		for (let k = i + 1; k < placed.length && placed[k].top < p.bottom; k++) {
			const q = placed[k];
			if (p.e === q.e) continue;
			const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left), high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
			if (wide > 3 && high > 0.35 * Math.min(p.bottom - p.top, q.bottom - q.top)) wrong.push(short(p.text) + " and " + short(q.text));
		}
	});
	return [...new Set(wrong)].slice(0, 6).join("\n");
})()`
