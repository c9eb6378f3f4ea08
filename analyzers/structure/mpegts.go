package structure

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"dokaz/pipeline"
)

var tsLabels = labels("mpeg-stream")

// The bounds of a walk of transport packets.
const (
	maxTSFront  = 32 << 20 // bytes of packets looked at from the start; of a longer file also the last maxTSBack
	maxTSBack   = 1 << 20
	maxPIDs     = 256
	maxSection  = 4096 // bytes of a table's section (ISO/IEC 13818-1 §2.4.4)
	maxTSSEI    = 64 << 10
	maxPrograms = 64
)

// transport is a transport stream being walked (ISO/IEC 13818-1 §2.4.3).
type transport struct {
	w      *walk
	step   int64 // bytes from packet to packet: 188, 192 or 204
	head   int64 // bytes of a packet before its sync byte
	pids   map[uint16]*pid
	order  []*pid
	tables map[uint16]bool // PIDs of program maps
	skip   int64           // bytes between front and back that were not looked at
	strays int64           // packets without a sync byte
}

// pid is one stream of packets.
type pid struct {
	number            uint16
	at                int64
	packets           int64
	counter           int // continuity counter of the last packet with a payload, -1 before
	jumps             int64
	scrambled         int64
	firstPCR, lastPCR int64 // 27 MHz; -1 where there is none
	back              int64 // clocks that go back, or by more than a second on
	section           laid
	kind              byte // of an elementary stream, from the program map
	sei               laid
	program           uint16
	told, began       bool
}

// mpegts takes a transport stream apart: its tables, its streams with their clocks and gaps.
func (w *walk) mpegts() error {
	t := &transport{w: w, step: 188, pids: map[uint16]*pid{}, tables: map[uint16]bool{}}
	head, err := w.bytes(0, 3*204+8)
	if err != nil {
		return err
	}
	for _, s := range []struct{ step, head int64 }{{188, 0}, {192, 4}, {204, 0}} {
		if int64(len(head)) > s.head+2*s.step && head[s.head] == 0x47 && head[s.head+s.step] == 0x47 && head[s.head+2*s.step] == 0x47 {
			t.step, t.head = s.step, s.head
			break
		}
	}
	n := w.size / t.step * t.step
	root := w.add(top, 0, n, pipeline.Piece{Format: "mpegts", Name: "packets", Label: tsLabels()["packets"]})
	front := min(n, maxTSFront/t.step*t.step)
	if err := t.packets(root, 0, front); err != nil {
		return err
	}
	if n > front {
		back := max(front, n-maxTSBack/t.step*t.step)
		t.skip = back - front
		for _, p := range t.order {
			p.counter = -1 // what lies between is not known
		}
		if err := t.packets(root, back, n); err != nil {
			return err
		}
	}
	t.tell(root, n)
	if n < w.size {
		w.add(top, n, w.size-n, pipeline.Piece{Format: "mpegts", Name: "rest", Label: "not taken apart", Note: "too few bytes for a packet"})
	}
	return nil
}

// packets looks at the packets between two places.
func (t *transport) packets(root int, at, end int64) error {
	for at < end {
		b, err := t.w.into(&t.w.room.chunk, at, min(hashChunk/t.step*t.step, end-at))
		if err != nil {
			return err
		}
		for ; int64(len(b)) >= t.step; b, at = b[t.step:], at+t.step {
			p := b[t.head : t.head+188]
			if p[0] != 0x47 {
				t.strays++
				continue
			}
			t.packet(root, p, at+t.head)
		}
	}
	return nil
}

// packet takes one packet in (§2.4.3.2).
func (t *transport) packet(root int, b []byte, at int64) {
	number := uint16(b[1]&0x1f)<<8 | uint16(b[2])
	if number == 0x1fff {
		return // only fills
	}
	p := t.pids[number]
	if p == nil {
		if len(t.order) == maxPIDs {
			return
		}
		p = &pid{number: number, at: at, counter: -1, firstPCR: -1, lastPCR: -1}
		t.pids[number], t.order = p, append(t.order, p)
	}
	if p.at < 0 { // the program map named it before
		p.at = at
	}
	p.packets++
	if b[3]&0xc0 != 0 {
		p.scrambled++
	}
	payload, jumped := 4, false
	if b[3]&0x20 != 0 { // adaptation field (§2.4.3.4)
		payload += 1 + int(b[4])
		if b[4] > 0 {
			jumped = b[5]&0x80 != 0
		}
		if b[4] >= 7 && b[5]&0x10 != 0 {
			p.clock(int64(b[6])<<25|int64(b[7])<<17|int64(b[8])<<9|int64(b[9])<<1|int64(b[10])>>7, int64(b[10]&1)<<8|int64(b[11]), jumped)
		}
	}
	if b[3]&0x10 == 0 || payload >= len(b) {
		return
	}
	counter := int(b[3] & 15)
	if p.counter >= 0 && counter != (p.counter+1)&15 && counter != p.counter && !jumped {
		p.jumps++
	}
	p.counter = counter
	t.payload(root, p, b[payload:], at+int64(payload), b[1]&0x40 != 0)
}

