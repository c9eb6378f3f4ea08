package exif

import (
	"encoding/binary"
	"strconv"
	"strings"

	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// plist says the numbers of a binary property list of one dictionary with ASCII keys, which is how Apple writes the time since the
// device was started (layout: Apple's CFBinaryPList.c): objects, a table of their offsets, and 32 bytes that say where it is.
func (x *examination) plist(n notes, e tiff.Entry, id, name string) {
	b := e.Value
	if len(b) < 40 || string(b[:8]) != "bplist00" {
		return
	}
	trailer := b[len(b)-32:]
	width, ref := int(trailer[6]), int(trailer[7])
	u64 := binary.BigEndian.Uint64
	count, top, table := u64(trailer[8:]), u64(trailer[16:]), u64(trailer[24:])
	if width < 1 || width > 4 || ref != 1 || count > 64 || top >= count || table+count*uint64(width) > uint64(len(b)) {
		return
	}
	place := func(object uint64) int {
		at := uint64(0)
		for _, c := range b[table+object*uint64(width):][:width] {
			at = at<<8 | uint64(c)
		}
		return int(min(at, uint64(len(b)-32)))
	}
	at := place(top)
	pairs := int(b[at] & 15)
	if b[at]>>4 != 0xd || pairs == 15 || at+1+2*pairs > len(b)-32 {
		return
	}
	for i := range pairs {
		k, v := uint64(b[at+1+i]), uint64(b[at+1+pairs+i])
		if k >= count || v >= count {
			continue
		}
		word, ok := plistText(b[place(k):])
		number, length, ok2 := plistNumber(b[place(v):])
		if ok && ok2 && word != "" {
			x.tag(n.where(e.ValueAt+int64(place(v)), int64(length), e), pipeline.Tag{
				Reader: readerOwn, Group: n.name, ID: id + ":" + word, Name: name + strings.ToUpper(word[:1]) + word[1:], Value: strconv.FormatInt(number, 10),
			})
		}
	}
}

// plistText reads a short ASCII string.
func plistText(b []byte) (string, bool) {
	n := int(b[0] & 15)
	if b[0]>>4 != 5 || n == 15 || 1+n > len(b) || !asciiOnly(b[1:1+n]) {
		return "", false
	}
	return string(b[1 : 1+n]), true
}

// plistNumber reads an integer of 1, 2, 4 or 8 bytes.
func plistNumber(b []byte) (v int64, length int, ok bool) {
	if b[0]>>4 != 1 || b[0]&15 > 3 {
		return 0, 0, false
	}
	length = 1 << (b[0] & 15)
	if 1+length > len(b) {
		return 0, 0, false
	}
	for _, c := range b[1 : 1+length] {
		v = v<<8 | int64(c)
	}
	return v, length + 1, true
}
