package paper

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"dokaz/pipeline"
)

// node is an element of the page's markup, or a stretch of text where name is "".
type node struct {
	name  string
	attrs map[string]string
	text  string
	kids  []*node
}

// voids are the elements of our markup that have no end (HTML Living Standard §13.1.2).
var voids = []string{"br", "wbr", "img"}

// maxDepth bounds how deep elements nest: our own markup stays far below.
const maxDepth = 64

// parse reads markup that package page made: elements end, attributes are quoted, text is escaped.
func parse(markup []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(markup))
	d.Strict, d.AutoClose, d.Entity = false, voids, xml.HTMLEntity
	root := &node{}
	open := []*node{root}
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && len(open) == 1 {
			return root, nil
		}
		if err != nil {
			return nil, fmt.Errorf("markup: %w: %w", pipeline.ErrMalformed, err)
		}
		top := open[len(open)-1]
		switch t := t.(type) {
		case xml.StartElement:
			n := &node{name: t.Name.Local, attrs: map[string]string{}}
			for _, a := range t.Attr {
				n.attrs[a.Name.Local] = a.Value
			}
			top.kids = append(top.kids, n)
			if open = append(open, n); len(open) > maxDepth {
				return nil, fmt.Errorf("markup: %w: elements nest deeper than %d", pipeline.ErrMalformed, maxDepth)
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.kids = append(top.kids, &node{text: string(t)})
		}
	}
}

// is reports whether the node has a class.
func (n *node) is(class string) bool {
	for c := range strings.FieldsSeq(n.attrs["class"]) {
		if c == class {
			return true
		}
	}
	return false
}

// elements are the node's children without the text between them.
func (n *node) elements() (out []*node) {
	for _, k := range n.kids {
		if k.name != "" {
			out = append(out, k)
		}
	}
	return out
}

// find returns the nodes below n, n among them, for which like holds, in the order of the document.
func (n *node) find(like func(*node) bool) (out []*node) {
	if like(n) {
		out = append(out, n)
	}
	for _, k := range n.kids {
		out = append(out, k.find(like)...)
	}
	return out
}

// named is find by name of element.
func (n *node) named(name string) []*node {
	return n.find(func(k *node) bool { return k.name == name })
}

// classed is find by class.
func (n *node) classed(class string) []*node {
	return n.find(func(k *node) bool { return k.is(class) })
}

// said is the text of a node as one line, for bookmarks.
func (n *node) said() string {
	var b strings.Builder
	for _, k := range n.find(func(k *node) bool { return k.name == "" }) {
		b.WriteString(k.text)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// unseen reports whether a node has no place on paper: what is for screens only, for those who hear a page, and ways out of it.
func (n *node) unseen() bool {
	switch n.name {
	case "nav", "caption", "symbol", "title", "desc":
		return true
	}
	return n.is("tip") || n.is("sr") || n.is("open")
}

// blocks are the elements that stand on lines of their own.
var blocks = map[string]bool{
	"div": true, "p": true, "ul": true, "ol": true, "li": true, "dl": true, "section": true, "article": true, "header": true, "footer": true, "main": true,
	"aside": true, "details": true, "summary": true, "figure": true, "figcaption": true, "table": true, "h1": true, "h2": true, "h3": true, "h4": true,
	"svg": true, "img": true,
}

func (n *node) block() bool {
	return blocks[n.name] || n.is("pair") || n.is("side") || n.is("lbl") || n.is("veil") || n.is("sign")
}