// clock takes a program clock reference in (§2.4.3.5).
func (p *pid) clock(base, extension int64, jumped bool) {
	now := base*300 + extension
	if p.firstPCR < 0 {
		p.firstPCR = now
	}
	if d := now - p.lastPCR; p.lastPCR >= 0 && !jumped && (d < 0 || d > 27_000_000) {
		p.back++
	}
	p.lastPCR = now
}

// payload gathers sections of tables, and the front of pictures coded in H.264.
func (t *transport) payload(root int, p *pid, b []byte, at int64, starts bool) {
	if p.number != 0 && p.number != 0x11 && !t.tables[p.number] {
		if p.kind == 0x1b && len(p.sei.b) < maxTSSEI {
			p.sei.add(b, at)
		}
		return
	}
	if starts {
		if int(b[0]) >= len(b) {
			return
		}
		p.section = laid{}
		b, at = b[1+int(b[0]):], at+1+int64(b[0])
		p.began = true
	}
	if !p.began || len(p.section.b) > maxSection {
		return
	}
	p.section.add(b, at)
	if s := p.section.b; len(s) >= 3 && len(s) >= 3+int(binary.BigEndian.Uint16(s[1:])&0xfff) {
		t.table(root, p, s[:3+int(binary.BigEndian.Uint16(s[1:])&0xfff)])
		p.began = false
	}
}

// table tells the first section of each kind on a PID; later ones repeat it or say that it changed.
func (t *transport) table(root int, p *pid, s []byte) {
	if p.told || len(s) < 12 {
		return
	}
	at := p.section.at(0)
	place := func(n int) int64 { return p.section.at(n) }
	switch {
	case p.number == 0 && s[0] == 0:
		i := t.w.add(root, at, int64(len(s)), pipeline.Piece{Format: "mpegts", Name: "PAT", Header: 8, Label: tsLabels()["PAT"]})
		t.w.put(i, "transport_stream_id", binary.BigEndian.Uint16(s[3:]), place(3), 2)
		for n := 8; n+8 <= len(s) && len(t.tables) < maxPrograms; n += 4 {
			program, to := binary.BigEndian.Uint16(s[n:]), binary.BigEndian.Uint16(s[n+2:])&0x1fff
			t.w.put(i, fmt.Sprintf("program %d", program), fmt.Sprintf("PID 0x%04x", to), place(n), 4)
			if program != 0 {
				t.tables[to] = true
			}
		}
	case s[0] == 2 && t.tables[p.number]:
		t.programMap(root, p, s)
	case p.number == 0x11 && s[0] == 0x42:
		t.services(root, p, s)
	default:
		return
	}
	p.told = true
}

// programMap reads which streams a program is made of (§2.4.4.8).
func (t *transport) programMap(root int, p *pid, s []byte) {
	i := t.w.add(root, p.section.at(0), int64(len(s)), pipeline.Piece{Format: "mpegts", Name: "PMT", Header: 12, Label: tsLabels()["PMT"]})
	program := binary.BigEndian.Uint16(s[3:])
	t.w.put(i, "program_number", program, p.section.at(3), 2)
	t.w.put(i, "version", s[5]>>1&31, p.section.at(5), 1)
	t.w.put(i, "PCR PID", fmt.Sprintf("0x%04x", binary.BigEndian.Uint16(s[8:])&0x1fff), p.section.at(8), 2)
	n := 12 + int(binary.BigEndian.Uint16(s[10:])&0xfff)
	for n+9 <= len(s) {
		kind, of, more := s[n], binary.BigEndian.Uint16(s[n+1:])&0x1fff, int(binary.BigEndian.Uint16(s[n+3:])&0xfff)
		described := s[min(n+5, len(s)-4):min(n+5+more, len(s)-4)]
		value := fmt.Sprintf("type 0x%02x %s", kind, tsLabels()[fmt.Sprintf("0x%02x", kind)])
		for d := described; len(d) >= 2 && len(d) >= 2+int(d[1]); d = d[2+int(d[1]):] {
			switch body := d[2 : 2+int(d[1])]; {
			case d[0] == 5 && len(body) >= 4:
				value += ", registered " + code(body[:4])
			case d[0] == 10 && len(body) >= 3:
				value += ", language " + visible(body[:3])
			}
		}
		t.w.put(i, fmt.Sprintf("stream 0x%04x", of), strings.TrimSpace(value), p.section.at(n), int64(5+more))
		if q := t.pids[of]; q != nil {
			q.kind, q.program = kind, program
		} else if len(t.order) < maxPIDs {
			q = &pid{number: of, at: -1, counter: -1, firstPCR: -1, lastPCR: -1, kind: kind, program: program}
			t.pids[of], t.order = q, append(t.order, q)
		}
		n += 5 + more
	}
}

