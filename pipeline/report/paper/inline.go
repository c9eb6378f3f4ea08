package paper

import (
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// token is what a line is made of.
type token struct {
	text  string
	style style
	width float64 // points
	kind  kind
	draw  func(s *sheet, x, baseline float64) // of an atom
}

type kind int

const (
	word    kind = iota
	space        // a line may end here, and it leaves no trace where one does
	mayEnd       // a line may end here
	mustEnd      // the line ends here
	atom         // a drawing as high as text
)

// inlined turns the inline content of nodes into tokens.
func (l *layout) inlined(st style, nodes ...*node) []token {
	var out []token
	l.inlineAll(nodes, st, &out)
	return out
}

func (l *layout) inline(n *node, st style, out *[]token) {
	switch {
	case n.name == "":
		l.words(n.text, st, out)
		return
	case n.unseen():
		return
	case n.name == "br":
		*out = append(*out, token{kind: mustEnd})
		return
	case n.name == "wbr":
		*out = append(*out, token{kind: mayEnd})
		return
	case n.is("w"):
		l.pill(n, st, out)
		return
	case n.is("cp"):
		l.badge(strings.Trim(n.said(), "⟨⟩"), st, out)
		return
	case n.is("strength"):
		l.tag(n, st, out)
		return
	}
	l.inlineAll(n.kids, styled(n, st), out)
}

func (l *layout) inlineAll(nodes []*node, st style, out *[]token) {
	for _, n := range nodes {
		l.inline(n, st, out)
	}
}

// unfit reports whether a text is none of our words for a pill, but came with a report and may be anything: it is set like any other.
func unfit(n *node, text string) bool {
	return len(text) > 80 || len(n.classed("cp")) > 0
}

// styled is how an element sets its text.
func styled(n *node, st style) style {
	switch n.name {
	case "b", "strong":
		st = st.heavy()
	case "code":
		st = st.with(mono).at(st.size * 0.92)
	case "a":
		if to, ok := strings.CutPrefix(n.attrs["href"], "#"); ok {
			st = st.in(accent)
			st.link = to
		}
	}
	switch {
	case n.is("v"):
		st.ground = &value
	case n.is("dim"), n.is("cut"), n.is("typed"):
		st = st.in(soft)
	case n.is("nb"):
		st.whole = true
	}
	return st
}

// breakable are the characters after which a long word may go on in the next line.
const breakable = "/-_.,:;=&?+|)"

// standIns are characters that the faces lack and others of theirs that look the same: the narrow space within our numbers, and the
// apostrophe of Ukrainian and Belarusian (U+02BC).
var standIns = strings.NewReplacer("\u202f", "\u00a0", "\u2009", " ", "\u02bc", "\u2019")

// words parts text into words and spaces. A character that no face has becomes a badge that names it.
func (l *layout) words(text string, st style, out *[]token) {
	text = standIns.Replace(text)
	t := &l.faces[st.face]
	if strings.ContainsFunc(text, func(r rune) bool { return !t.has(r) && r != '\n' && r != '\t' }) {
		text = norm.NFC.String(text) // a letter and its mark in two characters look as they do in one
	}
	var b strings.Builder
	end := func() {
		if b.Len() > 0 {
			*out = append(*out, l.word(b.String(), st))
			b.Reset()
		}
	}
	for _, r := range text {
		switch {
		case r == ' ' || r == '\n' || r == '\t' || r == '\r':
			end()
			if st.whole {
				b.WriteRune('\u00a0')
			} else if len(*out) == 0 || (*out)[len(*out)-1].kind != space {
				*out = append(*out, token{text: " ", style: st, width: t.width(" ") * st.size, kind: space})
			}
		case !t.has(r):
			end()
			l.badge(fmt.Sprintf("U+%04X", r), st, out)
		default:
			b.WriteRune(r)
			if strings.ContainsRune(breakable, r) && !st.whole {
				end()
				if r == '/' || r == '_' {
					*out = append(*out, token{kind: mayEnd})
				}
			}
		}
	}
	end()
}

func (l *layout) word(s string, st style) token {
	return token{text: s, style: st, width: l.faces[st.face].width(s) * st.size}
}

// badge names a character that is not shown as itself.
func (l *layout) badge(name string, st style, out *[]token) {
	colours := weightColours["w-questions"]
	size := 0.76 * st.size
	text := "<" + name + ">"
	w := l.faces[mono].width(text)*size + 3
	*out = append(*out, token{kind: mayEnd}, token{text: text, kind: atom, width: w + 1, style: st, draw: func(s *sheet, x, y float64) {
		s.fill(x+0.5, y-0.82*size-0.8, w, size+1.6, colours[1])
		s.text(x+2, y, text, style{face: mono, size: size, ink: colours[0]})
	}}, token{kind: mayEnd})
}

// pill is a weight as sign, word and colour.
func (l *layout) pill(n *node, st style, out *[]token) {
	colours := weightColours["w-note"]
	for class, c := range weightColours {
		if n.is(class) {
			colours = c
		}
	}
	sign, text := "", n.said()
	if i := n.named("i"); len(i) > 0 {
		sign = i[0].said()
		text = strings.TrimSpace(strings.TrimPrefix(text, sign))
	}
	if unfit(n, text) {
		l.inlineAll(n.kids, st, out)
		return
	}
	sign, text = l.faces[monobold].named(sign), l.faces[bold].named(text)
	size := min(st.size, smallSize)
	ts := style{face: bold, size: size, ink: colours[0]}
	d := size * 1.2 // of the sign's disc
	w := d + 4 + l.faces[bold].width(text)*size + 7
	*out = append(*out, token{text: text, kind: atom, width: w, style: st, draw: func(s *sheet, x, y float64) {
		middle := y - 0.36*size
		s.round(x, middle-0.78*size, w, 1.56*size, 0.78*size, colours[1])
		s.round(x+2, middle-d/2, d, d, d/2, colours[0])
		ss := style{face: monobold, size: 0.9 * size, ink: white}
		s.text(x+2+d/2-l.faces[monobold].width(sign)*ss.size/2, middle+0.34*ss.size, sign, ss)
		s.text(x+d+5, y, text, ts)
	}})
}

// tag is the strength of a match in a frame.
func (l *layout) tag(n *node, st style, out *[]token) {
	c := soft
	if n.is("strong") {
		c = accent
	}
	ts := style{face: bold, size: smallSize, ink: c}
	text := n.said()
	if unfit(n, text) {
		l.inlineAll(n.kids, st, out)
		return
	}
	text = l.faces[bold].named(text)
	w := l.faces[bold].width(text)*ts.size + 12
	*out = append(*out, token{text: text, kind: atom, width: w, style: st, draw: func(s *sheet, x, y float64) {
		s.frame(x, y-1.15*ts.size, w, 1.6*ts.size, 0.8*ts.size, c, !n.is("strong"))
		s.text(x+6, y, text, ts)
	}})
}
