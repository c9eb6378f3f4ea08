package structure

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"dokaz/analyzers/internal/lexicon"
	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

type elementKind struct{ name, kind, label string }

var elementKinds = sync.OnceValue(func() map[string]elementKind {
	out := map[string]elementKind{}
	for _, r := range lexicon.Rows(table("ebml-element"), 4) {
		out[r[0]] = elementKind{r[1], r[2], r[3]}
	}
	return out
})

// ebml takes Matroska and WebM apart (RFC 9559): every element outside clusters, those as wholes.
type ebml struct {
	w    *walk
	tree strings.Builder
	name string // of the field being read
}

func (w *walk) ebml() error {
	m := &ebml{w: w}
	err := m.elements(top, 0, w.size, 0)
	if all := m.tree.String(); all != "" {
		s := pipeline.Signature{Algorithm: "ebml-tree/1", Digest: pipeline.DigestOf([]byte(all)), Text: all}
		if len(all) > pipeline.MaxSignatureText {
			s.Text, s.Cut = strings.ToValidUTF8(all[:pipeline.MaxSignatureText], ""), true
		}
		w.say(pipeline.Where{}, s)
	}
	return w.broken("ebml", w.covered(), err)
}

func (m *ebml) elements(parent int, at, end int64, depth int) error {
	last := ""
	for e, err := range parts.EBMLElements(m.w, at, end) {
		if err != nil {
			return err
		}
		kind, known := elementKinds()[e.Name]
		if !known {
			kind = elementKind{name: e.Name}
		}
		stop, note := min(e.End(), end), ""
		switch {
		case e.Length < 0:
			stop, note = end, "of unknown size"
		case e.End() > end:
			note = fmt.Sprintf("runs %s bytes past the end of what holds it", grouped(e.End()-end))
		}
		if !known {
			note = strings.TrimPrefix(note+"; not a known element", "; ")
		}
		if kind.name == "Cluster" && last == "Cluster" && len(m.w.pieces) > maxClusters {
			m.w.more++
			continue
		}
		i := m.w.add(parent, e.At, stop-e.At, pipeline.Piece{Format: "ebml", Name: kind.name, Header: e.Body - e.At, Label: kind.label, Note: note})
		if kind.name != last && m.tree.Len() < maxTree {
			fmt.Fprintf(&m.tree, ",%s", kind.name)
		}
		last = kind.name
		if len(m.w.pieces) == pipeline.MaxPieces && m.w.more > 0 {
			continue
		}
		if err := m.inside(i, kind, e.Body, stop, depth); err != nil {
			return err
		}
	}
	return nil
}

// maxClusters is the number of pieces from which on clusters are counted and no longer listed.
const maxClusters = 200

func (m *ebml) inside(i int, kind elementKind, at, stop int64, depth int) error {
	if kind.kind == "m" {
		if most := m.w.limits.Nesting; int64(depth) >= most {
			m.w.note(i, "too deep to be looked into")
			m.w.pass("nesting", int64(depth)+1, most)
			return nil
		}
		m.tree.WriteByte('(')
		err := m.elements(i, at, stop, depth+1)
		m.tree.WriteByte(')')
		return err
	}
	if kind.kind == "" || kind.kind == "-" {
		return nil
	}
	b, err := m.w.into(&m.w.room.body, at, min(stop-at, maxTagText))
	if err != nil {
		return err
	}
	value := elementValue(kind.kind, b)
	m.w.pieces[i].Fields = append(m.w.pieces[i].Fields, field("value", value, at, stop-at))
	switch kind.name {
	case "MuxingApp", "WritingApp":
		fmt.Fprintf(&m.tree, "=%s", clip(value))
		if kind.name == "WritingApp" { // libav tells the other
			m.w.say(pipeline.At(at, stop-at), pipeline.EncoderTrace{Source: "Segment/Info/WritingApp", Value: value})
		}
	case "DocType", "CodecID", "TrackType":
		fmt.Fprintf(&m.tree, "=%s", clip(value))
	case "SegmentUUID", "PrevUUID", "NextUUID", "SegmentFamily":
		what := map[string]string{"SegmentUUID": "instance", "SegmentFamily": "media_group"}[kind.name]
		if what == "" {
			what = "derived_from"
		}
		m.w.say(pipeline.At(at, stop-at), pipeline.Relation{What: what, Value: value, Note: kind.name, Source: "Segment/Info/" + kind.name})
	case "TagName":
		m.name = value
	case "TagString", "TagBinary":
		if m.w.tags++; m.w.tags <= maxItemTags {
			m.w.say(pipeline.At(at, stop-at), pipeline.Tag{Reader: "structure", Group: "Matroska", Name: m.name, Value: value, Cut: stop-at > maxTagText})
		}
	}
	return nil
}

// elementValue writes a value (RFC 8794 §7).
func elementValue(kind string, b []byte) string {
	v := uint64(0)
	for _, c := range b[:min(len(b), 8)] {
		v = v<<8 | uint64(c)
	}
	switch {
	case kind == "s":
		return text([]byte(strings.TrimRight(string(b), "\x00")))
	case kind == "u" && len(b) <= 8:
		return strconv.FormatUint(v, 10)
	case kind == "f" && len(b) == 4:
		return float32Text(uint32(v))
	case kind == "f" && len(b) == 8:
		return float64Text(v)
	case kind == "d" && len(b) == 8: // nanoseconds since 2001
		if s := int64(v) / 1e9; s > math.MinInt32*4 && s < math.MaxInt32*4 {
			return fmt.Sprintf("%d (%s)", int64(v), time.Unix(978307200+s, 0).UTC().Format("2006-01-02 15:04:05"))
		}
		return strconv.FormatInt(int64(v), 10)
	}
	return hex.EncodeToString(b[:min(len(b), 64)])
}
