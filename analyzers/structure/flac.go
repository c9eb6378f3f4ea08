package structure

import (
	"encoding/binary"
	"encoding/hex"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

var flacLabels = labels("flac-block")

// Bounds on metadata blocks: how many one file has, and the bytes that are read of each.
const (
	maxFLACBlocks = 256
	maxFLACBody   = 1 << 20
)

// flac takes a FLAC file apart (RFC 9639 §8): its metadata blocks, and the frames as a whole.
func (w *walk) flac() error {
	at := int64(4)
	w.add(top, 0, at, pipeline.Piece{Format: "flac", Name: "fLaC", Label: "stream marker"})
	for range maxFLACBlocks {
		head, err := w.bytes(at, 4)
		if err != nil {
			return err
		}
		if len(head) < 4 {
			return w.broken("flac", at, &parts.Cut{At: at})
		}
		n := int64(head[1])<<16 | int64(head[2])<<8 | int64(head[3])
		name := flacBlocks[min(int(head[0]&0x7f), len(flacBlocks)-1)]
		p := pipeline.Piece{Format: "flac", Name: name, Header: 4, Label: flacLabels()[name]}
		if missing := at + 4 + n - w.size; missing > 0 {
			p.Note = "runs " + grouped(missing) + " bytes past the end of what holds it"
		}
		i := w.add(top, at, 4+n, p)
		body, err := w.bytes(at+4, min(n, maxFLACBody))
		if err != nil {
			return err
		}
		if err := w.flacBlock(i, name, body, at+4, n); err != nil {
			return err
		}
		if at += 4 + n; head[0]&0x80 != 0 || at >= w.size {
			break
		}
	}
	if at < w.size {
		end := w.endTags(at)
		w.add(top, at, end-at, pipeline.Piece{Format: "flac", Name: "frames", Label: flacLabels()["frames"]})
	}
	return nil
}

// flacBlocks are the types of blocks by number (§8.1).
var flacBlocks = []string{"STREAMINFO", "PADDING", "APPLICATION", "SEEKTABLE", "VORBIS_COMMENT", "CUESHEET", "PICTURE", "reserved"}

// flacBlock decodes a block.
func (w *walk) flacBlock(i int, name string, b []byte, at, n int64) error {
	u16, u32 := binary.BigEndian.Uint16, binary.BigEndian.Uint32
	switch {
	case name == "STREAMINFO" && len(b) >= 34:
		w.put(i, "minimum block size", u16(b), at, 2)
		w.put(i, "maximum block size", u16(b[2:]), at+2, 2)
		w.put(i, "minimum frame size", u32(b[4:])>>8, at+4, 3)
		w.put(i, "maximum frame size", u32(b[6:])&0xffffff, at+7, 3)
		packed := binary.BigEndian.Uint64(b[10:])
		w.put(i, "sample rate", packed>>44, at+10, 3)
		w.put(i, "channels", packed>>41&7+1, at+12, 1)
		w.put(i, "bits per sample", packed>>36&31+1, at+12, 2)
		w.put(i, "samples", packed&(1<<36-1), at+13, 5)
		w.put(i, "MD5 of the samples", hex.EncodeToString(b[18:34]), at+18, 16)
	case name == "APPLICATION" && len(b) >= 4:
		w.put(i, "application", code(b[:4]), at, 4)
	case name == "SEEKTABLE":
		w.put(i, "points", n/18, at, n)
	case name == "VORBIS_COMMENT":
		var l laid
		l.add(b, at)
		w.comments(i, &l, 0)
	case name == "CUESHEET" && len(b) >= 396:
		w.put(i, "catalogue number", visible(b[:128]), at, 128)
		w.put(i, "tracks", b[395], at+395, 1)
	case name == "PICTURE":
		return w.flacPicture(i, b, at)
	}
	return nil
}

// flacPicture reads a picture block (§8.8), and what it holds where that is JPEG.
func (w *walk) flacPicture(i int, b []byte, at int64) error {
	from := 0
	u32 := func() (int64, bool) {
		if from+4 > len(b) {
			return 0, false
		}
		from += 4
		return int64(binary.BigEndian.Uint32(b[from-4:])), true
	}
	str := func(name string) bool {
		n, ok := u32()
		if !ok || n > int64(len(b)-from) {
			return false
		}
		w.put(i, name, text(b[from:from+int(n)]), at+int64(from), n)
		from += int(n)
		return true
	}
	kind, ok := u32()
	if !ok {
		return nil
	}
	w.put(i, "type", kind, at, 4)
	if !str("media type") || !str("description") {
		w.note(i, "cut off")
		return nil
	}
	for _, name := range []string{"width", "height", "depth", "colours"} {
		v, ok := u32()
		if !ok {
			return nil
		}
		w.put(i, name, v, at+int64(from)-4, 4)
	}
	if n, ok := u32(); ok && n <= w.size-at-int64(from) {
		return w.picture(i, at+int64(from), n)
	}
	return nil
}

// picture walks an embedded picture of JPEG and shows it.
func (w *walk) picture(parent int, at, n int64) error {
	if head, err := w.bytes(at, min(n, 3)); err != nil || string(head) != "\xff\xd8\xff" {
		return err
	}
	w.embedded(parent, at, n)
	return w.preview(at, n)
}
