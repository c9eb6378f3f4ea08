package structure

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"dokaz/pipeline"
)

// The bounds of a walk of program packets.
const (
	maxPSPackets = 20_000
	maxPSListed  = 8 // packets that are pieces of their own: the first
)

// program is a program stream being walked (ISO/IEC 13818-1 §2.5; 11172-1 §2.4).
type program struct {
	packs, packets    int64
	firstSCR, lastSCR int64 // 90 kHz; -1 where there is none
	back              int64
	streams           map[byte]int64
	order             []byte
	listed            int
}

// mpegps takes a program stream apart: packs with their clock, and how many packets there are of each stream.
func (w *walk) mpegps() error {
	p := &program{firstSCR: -1, lastSCR: -1, streams: map[byte]int64{}}
	root := w.add(top, 0, w.size, pipeline.Piece{Format: "mpegps", Name: "packets", Label: tsLabels()["program packets"]})
	at, ended := int64(0), false
	for range maxPSPackets {
		b, err := w.bytes(at, 14)
		if err != nil {
			return err
		}
		n, name := programPart(b)
		if n == 0 {
			break
		}
		p.take(w, root, b, at, n, name)
		if at += n; name == "end" || at >= w.size {
			ended = name == "end"
			break
		}
	}
	p.tell(w, root, at, ended)
	return nil
}

// programPart gives a packet's length and its name, 0 where none begins.
func programPart(b []byte) (int64, string) {
	if len(b) < 4 || b[0] != 0 || b[1] != 0 || b[2] != 1 || b[3] < 0xb9 {
		return 0, ""
	}
	switch {
	case b[3] == 0xb9:
		return 4, "end"
	case b[3] == 0xba && len(b) >= 12 && b[4]>>4 == 2:
		return 12, "pack" // of MPEG-1
	case b[3] == 0xba && len(b) >= 14 && b[4]>>6 == 1:
		return 14 + int64(b[13]&7), "pack"
	case b[3] == 0xba || len(b) < 6:
		return 0, ""
	}
	n := 6 + int64(binary.BigEndian.Uint16(b[4:]))
	switch b[3] {
	case 0xbb:
		return n, "system"
	case 0xbc:
		return n, "map"
	}
	return n, "PES"
}

// take takes one packet in.
func (p *program) take(w *walk, root int, b []byte, at, n int64, name string) {
	key := name
	switch name {
	case "pack":
		p.packs++
		p.clock(b)
	case "PES":
		if p.streams[b[3]]++; p.streams[b[3]] == 1 {
			p.order = append(p.order, b[3])
		}
		p.packets++
		key = fmt.Sprintf("PES 0x%02x", b[3])
	}
	if p.listed++; p.listed > maxPSListed {
		return
	}
	piece := pipeline.Piece{Format: "mpegps", Name: key, Header: min(n, 6), Label: tsLabels()[name]}
	if over := at + n - w.size; over > 0 {
		piece.Note = "runs " + grouped(over) + " bytes past the end of what holds it"
	}
	i := w.add(root, at, n, piece)
	if name == "pack" && p.lastSCR >= 0 {
		w.put(i, "SCR", p.lastSCR, at+4, 6)
	}
}

// clock reads a pack's system clock reference.
func (p *program) clock(b []byte) {
	var now int64
	if b[4]>>4 == 2 {
		now = int64(b[4]>>1&7)<<30 | int64(b[5])<<22 | int64(b[6]>>1)<<15 | int64(b[7])<<7 | int64(b[8]>>1)
	} else {
		now = int64(b[4]>>3&7)<<30 | int64(b[4]&3)<<28 | int64(b[5])<<20 | int64(b[6]>>3)<<15 | int64(b[6]&3)<<13 | int64(b[7])<<5 | int64(b[8]>>3)
	}
	if p.firstSCR < 0 {
		p.firstSCR = now
	}
	if p.lastSCR >= 0 && (now < p.lastSCR || now-p.lastSCR > 90_000) {
		p.back++
	}
	p.lastSCR = now
}

// tell says what the packets come to.
func (p *program) tell(w *walk, root int, at int64, ended bool) {
	w.put(root, "packs", p.packs, 0, 0)
	w.put(root, "packets", p.packets, 0, 0)
	slices.Sort(p.order)
	var all []string
	for _, id := range p.order {
		w.put(root, fmt.Sprintf("stream 0x%02x", id), fmt.Sprintf("%d packets", p.streams[id]), 0, 0)
		all = append(all, fmt.Sprintf("0x%02x", id))
	}
	if p.firstSCR >= 0 {
		w.put(root, "first SCR", p.firstSCR, 0, 0)
		w.put(root, "last SCR", p.lastSCR, 0, 0)
	}
	if p.back > 0 {
		w.note(root, fmt.Sprintf("clock jumps %d times", p.back))
	}
	w.sign("mpegps-streams/1", strings.Join(all, " "))
	switch {
	case at < w.size && p.packs+p.packets >= maxPSPackets-maxPSListed:
		w.note(root, grouped(w.size-at)+" bytes were not looked at")
	case at < w.size:
		w.pieces[root].length = at
		w.add(top, at, w.size-at, pipeline.Piece{Format: "mpegps", Name: "rest", Label: "not taken apart", Note: "no packet begins here"})
	case !ended:
		w.note(root, "no end code")
	}
}
