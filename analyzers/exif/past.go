package exif

import (
	"strconv"
	"strings"
	"sync"

	"dokaz/analyzers/internal/lexicon"
	"dokaz/pipeline"
)

// past says what XMP tells of the file's history, of how it was made, and of the files it belongs with (XMP part 2 §1.2.2, xmpMM).
func (x *examination) past(b block, leaves []leaf) {
	events := map[int]*pipeline.History{}
	var order []int
	places := map[int]pipeline.Where{}
	for _, l := range leaves {
		w := b.where("", l.at, l.n)
		if n, field, ok := event(l); ok {
			if events[n] == nil {
				events[n], places[n] = &pipeline.History{Source: "xmpMM:History[" + strconv.Itoa(n) + "]"}, w
				order = append(order, n)
			}
			enter(events[n], field, l.text)
		}
		if r, ok := relation(l); ok {
			x.say(w, r)
		}
		if d, ok := declaration(l.full(), l.text); ok {
			x.say(w, d)
		}
	}
	for _, n := range order {
		x.say(places[n], *events[n])
	}
}

// event tells which event of xmpMM:History a value belongs to, and which of its fields it is.
func event(l leaf) (n int, field string, ok bool) {
	rest, ok := strings.CutPrefix(l.path, "History[")
	number, field, ok2 := strings.Cut(rest, "]/stEvt:")
	n, err := strconv.Atoi(number)
	return n, field, l.prefix == "xmpMM" && ok && ok2 && err == nil
}

func enter(h *pipeline.History, field, text string) {
	text = clip(text, maxText)
	switch field {
	case "action":
		h.Action = text
	case "when":
		h.When = text
	case "softwareAgent":
		h.Software = text
	case "instanceID":
		h.Instance = text
	case "parameters", "changed":
		h.Parameters = joined(h.Parameters, text)
	}
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// relation reads the identifiers of xmpMM, and those of pictures taken in one burst.
func relation(l leaf) (pipeline.Relation, bool) {
	r := pipeline.Relation{Value: clip(l.text, maxText), Source: l.prefix + ":" + clip(l.path, maxPath)}
	what, below, _ := strings.Cut(l.path, "/")
	list, _, _ := strings.Cut(what, "[")
	switch l.prefix + ":" + list {
	case "xmpMM:DocumentID":
		r.What = "document"
	case "xmpMM:OriginalDocumentID":
		r.What = "original_document"
	case "xmpMM:InstanceID":
		r.What = "instance"
	case "xmpMM:DerivedFrom":
		r.What = "derived_from"
		_, r.Note, _ = strings.Cut(below, ":")
	case "xmpMM:Ingredients":
		r.What, r.Note = "derived_from", "ingredient"
	case "photoshop:DocumentAncestors":
		r.What, r.Note = "derived_from", "ancestor"
	case "GCamera:BurstID":
		r.What = "burst"
	case "exif:ImageUniqueID":
		r.What = "image"
	}
	return r, r.What != "" && strings.TrimSpace(l.text) != ""
}

// declared is one entry of the table of declarations: a field, the value it must have ("*" any, "~" before text that it holds), and what that declares.
type declared struct{ field, value, subject, vocabulary string }

var declarations = sync.OnceValue(func() []declared {
	var out []declared
	for _, r := range lexicon.Rows(table("declaration"), 4) {
		out = append(out, declared{r[0], r[1], r[2], r[3]})
	}
	return out
})

// declaration tells what a field declares. Values of a vocabulary are given by the last part of their address.
func declaration(field, text string) (pipeline.Declaration, bool) {
	text = strings.TrimSpace(text)
	term := text[strings.LastIndexAny(text, "/#")+1:]
	for _, d := range declarations() {
		if d.field != field || text == "" {
			continue
		}
		out := pipeline.Declaration{Subject: d.subject, Vocabulary: d.vocabulary, Source: field}
		part, isPart := strings.CutPrefix(d.value, "~")
		switch {
		case d.value == term:
			out.What, out.Value = term, clip(text, maxText)
			return out, true
		case d.value == "*", isPart && strings.Contains(text, part):
			_, out.What, _ = strings.Cut(field, ":")
			out.Value = clip(text, maxText)
			return out, true
		}
	}
	return pipeline.Declaration{}, false
}
