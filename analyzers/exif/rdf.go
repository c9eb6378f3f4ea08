package exif

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

const (
	nsRDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	nsXML = "http://www.w3.org/XML/1998/namespace"
	nsX   = "adobe:ns:meta/"

	maxNesting = 48 // elements within one another
)

// leaf is one simple value of XMP with the way to it: structures and lists are walked to their ends.
type leaf struct {
	prefix string // of the property's namespace
	name   string // of the property and what lies within it, joined: "DerivedFromInstanceID"
	path   string // "DerivedFrom/stRef:instanceID", "History[1]/stEvt:action"
	text   string
	lang   string // xml:lang
	at, n  int64  // of the element or of the tag that holds the attribute, in the packet
}

// full is the property's name with its prefix.
func (l leaf) full() string { return l.prefix + ":" + l.name }

// rdf reads one packet of RDF/XML (Adobe XMP part 1 §7; RDF/XML Syntax). What came before a fault is given with it.
type rdf struct {
	d        *xml.Decoder
	prefixes *prefixes
	out      []leaf
	elements int
	depth    int
}

// properties gives the leaves of a packet.
func properties(packet []byte, p *prefixes) ([]leaf, error) {
	packet, err := inUTF8(packet)
	if err != nil {
		return nil, err
	}
	r := &rdf{d: xml.NewDecoder(bytes.NewReader(packet)), prefixes: p}
	r.d.Strict = false
	r.d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // packets are UTF-8 whatever they declare
	err = r.top()
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return r.out, err
}

// inUTF8 turns packets of UTF-16 with a mark into UTF-8 (XMP part 1 §7.3.2); places within them are lost then.
func inUTF8(b []byte) ([]byte, error) {
	var order binary.ByteOrder = binary.BigEndian
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case !bytes.HasPrefix(b, []byte("\xfe\xff")):
		return b, nil
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 2; i+1 < len(b); i += 2 {
		units = append(units, order.Uint16(b[i:]))
	}
	return []byte(string(utf16.Decode(units))), nil
}

// next gives the next token and where it began.
func (r *rdf) next() (xml.Token, int64, error) {
	at := r.d.InputOffset()
	t, err := r.d.Token()
	if err != nil {
		return nil, at, err
	}
	if e, ok := t.(xml.StartElement); ok {
		r.elements += 1 + len(e.Attr)
		if r.elements > maxElements {
			return nil, at, fmt.Errorf("XMP of more than %s elements: %w", tiff.Grouped(maxElements), pipeline.ErrRefused)
		}
	}
	return t, at, nil
}

// top looks for descriptions wherever they stand: packets come with and without rdf:RDF and x:xmpmeta.
func (r *rdf) top() error {
	for {
		t, at, err := r.next()
		if err != nil {
			return err
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		switch {
		case e.Name.Space == nsX || e.Name.Local == "xmpmeta":
			for _, a := range e.Attr {
				if a.Name.Local == "xmptk" {
					r.keep(leaf{prefix: "x", name: "xmptk", path: "xmptk", text: a.Value, at: at, n: r.d.InputOffset() - at})
				}
			}
		case e.Name == xml.Name{Space: nsRDF, Local: "Description"}:
			for _, a := range e.Attr {
				if a.Name.Local == "about" && a.Value != "" {
					r.keep(leaf{prefix: "rdf", name: "about", path: "about", text: a.Value, at: at, n: r.d.InputOffset() - at})
				}
			}
			if err := r.fields(e, at, leaf{}); err != nil {
				return err
			}
		}
	}
}

func (r *rdf) keep(l leaf) {
	if len(r.out) <= maxProperties {
		r.out = append(r.out, l)
	}
}

// within is the leaf of a field below another.
func (r *rdf) within(above leaf, name xml.Name) leaf {
	prefix := r.prefixes.of(name.Space)
	if above.path == "" {
		return leaf{prefix: prefix, name: name.Local, path: name.Local}
	}
	above.path += "/" + prefix + ":" + name.Local
	above.name += strings.ToUpper(name.Local[:1]) + name.Local[1:]
	return above
}

// isField reports whether an attribute is a value of its own and not part of RDF's or XML's own syntax.
func isField(a xml.Attr) bool {
	switch a.Name.Space {
	case nsRDF, nsXML, "xml", "xmlns", "":
		return false
	}
	return a.Name.Local != "" && a.Name.Space != "rdf"
}

// fields reads the fields of a description or structure, from behind its start to its end.
func (r *rdf) fields(e xml.StartElement, at int64, above leaf) error {
	if r.depth++; r.depth > maxNesting {
		return fmt.Errorf("XMP nested deeper than %d: %w", maxNesting, pipeline.ErrRefused)
	}
	defer func() { r.depth-- }()
	for _, a := range e.Attr {
		if isField(a) {
			l := r.within(above, a.Name)
			l.text, l.at, l.n = a.Value, at, r.d.InputOffset()-at
			r.keep(l)
		}
	}
	for {
		t, at, err := r.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := r.value(t, at, r.within(above, t.Name)); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// value reads the value of one property or item: text, a reference, a structure or a list.
func (r *rdf) value(e xml.StartElement, at int64, l leaf) error {
	if r.depth++; r.depth > maxNesting {
		return fmt.Errorf("XMP nested deeper than %d: %w", maxNesting, pipeline.ErrRefused)
	}
	defer func() { r.depth-- }()
	simple := true
	for _, a := range e.Attr {
		switch {
		case a.Name.Local == "lang" && (a.Name.Space == nsXML || a.Name.Space == "xml"):
			l.lang = a.Value
		case a.Name.Space == nsRDF && a.Name.Local == "resource":
			l.text = a.Value
		case a.Name.Space == nsRDF && a.Name.Local == "parseType" && a.Value == "Resource":
			return r.fields(e, at, l)
		case isField(a):
			simple = false
			field := r.within(l, a.Name)
			field.text, field.at, field.n = a.Value, at, r.d.InputOffset()-at
			r.keep(field)
		}
	}
	var text strings.Builder
	text.WriteString(l.text)
	for {
		t, inner, err := r.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.StartElement:
			simple = false
			if err := r.compound(t, inner, l); err != nil {
				return err
			}
		case xml.EndElement:
			if l.text = text.String(); simple {
				l.at, l.n = at, r.d.InputOffset()-at
				r.keep(l)
			}
			return nil
		}
	}
}

// compound reads what stands as an element in a value: a list, a description, or, against the rules, a field.
func (r *rdf) compound(e xml.StartElement, at int64, l leaf) error {
	switch {
	case e.Name.Space != nsRDF:
		return r.value(e, at, r.within(l, e.Name))
	case e.Name.Local == "Bag", e.Name.Local == "Seq", e.Name.Local == "Alt":
		for i := 0; ; {
			t, at, err := r.next()
			if err != nil {
				return err
			}
			switch t := t.(type) {
			case xml.StartElement:
				item := l
				item.path = fmt.Sprintf("%s[%d]", l.path, i)
				i++
				if err := r.value(t, at, item); err != nil {
					return err
				}
			case xml.EndElement:
				return nil
			}
		}
	}
	return r.fields(e, at, l)
}
