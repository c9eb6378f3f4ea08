package structure

import (
	"encoding/binary"
	"fmt"
	"strings"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

var oggLabels = labels("ogg-part")

// The bounds of a walk of pages.
const (
	maxOggStreams = 32
	maxOggListed  = 3       // pages of one stream that are pieces of their own: its headers
	maxOggPacket  = 1 << 20 // bytes of a header put together
)

// oggStream is one logical stream.
type oggStream struct {
	serial      uint32
	piece       int
	codec       string
	pages       int64
	next        uint32 // number of the page to come
	gaps        int64
	first, last uint64 // granule positions
	ended       bool
	packets     int  // whole ones so far
	packet      laid // being put together
	at, end     int64
}

// ogg takes an Ogg file apart (RFC 3533 §6): the header pages of each stream, what they hold, and all other pages counted.
func (w *walk) ogg() error {
	streams := map[uint32]*oggStream{}
	var order []*oggStream
	at, pages := int64(0), 0
	for ; at < w.size; pages++ {
		head, err := w.bytes(at, 27+255)
		if err != nil {
			return err
		}
		n, ok := oggPage(head)
		if !ok || pages == parts.MaxParts {
			break
		}
		serial := binary.LittleEndian.Uint32(head[14:])
		s := streams[serial]
		if s == nil {
			if len(order) == maxOggStreams {
				return fmt.Errorf("%w: more than %d streams", pipeline.ErrRefused, maxOggStreams)
			}
			s = &oggStream{serial: serial, at: at, next: binary.LittleEndian.Uint32(head[18:])}
			s.piece = w.add(top, at, 0, pipeline.Piece{Format: "ogg", Name: "stream", Fields: []pipeline.Field{field("serial number", fmt.Sprintf("0x%08x", serial), at+14, 4)}})
			streams[serial], order = s, append(order, s)
		}
		if err := w.oggPage(s, head, at, n); err != nil {
			return err
		}
		at += n
	}
	for _, s := range order {
		w.oggTold(s)
	}
	w.sign("ogg-streams/1", oggNames(order))
	if at < w.size {
		w.add(top, at, w.size-at, pipeline.Piece{Format: "ogg", Name: "rest", Label: "not taken apart", Note: "no page begins here"})
	}
	return nil
}

func oggNames(all []*oggStream) string {
	var names []string
	for _, s := range all {
		names = append(names, s.codec)
	}
	return strings.Join(names, " ")
}

// oggPage gives the length of the page whose front is b.
func oggPage(b []byte) (n int64, ok bool) {
	if len(b) < 27 || string(b[:5]) != "OggS\x00" || len(b) < 27+int(b[26]) {
		return 0, false
	}
	n = 27 + int64(b[26])
	for _, l := range b[27 : 27+int(b[26])] {
		n += int64(l)
	}
	return n, true
}

// oggPage takes one page in.
func (w *walk) oggPage(s *oggStream, head []byte, at, n int64) error {
	flags, granule, number := head[5], binary.LittleEndian.Uint64(head[6:]), binary.LittleEndian.Uint32(head[18:])
	if number != s.next {
		s.gaps++
	}
	s.next, s.end, s.ended = number+1, min(at+n, w.size), s.ended || flags&4 != 0
	if granule != 1<<64-1 {
		if s.pages == 0 || s.first == 0 {
			s.first = granule
		}
		s.last = granule
	}
	if s.pages++; s.pages > maxOggListed {
		return nil
	}
	i := w.add(s.piece, at, n, pipeline.Piece{Format: "ogg", Name: "page", Header: 27 + int64(head[26]), Label: oggLabels()["page"]})
	w.put(i, "flags", fmt.Sprintf("%02x", flags), at+5, 1)
	w.put(i, "granule position", int64(granule), at+6, 8)
	w.put(i, "number", number, at+18, 4)
	body, err := w.bytes(at, n)
	if err != nil {
		return err
	}
	if int64(len(body)) < n {
		w.note(i, "runs "+grouped(n-int64(len(body)))+" bytes past the end of what holds it")
		return nil
	}
	sum := binary.LittleEndian.Uint32(body[22:])
	w.put(i, "checksum", fmt.Sprintf("%08x", sum), at+22, 4)
	if got := oggSum(body); got != sum {
		w.note(i, fmt.Sprintf("the checksum of its bytes is %08x", got))
	}
	w.oggPackets(s, i, body, at)
	return nil
}

// oggPackets puts the packets of a header page together.
func (w *walk) oggPackets(s *oggStream, piece int, page []byte, at int64) {
	from := 27 + int(page[26])
	for _, l := range page[27:from] {
		if len(s.packet.b)+int(l) <= maxOggPacket {
			s.packet.add(page[from:from+int(l)], at+int64(from))
		}
		if from += int(l); l == 255 {
			continue // it goes on
		}
		w.oggPacket(s, piece)
		s.packets, s.packet = s.packets+1, laid{}
	}
}

// oggPacket reads the first two packets of a stream: what codes it, and its comments.
func (w *walk) oggPacket(s *oggStream, piece int) {
	b := s.packet.b
	switch s.packets {
	case 0:
		for _, c := range oggCodecs {
			if strings.HasPrefix(string(b), c.intro) {
				s.codec = c.name
				c.head(w, piece, b, s.packet.at(0))
			}
		}
		if s.codec == "" {
			s.codec = "unknown"
		}
	case 1:
		for _, c := range oggCodecs {
			if c.name == s.codec && c.comments != "" && strings.HasPrefix(string(b), c.comments) {
				w.comments(piece, &s.packet, len(c.comments))
			}
		}
	}
}

// oggCodecs are known by how their first packet begins, and their comments by how the second does.
var oggCodecs = []struct {
	name, intro, comments string
	head                  func(w *walk, piece int, b []byte, at int64)
}{
	{"vorbis", "\x01vorbis", "\x03vorbis", vorbisHead},
	{"opus", "OpusHead", "OpusTags", opusHead},
	{"theora", "\x80theora", "\x81theora", theoraHead},
	{"flac", "\x7fFLAC", "", noHead},
	{"speex", "Speex   ", "", noHead},
	{"skeleton", "fishead\x00", "", noHead},
}

func noHead(*walk, int, []byte, int64) {}

// vorbisHead reads Vorbis I §4.2.2.
func vorbisHead(w *walk, i int, b []byte, at int64) {
	if len(b) < 30 {
		return
	}
	u32 := func(n int) int32 { return int32(binary.LittleEndian.Uint32(b[n:])) }
	w.put(i, "version", u32(7), at+7, 4)
	w.put(i, "channels", b[11], at+11, 1)
	w.put(i, "sample rate", u32(12), at+12, 4)
	w.put(i, "maximum bit rate", u32(16), at+16, 4)
	w.put(i, "nominal bit rate", u32(20), at+20, 4)
	w.put(i, "minimum bit rate", u32(24), at+24, 4)
}

// opusHead reads RFC 7845 §5.1.
func opusHead(w *walk, i int, b []byte, at int64) {
	if len(b) < 19 {
		return
	}
	w.put(i, "version", b[8], at+8, 1)
	w.put(i, "channels", b[9], at+9, 1)
	w.put(i, "pre-skip", binary.LittleEndian.Uint16(b[10:]), at+10, 2)
	w.put(i, "input sample rate", binary.LittleEndian.Uint32(b[12:]), at+12, 4)
	w.put(i, "output gain", int16(binary.LittleEndian.Uint16(b[16:])), at+16, 2)
	w.put(i, "channel mapping", b[18], at+18, 1)
}

// theoraHead reads the Theora specification §6.2.
func theoraHead(w *walk, i int, b []byte, at int64) {
	if len(b) < 40 {
		return
	}
	w.put(i, "version", fmt.Sprintf("%d.%d.%d", b[7], b[8], b[9]), at+7, 3)
	w.put(i, "width", binary.BigEndian.Uint32(b[13:])&0xffffff, at+14, 3)
	w.put(i, "height", binary.BigEndian.Uint32(b[16:])&0xffffff, at+17, 3)
	w.put(i, "frame rate", fmt.Sprintf("%d/%d", binary.BigEndian.Uint32(b[22:]), binary.BigEndian.Uint32(b[26:])), at+22, 8)
}

// oggTold tells of a stream what its pages come to.
func (w *walk) oggTold(s *oggStream) {
	if s.piece == top || s.piece >= len(w.pieces) {
		return
	}
	n := &w.pieces[s.piece]
	n.Label, n.length = oggLabels()[s.codec], s.end-s.at
	w.put(s.piece, "codec", s.codec, 0, 0)
	w.put(s.piece, "pages", s.pages, 0, 0)
	w.put(s.piece, "first granule position", s.first, 0, 0)
	w.put(s.piece, "last granule position", s.last, 0, 0)
	if s.gaps > 0 {
		w.note(s.piece, fmt.Sprintf("the numbers of its pages jump %d times", s.gaps))
	}
	if !s.ended {
		w.note(s.piece, "no page is marked as its last")
	}
}

// oggTable is that of the polynomial 0x04c11db7, not reflected (RFC 3533 §6).
var oggTable = func() (t [256]uint32) {
	for i := range t {
		r := uint32(i) << 24
		for range 8 {
			if r&0x80000000 != 0 {
				r = r<<1 ^ 0x04c11db7
			} else {
				r <<= 1
			}
		}
		t[i] = r
	}
	return t
}()

// oggSum is a page's checksum, with the four bytes that hold it taken as zero.
func oggSum(page []byte) (sum uint32) {
	for i, b := range page {
		if i >= 22 && i < 26 {
			b = 0
		}
		sum = sum<<8 ^ oggTable[byte(sum>>24)^b]
	}
	return sum
}
