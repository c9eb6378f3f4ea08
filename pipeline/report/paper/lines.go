package paper

import "unicode/utf8"

// area is where something is laid out: from x on, so wide.
type area struct{ x, width float64 }

func (a area) inner(left, right float64) area { return area{a.x + left, a.width - left - right} }

// paragraph sets tokens in lines, each a strip; the first two and the last two lines are not parted.
func (l *layout) paragraph(tokens []token, a area, st style) []strip {
	var out []strip
	for _, one := range l.lines(tokens, a.width) {
		if len(one) == 0 && len(out) == 0 {
			continue
		}
		out = append(out, l.set(one, a.x, st))
	}
	if n := len(out); n > 1 {
		out[0].keep, out[n-2].keep = true, true
	}
	return out
}

// lines fills lines of a width. A word that is longer than a line is parted within.
func (l *layout) lines(tokens []token, width float64) (out [][]token) {
	var now []token
	w, stop := 0.0, -1 // width so far; index in now behind which the line may end
	end := func(at int) {
		rest := now[at:]
		out = append(out, trimmed(now[:at]))
		for len(rest) > 0 && (rest[0].kind == space || rest[0].kind == mayEnd) {
			rest = rest[1:]
		}
		now, w, stop = append([]token{}, rest...), 0, -1
		for i, t := range now {
			w += t.width
			if t.kind == space || t.kind == mayEnd {
				stop = i + 1
			}
		}
	}
	for len(tokens) > 0 {
		t := tokens[0]
		switch {
		case t.kind == mustEnd:
			end(len(now))
		case t.kind == space || t.kind == mayEnd:
			if len(now) > 0 || t.kind == mayEnd {
				now, w = append(now, t), w+t.width
				stop = len(now)
			}
		case w+t.width <= width+0.01:
			now, w = append(now, t), w+t.width
		case stop > 0 && seen(now[:stop]):
			end(stop)
			continue
		default:
			head, rest, ok := l.parted(t, width-w)
			switch {
			case ok:
				now = append(now, head)
				end(len(now))
				tokens[0] = rest
				continue
			case seen(now):
				end(len(now))
				continue
			}
			now, w = append(now, t), w+t.width // an atom wider than the line
		}
		tokens = tokens[1:]
	}
	if seen(now) {
		out = append(out, trimmed(now))
	}
	return out
}

// seen reports whether something of the tokens leaves ink.
func seen(tokens []token) bool {
	for _, t := range tokens {
		if t.kind == word || t.kind == atom {
			return true
		}
	}
	return false
}

// trimmed leaves out space at the end.
func trimmed(tokens []token) []token {
	for len(tokens) > 0 && tokens[len(tokens)-1].kind != word && tokens[len(tokens)-1].kind != atom {
		tokens = tokens[:len(tokens)-1]
	}
	return tokens
}

// parted cuts a word where it has filled a width. It does not, where nothing of it would fit.
func (l *layout) parted(t token, width float64) (head, rest token, ok bool) {
	if t.kind != word {
		return t, t, false
	}
	w, at := 0.0, 0
	for i, r := range t.text {
		w += l.faces[t.style.face].advance[r] * t.style.size
		if w > width {
			break
		}
		at = i + utf8.RuneLen(r)
	}
	if at == 0 || at == len(t.text) {
		return t, t, false
	}
	return l.word(t.text[:at], t.style), l.word(t.text[at:], t.style), true
}

// set puts one line's tokens onto a strip: grounds, then text, then what can be clicked.
func (l *layout) set(tokens []token, x float64, st style) strip {
	size := st.size
	for _, t := range tokens {
		size = max(size, t.style.size)
	}
	h := size * leading
	base := h/2 + 0.35*size
	var grounds, texts, links []op
	for i := 0; i < len(tokens); {
		t := tokens[i]
		if t.kind == atom {
			at := x
			texts = append(texts, func(s *sheet, y float64) { t.draw(s, at, y+base) })
			x += t.width
			i++
			continue
		}
		text, w, j := "", 0.0, i
		for ; j < len(tokens) && tokens[j].kind != atom && (tokens[j].kind == mayEnd || tokens[j].style == t.style || t.text == ""); j++ {
			if t.text == "" {
				t.style = tokens[j].style
			}
			text, w = text+tokens[j].text, w+tokens[j].width
			t.text = text
		}
		at, ts := x, t.style
		if text != "" {
			texts = append(texts, func(s *sheet, y float64) { s.text(at, y+base, text, ts) })
		}
		if ts.ground != nil {
			grounds = append(grounds, func(s *sheet, y float64) { s.fill(at-1, y+base-0.92*ts.size, w+2, 1.24*ts.size, *ts.ground) })
		}
		if ts.link != "" {
			links = append(links, func(s *sheet, y float64) { s.link(at, y, w, h, ts.link) })
		}
		x += w
		i = j
	}
	return strip{height: h, ops: append(append(grounds, texts...), links...)}
}

// widest is how wide tokens are in one line, and how wide the longest stretch is that is not parted.
func widest(tokens []token) (whole, unbroken float64) {
	w, u := 0.0, 0.0
	for _, t := range tokens {
		switch t.kind {
		case mustEnd:
			w, u = 0, 0
		case space, mayEnd:
			w, u = w+t.width, 0
		default:
			w, u = w+t.width, u+t.width
		}
		whole, unbroken = max(whole, w), max(unbroken, u)
	}
	return whole, unbroken
}
