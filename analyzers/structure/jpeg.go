package structure

import (
	"bytes"
	"errors"
	"fmt"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// stream is one JPEG stream being walked.
type stream struct {
	w       *walk
	parent  int
	coded   coded
	app     []string // application segments in their order, for the signature
	tables  []string // quantisation and Huffman tables
	frame   string
	scans   int
	restart int
	profile []byte         // parts of the ICC profile so far
	index   mpf            // CIPA DC-007
	motion  bool           // XMP announces a film behind the picture
	scan    *parts.Segment // whose entropy-coded data come next
}

// jpeg walks the first stream, then what lies behind it.
func (w *walk) jpeg() error {
	s, end, err := w.stream(top, 0, w.size)
	s.sign()
	s.coded.tell(w.say)
	if err != nil {
		return err
	}
	return w.behind(end, s)
}

// stream walks the JPEG stream that begins at from and returns where it ends (ITU-T T.81 annex B).
func (w *walk) stream(parent int, from, size int64) (*stream, int64, error) {
	s := &stream{w: w, parent: parent, coded: coded{w: w}}
	w.streams++
	at := from
	for seg, err := range parts.Segments(w, from, size) {
		if err != nil {
			var cut *parts.Cut
			if errors.As(err, &cut) && s.scan != nil { // the scan has no end: what is there of it
				return s, size, errors.Join(s.entropy(size, 0), err)
			}
			return s, at, w.broken("jpeg", at, err)
		}
		if seg.Strays > 0 {
			w.add(parent, seg.At-seg.Strays, seg.Strays, pipeline.Piece{Format: "jpeg", Name: "stray", Label: "bytes between segments", Note: "belong to no segment"})
		}
		if err := s.entropy(seg.At, seg.Restarts); err != nil {
			return s, at, err
		}
		if err := s.segment(seg); err != nil {
			return s, at, err
		}
		at = seg.End()
	}
	return s, at, nil
}

// entropy tells the entropy-coded data of the scan before at.
func (s *stream) entropy(at, restarts int64) error {
	if s.scan == nil {
		return nil
	}
	from := s.scan.End()
	p := pipeline.Piece{Format: "jpeg", Name: "scan", Label: segmentLabels()["scan"]}
	if restarts > 0 {
		p.Fields = append(p.Fields, field("restart markers", restarts, 0, 0))
	}
	s.w.add(s.parent, from, at-from, p)
	s.scan = nil
	return s.coded.entropy(from, at)
}

// segment tells one segment.
func (s *stream) segment(seg parts.Segment) error {
	body, err := s.w.into(&s.w.room.body, seg.Body, min(seg.Length, maxHead))
	if err != nil {
		return err
	}
	p := pipeline.Piece{Format: "jpeg", Name: seg.Name, Header: seg.Body - seg.At, Label: segmentLabels()[seg.Name]}
	inside := func(int) error { return nil }
	switch {
	case seg.Frame():
		p.Fields, s.frame = frame(body, seg)
		s.coded.frame = bytes.Clone(body)
	case seg.Marker == parts.MarkerDQT:
		p.Fields = s.quantisation(body, seg.Body)
	case seg.Marker == parts.MarkerDHT:
		p.Fields = s.huffman(body, seg.Body)
	case seg.Marker == parts.MarkerDAC:
		s.coded.conditioning = append(s.coded.conditioning, body...)
	case seg.Marker == parts.MarkerDRI && len(body) >= 2:
		s.restart = int(body[0])<<8 | int(body[1])
		s.coded.restart = s.restart
		p.Fields = []pipeline.Field{field("Ri", s.restart, seg.Body, 2)}
	case seg.Marker == parts.MarkerSOS:
		p.Fields = scan(body, seg.Body)
		s.scans++
		s.scan = &seg
		s.coded.begin(body)
	case seg.Marker == parts.MarkerCOM:
		s.app = append(s.app, "COM")
		p.Fields = []pipeline.Field{field("comment", string(body), seg.Body, seg.Length)}
	case seg.Marker >= parts.MarkerAPP0 && seg.Marker <= parts.MarkerAPP15:
		inside = s.application(&p, body, seg)
	case p.Label == "" && seg.Length > 0:
		p.Note = "unknown"
	}
	return inside(s.w.add(s.parent, seg.At, seg.End()-seg.At, p))
}

// frame decodes a frame header (T.81 B.2.2).
func frame(b []byte, seg parts.Segment) ([]pipeline.Field, string) {
	if len(b) < 6 {
		return nil, seg.Name
	}
	at, n := seg.Body, int(b[5])
	out := []pipeline.Field{
		field("P", b[0], at, 1), field("Y", int(b[1])<<8|int(b[2]), at+1, 2), field("X", int(b[3])<<8|int(b[4]), at+3, 2), field("Nf", n, at+5, 1),
	}
	text := fmt.Sprintf("%s P%d", seg.Name, b[0])
	for i := 0; i < n && 6+3*i+3 <= len(b); i++ {
		c := b[6+3*i:]
		one := fmt.Sprintf("%d: %dx%d, table %d", c[0], c[1]>>4, c[1]&15, c[2])
		out = append(out, field("C: HxV, Tq", one, at+6+3*int64(i), 3))
		text += fmt.Sprintf(" %d:%dx%d:%d", c[0], c[1]>>4, c[1]&15, c[2])
	}
	return out, text
}

// scan decodes a scan header (T.81 B.2.3).
func scan(b []byte, at int64) []pipeline.Field {
	if len(b) == 0 || len(b) < 4+2*int(b[0]) {
		return nil
	}
	n := int(b[0])
	out := []pipeline.Field{field("Ns", n, at, 1)}
	for i := range n {
		c := b[1+2*i:]
		out = append(out, field("Cs: Td, Ta", fmt.Sprintf("%d: %d, %d", c[0], c[1]>>4, c[1]&15), at+1+2*int64(i), 2))
	}
	rest, from := b[1+2*n:], at+1+2*int64(n)
	return append(out, field("Ss", rest[0], from, 1), field("Se", rest[1], from+1, 1), field("Ah, Al", fmt.Sprintf("%d, %d", rest[2]>>4, rest[2]&15), from+2, 1))
}
