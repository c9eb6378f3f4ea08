package structure

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"strings"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// colour reads a colour box (ISO/IEC 14496-12 §12.1.5): numbers where they stand in it, of a profile only its kind.
func colour(r *reading) {
	if !r.by("colour_type:4cc") {
		return
	}
	switch string(r.b[:4]) {
	case "nclx":
		r.by("colour_primaries:u16 transfer_characteristics:u16 matrix_coefficients:u16 full_range_flag:b1")
	case "nclc":
		r.by("colour_primaries:u16 transfer_characteristics:u16 matrix_coefficients:u16")
	}
}

// descriptors reads the decoder configuration among an elementary stream's descriptors (ISO/IEC 14496-1 §7.2.6).
func descriptors(r *reading) {
	r.next = 4 // version and flags
	for range 4 {
		head := r.take(1)
		if head == nil {
			return
		}
		for i := 0; i < 4; i++ {
			b := r.take(1)
			if b == nil {
				return
			}
			if b[0]&0x80 == 0 {
				break
			}
		}
		switch head[0] {
		case 3: // elementary stream
			flags := r.take(3)
			if flags == nil {
				return
			}
			if flags[2]&0x80 != 0 {
				r.take(2)
			}
			if flags[2]&0x40 != 0 {
				if n := r.take(1); n != nil {
					r.take(int(n[0]))
				}
			}
			if flags[2]&0x20 != 0 {
				r.take(2)
			}
		case 4: // decoder configuration
			r.by("objectTypeIndication:u8 streamType:b6 -b2 bufferSizeDB:u24 maxBitrate:u32 avgBitrate:u32")
			return
		}
	}
}

// summaries tell tables of samples in few numbers: how many entries there are, what they come to, and the first of them.
var summaries = map[string]func(w *walk, r *reading, at, stop int64){
	"elst": edits,
	"stts": runs, "ctts": runs,
	"stsc": counted(12), "stss": counted(4), "stco": offsets(4), "co64": offsets(8), "stsz": sizes,
}

// rows reads the entries of a table behind its count, at most maxTable bytes of them.
func rows(w *walk, r *reading, stop int64, width int) (n uint32, b []byte, at int64) {
	head := r.take(4)
	if head == nil {
		return 0, nil, 0
	}
	n = binary.BigEndian.Uint32(head)
	at = r.at + int64(r.next)
	r.fields = append(r.fields, field("entry_count", n, at-4, 4))
	b, err := w.into(&w.room.table, at, min(int64(n)*int64(width), stop-at, maxTable))
	if err != nil {
		return n, nil, at
	}
	return n, b[:len(b)/width*width], at
}

// edits lists an edit list (§8.6.6).
func edits(w *walk, r *reading, _, stop int64) {
	width := 12
	if len(r.b) > 0 && r.b[0] == 1 {
		width = 20
	}
	_, b, at := rows(w, r, stop, width)
	for i := 0; (i+1)*width <= len(b) && i < 16; i++ {
		e := b[i*width:]
		var duration uint64
		var from int64
		if width == 12 {
			duration, from = uint64(binary.BigEndian.Uint32(e)), int64(int32(binary.BigEndian.Uint32(e[4:])))
		} else {
			duration, from = binary.BigEndian.Uint64(e), int64(binary.BigEndian.Uint64(e[8:]))
		}
		rate := float64(int32(binary.BigEndian.Uint32(e[width-4:]))) / 65536
		value := fmt.Sprintf("duration %d, media time %d, rate %s", duration, from, decimal(rate))
		r.fields = append(r.fields, field(fmt.Sprintf("edit %d", i), value, at+int64(i*width), int64(width)))
	}
}

// runs tells stts and ctts (§8.6.1): entries of a count and a number of ticks.
func runs(w *walk, r *reading, _, stop int64) {
	_, b, at := rows(w, r, stop, 8)
	samples, ticks := uint64(0), uint64(0)
	var first []string
	for ; len(b) >= 8; b = b[8:] {
		n, d := uint64(binary.BigEndian.Uint32(b)), uint64(binary.BigEndian.Uint32(b[4:]))
		samples, ticks = samples+n, ticks+n*d
		if len(first) < 8 {
			first = append(first, fmt.Sprintf("%d×%d", n, int32(d)))
		}
	}
	r.fields = append(r.fields, field("samples", samples, 0, 0))
	if len(first) > 0 {
		r.fields = append(r.fields, field("runs", strings.Join(first, " "), at, 8*int64(len(first))))
	}
	r.fields = append(r.fields, field("ticks", ticks, 0, 0))
}