// services reads who made the stream and what it is called (ETSI EN 300 468 §5.2.3, §6.2.33).
func (t *transport) services(root int, p *pid, s []byte) {
	i := t.w.add(root, p.section.at(0), int64(len(s)), pipeline.Piece{Format: "mpegts", Name: "SDT", Header: 11, Label: tsLabels()["SDT"]})
	for n := 11; n+9 <= len(s); {
		more := int(binary.BigEndian.Uint16(s[n+3:]) & 0xfff)
		for d := n + 5; d+2 <= min(n+5+more, len(s)-4); d += 2 + int(s[d+1]) {
			end := d + 2 + int(s[d+1])
			if s[d] != 0x48 || end > len(s)-4 || d+4 > end {
				continue
			}
			provider := s[d+4 : min(d+4+int(s[d+3]), end)]
			from := d + 4 + len(provider)
			t.w.put(i, "provider", dvbText(provider), p.section.at(d+4), int64(len(provider)))
			if from < end {
				name := s[from+1 : min(from+1+int(s[from]), end)]
				t.w.put(i, "name", dvbText(name), p.section.at(from+1), int64(len(name)))
			}
			if v := dvbText(provider); strings.TrimSpace(v) != "" {
				t.w.say(pipeline.At(p.section.at(d+4), int64(len(provider))), pipeline.EncoderTrace{Source: "SDT:service_provider_name", Value: v})
			}
		}
		n += 5 + more
	}
}

// dvbText leaves out what chooses a table of characters (EN 300 468 annex A).
func dvbText(b []byte) string {
	if len(b) > 0 && b[0] < 0x20 {
		b = b[1:]
	}
	return text(bytes.TrimRight(b, "\x00"))
}

// tell adds a piece for each stream, in the order of their numbers.
func (t *transport) tell(root int, n int64) {
	w := t.w
	w.put(root, "packet size", t.step, 0, 0)
	w.put(root, "packets", n/t.step, 0, 0)
	if t.strays > 0 {
		w.note(root, fmt.Sprintf("%d packets have no sync byte", t.strays))
	}
	if t.skip > 0 {
		w.note(root, grouped(t.skip)+" bytes in the middle were not looked at")
	}
	slices.SortFunc(t.order, func(a, b *pid) int { return int(a.number) - int(b.number) })
	var all []string
	for _, p := range t.order {
		if p.at < 0 {
			w.note(root, fmt.Sprintf("stream 0x%04x of the program map has no packets", p.number))
			continue
		}
		i := w.add(root, p.at, 188, pipeline.Piece{Format: "mpegts", Name: fmt.Sprintf("PID 0x%04x", p.number), Header: 4, Label: tsLabels()[fmt.Sprintf("0x%02x", p.kind)]})
		w.put(i, "packets", p.packets, 0, 0)
		if p.firstPCR >= 0 {
			w.put(i, "first PCR", p.firstPCR, 0, 0)
			w.put(i, "last PCR", p.lastPCR, 0, 0)
			w.put(i, "PCR seconds", decimal(float64(p.lastPCR-p.firstPCR)/27e6), 0, 0)
		}
		for _, note := range []struct {
			n    int64
			text string
		}{{p.jumps, "continuity counter jumps %d times"}, {p.back, "clock jumps %d times"}, {p.scrambled, "%d packets scrambled"}} {
			if note.n > 0 {
				w.note(i, fmt.Sprintf(note.text, note.n))
			}
		}
		if p.kind != 0 {
			all = append(all, fmt.Sprintf("%d:0x%02x", p.program, p.kind))
		}
		if p.kind == 0x1b {
			w.userData(i, &p.sei)
		}
	}
	w.sign("mpegts-streams/1", strings.Join(all, " "))
}

// userData says the text that an H.264 encoder left in the stream: a supplemental message of unregistered user data (ITU-T H.264 §D.1.7).
func (w *walk) userData(piece int, l *laid) {
	for from := 0; ; {
		i := bytes.Index(l.b[from:], []byte{0, 0, 1, 6, 5})
		if i < 0 {
			return
		}
		i += from + 5
		n := 0
		for i < len(l.b) && l.b[i] == 0xff {
			n, i = n+255, i+1
		}
		if i >= len(l.b) {
			return
		}
		n += int(l.b[i])
		i++
		from = i
		if n <= 16 || i+n > len(l.b) {
			continue
		}
		value := strings.TrimRight(text(l.b[i+16:i+n]), "\x00")
		if value == "" || strings.ContainsFunc(value, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
			continue
		}
		value, _, _ = strings.Cut(value, " - options:")
		w.put(piece, "user data", value, l.at(i+16), int64(n-16))
		w.say(pipeline.At(l.at(i+16), int64(n-16)), pipeline.EncoderTrace{Source: "H.264 SEI user_data_unregistered", Value: bounded(value)})
		return
	}
}
