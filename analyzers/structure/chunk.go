package structure

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"strings"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// png tells chunks with their checksums (W3C PNG third edition §5), and digests the coded picture: png-coded/1 is the payload of
// IHDR, PLTE, tRNS and of all IDAT put together, each of the four preceded by its length.
func (w *walk) png() error {
	w.add(top, 0, 8, pipeline.Piece{Format: "png", Name: "signature", Header: 8, Label: "PNG signature"})
	at := int64(8)
	var order []string
	coded := pngCoded{w: w}
	for c, err := range parts.PNGChunks(w, w.size) {
		if err != nil {
			w.pngSign(order)
			coded.tell()
			return w.broken("png", at, err)
		}
		p := pipeline.Piece{Format: "png", Name: c.Name, Header: 8, Label: pngLabels()[c.Name]}
		if p.Label == "" {
			p.Note = "unknown"
		}
		body, sum, err := w.checked(c, &coded)
		if err != nil {
			return err
		}
		if stated, err := w.bytes(c.End(), 4); err != nil {
			return err
		} else if binary.BigEndian.Uint32(stated) != sum {
			p.Note = strings.TrimPrefix(p.Note+"; ", "; ") + fmt.Sprintf("checksum is %08x, states %08x", sum, stated)
		}
		p.Fields = w.chunkFields(c, body)
		i := w.add(top, c.At, c.Length+12, p)
		switch {
		case c.Name == "eXIf" && c.Length > 8:
			err = w.directories(i, c.Body, c.Length, "IFD0")
		case c.Name == "iCCP":
			w.pngProfile(i, c, body)
		}
		if err != nil {
			return err
		}
		if n := len(order); n == 0 || order[n-1] != c.Name {
			order = append(order, c.Name)
		}
		at = c.End() + 4
	}
	w.pngSign(order)
	coded.tell()
	return w.behind(at, &stream{w: w})
}

func (w *walk) pngSign(order []string) { w.sign("png-chunks/1", strings.Join(order, " ")) }

// checked reads a chunk whole for its checksum, gives its first bytes, and lets the digest of the picture take its part.
func (w *walk) checked(c parts.Part, coded *pngCoded) (head []byte, sum uint32, err error) {
	crc := crc32.NewIEEE()
	crc.Write([]byte(c.Name))
	for at := c.Body; at < c.End(); {
		b, err := w.into(&w.room.chunk, at, min(c.End()-at, hashChunk))
		if err != nil {
			return nil, 0, err
		}
		if at == c.Body && c.Name != "IDAT" && c.Name != "fdAT" {
			head = bytes.Clone(b[:min(len(b), maxHead)])
		}
		crc.Write(b)
		coded.take(c, at, b)
		at += int64(len(b))
	}
	return head, crc.Sum32(), nil
}

// pngCoded digests the coded picture.
type pngCoded struct {
	w     *walk
	named [3][]byte // IHDR, PLTE, tRNS
	data  int64     // bytes of all IDAT
	idat  []parts.Part
}

func (c *pngCoded) take(p parts.Part, at int64, b []byte) {
	for i, name := range []string{"IHDR", "PLTE", "tRNS"} {
		if p.Name == name && len(c.named[i]) < maxHead {
			c.named[i] = append(c.named[i], b...)
		}
	}
	if p.Name == "IDAT" && at == p.Body {
		c.idat = append(c.idat, p)
		c.data += p.Length
	}
}

// tell reads the data once more, now that their length is known.
func (c *pngCoded) tell() {
	if c.data == 0 || c.w.bare {
		return
	}
	sum := sha256.New()
	put := func(n int64, b []byte) {
		var l [8]byte
		binary.BigEndian.PutUint64(l[:], uint64(n))
		sum.Write(l[:])
		sum.Write(b)
	}
	for _, b := range c.named {
		put(int64(len(b)), b)
	}
	put(c.data, nil)
	for _, p := range c.idat {
		if err := c.w.digest(sum, p.Body, p.Length); err != nil {
			return
		}
	}
	var d pipeline.Digest
	copy(d[:], sum.Sum(nil))
	first, last := c.idat[0], c.idat[len(c.idat)-1]
	c.w.say(pipeline.At(first.Body, last.End()-first.Body), pipeline.CodedDigest{Algorithm: "png-coded/1", Codec: "png", Digest: d, Bytes: c.data})
}