func counted(width int) func(w *walk, r *reading, at, stop int64) {
	return func(w *walk, r *reading, _, stop int64) { rows(w, r, stop, width) }
}

// offsets tells where the first and the last chunk lie (§8.7.5).
func offsets(width int) func(w *walk, r *reading, at, stop int64) {
	return func(w *walk, r *reading, _, stop int64) {
		_, b, at := rows(w, r, stop, width)
		if len(b) == 0 {
			return
		}
		v := func(b []byte) uint64 {
			if width == 8 {
				return binary.BigEndian.Uint64(b)
			}
			return uint64(binary.BigEndian.Uint32(b))
		}
		r.fields = append(r.fields, field("first", v(b), at, int64(width)), field("last", v(b[len(b)-width:]), at+int64(len(b)-width), int64(width)))
	}
}

// sizes tells stsz (§8.7.3): one size of all samples, or how they range.
func sizes(w *walk, r *reading, _, stop int64) {
	if !r.by("sample_size:u32") {
		return
	}
	_, b, _ := rows(w, r, stop, 4)
	least, most, sum := uint32(1<<32-1), uint32(0), uint64(0)
	if len(b) == 0 {
		return
	}
	for ; len(b) >= 4; b = b[4:] {
		v := binary.BigEndian.Uint32(b)
		least, most, sum = min(least, v), max(most, v), sum+uint64(v)
	}
	r.fields = append(r.fields, field("least", least, 0, 0), field("most", most, 0, 0), field("sum", sum, 0, 0))
}

// coded digests the primary picture of a HEIF file: heif-coded/1 is, of the primary item and of each that it is derived from, depth
// first, its type, its decoder's configuration and its bytes. Properties that turn, crop or describe are left out.
func (m *bmff) coded(items []parts.Item) {
	byID := map[uint32]parts.Item{}
	var primary *parts.Item
	for i, it := range items {
		if byID[it.ID] = it; it.Primary {
			primary = &items[i]
		}
	}
	if primary == nil {
		return
	}
	c := itemDigest{m: m, items: byID, left: m.w.size + 1<<20}
	h := sha256.New()
	if c.add(h, *primary, 0) && c.bytes > 0 {
		out := pipeline.CodedDigest{Algorithm: "heif-coded/1", Codec: c.codec, Bytes: c.bytes}
		copy(out.Digest[:], h.Sum(nil))
		m.w.say(pipeline.In("meta/pitm"), out)
	}
}

// itemDigest is that digest at work.
type itemDigest struct {
	m     *bmff
	items map[uint32]parts.Item
	codec string
	bytes int64
	left  int64 // bytes that may still be read: items named twice would count twice
	seen  int
}

// add adds an item; false says that some of it is not in the file.
func (c *itemDigest) add(h hash.Hash, it parts.Item, depth int) bool {
	if c.seen++; depth > 4 || c.seen > parts.MaxItems {
		return false
	}
	h.Write([]byte(it.Type + "\n"))
	for _, p := range it.Properties {
		switch p.Name {
		case "hvcC", "avcC", "av1C", "vvcC", "jpgC":
			if !c.copy(h, p.Body, p.Length) {
				return false
			}
			c.codec = it.Type
		}
	}
	for _, s := range it.Stretches {
		if !c.copy(h, s.At, s.Length) {
			return false
		}
	}
	for _, r := range it.References {
		if r.Type != "dimg" {
			continue
		}
		for _, id := range r.To {
			from, ok := c.items[id]
			if !ok || !c.add(h, from, depth+1) {
				return false
			}
		}
	}
	if c.codec == "" {
		c.codec = it.Type
	}
	return true
}

func (c *itemDigest) copy(h hash.Hash, at, length int64) bool {
	if length <= 0 || at < 0 || length > c.left || at > c.m.w.size-length {
		return false
	}
	c.left -= length
	c.bytes += length
	return c.m.w.digest(h, at, length) == nil
}