// chunkFields decodes the chunks of fixed form, and keywords of text.
func (w *walk) chunkFields(c parts.Part, b []byte) []pipeline.Field {
	u32 := binary.BigEndian.Uint32
	at := c.Body
	switch {
	case c.Name == "IHDR" && len(b) >= 13:
		return []pipeline.Field{
			field("width", u32(b), at, 4), field("height", u32(b[4:]), at+4, 4), field("bit depth", b[8], at+8, 1), field("colour type", b[9], at+9, 1),
			field("compression", b[10], at+10, 1), field("filter", b[11], at+11, 1), field("interlace", b[12], at+12, 1),
		}
	case c.Name == "pHYs" && len(b) >= 9:
		return []pipeline.Field{field("x", u32(b), at, 4), field("y", u32(b[4:]), at+4, 4), field("unit", b[8], at+8, 1)}
	case c.Name == "gAMA" && len(b) >= 4:
		return []pipeline.Field{field("gamma", u32(b), at, 4)}
	case c.Name == "sRGB" && len(b) >= 1:
		return []pipeline.Field{field("rendering intent", b[0], at, 1)}
	case c.Name == "tIME" && len(b) >= 7:
		return []pipeline.Field{field("time", fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02dZ", binary.BigEndian.Uint16(b), b[2], b[3], b[4], b[5], b[6]), at, 7)}
	case c.Name == "acTL" && len(b) >= 8:
		if n := int64(u32(b)); n > w.limits.Frames {
			w.pass("frames", n, w.limits.Frames)
		}
		return []pipeline.Field{field("frames", u32(b), at, 4), field("plays", u32(b[4:]), at+4, 4)}
	case c.Name == "fcTL" && len(b) >= 26:
		w.animated.add(u32(b[4:]), u32(b[8:]))
	case c.Name == "tEXt" || c.Name == "zTXt" || c.Name == "iTXt" || c.Name == "iCCP":
		end := bytes.IndexByte(b[:min(len(b), 80)], 0)
		if end < 0 {
			return nil
		}
		out := []pipeline.Field{field("keyword", visible(b[:end]), at, int64(end))}
		if c.Name == "tEXt" {
			out = append(out, field("text", string(b[end+1:]), at+int64(end)+1, c.Length-int64(end)-1))
		}
		return out
	}
	return nil
}

// pngProfile inflates a profile within the bound.
func (w *walk) pngProfile(parent int, c parts.Part, b []byte) {
	end := bytes.IndexByte(b, 0)
	if end < 0 || end+2 > len(b) {
		return
	}
	z, err := zlib.NewReader(bytes.NewReader(b[end+2:]))
	if err != nil {
		w.note(parent, "profile: "+err.Error())
		return
	}
	defer z.Close() // nothing is lost by closing a reader of memory
	most := w.limits.Inflated
	profile, err := io.ReadAll(io.LimitReader(z, most+1)) // what was inflated before a fault is told
	if n := int64(len(profile)); n > most {
		w.pass("inflated bytes of a profile", n, most)
		profile = profile[:most]
	}
	if err != nil {
		w.note(parent, "profile: "+err.Error())
	}
	w.profile(parent, c.Body+int64(end)+2, c.Length-int64(end)-2, profile, -1)
}

// gif tells blocks (GIF89a).
func (w *walk) gif() error {
	at := int64(0)
	var order []string
	for b, err := range parts.GIFBlocks(w, w.size) {
		if err != nil {
			return w.broken("gif", at, err)
		}
		p := pipeline.Piece{Format: "gif", Name: b.Name}
		head, err := w.bytes(b.At, min(b.Length, 32))
		if err != nil {
			return err
		}
		if b.Name == "extension" && len(head) > 1 {
			p.Name = fmt.Sprintf("extension %02X", head[1])
		}
		p.Label = gifLabels()[p.Name]
		if p.Label == "" {
			p.Note = "unknown"
		}
		p.Fields = blockFields(b, head)
		if b.Name == "image" && len(head) >= 10 {
			w.animated.add(uint32(binary.LittleEndian.Uint16(head[5:])), uint32(binary.LittleEndian.Uint16(head[7:])))
		}
		w.add(top, b.At, b.Length, p)
		if n := len(order); n == 0 || order[n-1] != p.Name {
			order = append(order, p.Name)
		}
		at = b.End()
	}
	w.sign("gif-blocks/1", strings.Join(order[:min(len(order), 64)], " "))
	return w.behind(at, &stream{w: w})
}

func blockFields(b parts.Part, head []byte) []pipeline.Field {
	u16 := binary.LittleEndian.Uint16
	switch {
	case b.Name == "screen" && len(head) >= 13:
		return []pipeline.Field{field("version", visible(head[:6]), 0, 6), field("width", u16(head[6:]), 6, 2), field("height", u16(head[8:]), 8, 2)}
	case b.Name == "image" && len(head) >= 10:
		return []pipeline.Field{field("width", u16(head[5:]), b.At+5, 2), field("height", u16(head[7:]), b.At+7, 2)}
	case b.Name == "extension" && len(head) >= 14 && head[1] == 0xff:
		return []pipeline.Field{field("application", visible(head[3:14]), b.At+3, 11)}
	case b.Name == "extension" && len(head) > 3 && head[1] == 0xfe:
		return []pipeline.Field{field("comment", visible(head[3:min(len(head), 3+int(head[2]))]), b.At+3, int64(head[2]))}
	}
	return nil
}

// webp tells the chunks of a WebP file (RFC 9649 §2), those of animation frames within them, and digests the coded picture:
// webp-coded/1 is the payload of VP8, VP8L, ALPH and ANMF chunks in their order, each preceded by its name and length.
func (w *walk) webp() error {
	b, err := w.bytes(0, 12)
	if err != nil || len(b) < 12 {
		return err
	}
	end := min(w.size, 8+u32le(b[4:]))
	root := w.add(top, 0, end, pipeline.Piece{Format: "riff", Name: "RIFF", Header: 12, Label: webpLabels()["RIFF"], Fields: []pipeline.Field{field("size", u32le(b[4:]), 4, 4), field("form", visible(b[8:12]), 8, 4)}})
	sum, coded, from, to := sha256.New(), int64(0), int64(0), int64(0)
	var order []string
	for c, err := range parts.RIFFChunks(w, 12, end) {
		if err != nil {
			return err
		}
		i, err := w.webpChunk(root, c)
		if err != nil {
			return err
		}
		order = append(order, strings.TrimSpace(visible([]byte(c.Name))))
		switch {
		case c.End() > end:
			w.note(i, "runs past the end")
		case c.Name == "EXIF":
			skip := int64(0)
			if b, err := w.bytes(c.Body, 6); err == nil && string(b) == "Exif\x00\x00" {
				skip = 6
			}
			err = w.directories(i, c.Body+skip, c.Length-skip, "IFD0")
		case c.Name == "ICCP" && c.Length <= w.limits.Inflated:
			var profile []byte
			if profile, err = w.bytes(c.Body, c.Length); err == nil {
				w.profile(i, c.Body, c.Length, profile, c.Body)
			}
		case c.Name == "VP8 " || c.Name == "VP8L" || c.Name == "ALPH" || c.Name == "ANMF":
			if coded == 0 {
				from = c.At
			}
			coded, to = coded+c.Length, c.End()
			sum.Write(binary.BigEndian.AppendUint64([]byte(c.Name), uint64(c.Length)))
			if !w.bare {
				err = w.digest(sum, c.Body, c.Length)
			}
		}
		if err != nil {
			return err
		}
	}
	w.sign("webp-chunks/1", strings.Join(order[:min(len(order), 64)], " "))
	if coded > 0 && !w.bare {
		var d pipeline.Digest
		copy(d[:], sum.Sum(nil))
		w.say(pipeline.At(from, to-from), pipeline.CodedDigest{Algorithm: "webp-coded/1", Codec: "webp", Digest: d, Bytes: coded})
	}
	return w.behind(end+end%2, &stream{w: w})
}

func (w *walk) webpChunk(parent int, c parts.Part) (int, error) {
	name := strings.TrimSpace(visible([]byte(c.Name)))
	p := pipeline.Piece{Format: "riff", Name: name, Header: 8, Label: webpLabels()[c.Name]}
	if p.Label == "" {
		p.Note = "unknown"
	}
	if c.Name == "ANMF" {
		b, err := w.bytes(c.Body, 12)
		if err != nil {
			return 0, err
		}
		if len(b) == 12 {
			w.animated.add(1+(uint32(b[6])|uint32(b[7])<<8|uint32(b[8])<<16), 1+(uint32(b[9])|uint32(b[10])<<8|uint32(b[11])<<16))
		}
	}
	if c.Name == "VP8X" {
		b, err := w.bytes(c.Body, 10)
		if err != nil {
			return 0, err
		}
		if len(b) == 10 {
			p.Fields = []pipeline.Field{
				field("flags", fmt.Sprintf("%02x", b[0]), c.Body, 1),
				field("width", 1+(int(b[4])|int(b[5])<<8|int(b[6])<<16), c.Body+4, 3), field("height", 1+(int(b[7])|int(b[8])<<8|int(b[9])<<16), c.Body+7, 3),
			}
		}
	}
	return w.add(parent, c.At, c.Length+8, p), nil
}
