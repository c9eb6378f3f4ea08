package exif

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// pngWords is one text chunk of PNG (W3C PNG third edition §11.3.3).
type pngWords struct {
	keyword, language, text string
	at                      int64 // of the text in the chunk, 0 where it was inflated
	note                    string
}

var errNoText = errors.New("no text behind the keyword")

// pngText says a text chunk as a field under its keyword, and what it declares.
func (x *examination) pngText(b block) error {
	if b.size > maxXMP {
		return fmt.Errorf("text of %s bytes, the limit is %s: %w", tiff.Grouped(b.size), tiff.Grouped(maxXMP), pipeline.ErrRefused)
	}
	raw, err := b.bytes(b.size)
	if err != nil {
		return err
	}
	var t pngWords
	switch b.path[:4] {
	case "iTXt":
		t, err = international(raw, x.limits.Inflated)
	default:
		t, err = latin(raw, b.path[0] == 'z', x.limits.Inflated)
	}
	if t.keyword == "" {
		return err
	}
	w := b.where("", 0, b.size)
	if t.at > 0 {
		w = b.where("", t.at, b.size-t.at)
	}
	p := letters([]byte(t.text))
	if p.note == noteUTF8 {
		p.note = ""
	}
	x.tag(w, pipeline.Tag{Reader: readerOwn, Group: "PNG", ID: b.path[:4], Name: clip(t.keyword, maxPath), Value: p.text, Cut: p.cut, Note: also(t.note, p.note)})
	if d, ok := declaration("PNG:"+t.keyword, t.text); ok {
		x.say(w, d)
	}
	if t.keyword == "Software" && t.text != "" {
		x.say(w, pipeline.EncoderTrace{Source: "PNG:Software", Value: clip(t.text, maxText)})
	}
	return err
}

// latin reads tEXt and zTXt: keyword, then text in Latin-1, deflated or not.
func latin(b []byte, deflated bool, most int64) (pngWords, error) {
	end := bytes.IndexByte(b[:min(len(b), 80)], 0)
	if end <= 0 {
		return pngWords{}, errNoText
	}
	t := pngWords{keyword: runes(b[:end]), at: int64(end) + 1}
	body := b[end+1:]
	var err error
	if deflated {
		t.at, t.note = 0, "inflated"
		if len(body) < 1 {
			return t, errNoText
		}
		body, err = inflate(body[1:], most)
	}
	t.text = runes(body)
	return t, err
}

// international reads iTXt: keyword, compression flag and method, language, translated keyword, text in UTF-8.
func international(b []byte, most int64) (pngWords, error) {
	end := bytes.IndexByte(b[:min(len(b), 80)], 0)
	if end <= 0 || end+3 > len(b) {
		return pngWords{}, errNoText
	}
	t := pngWords{keyword: runes(b[:end])}
	deflated, at := b[end+1] == 1, end+3
	for range 2 {
		n := bytes.IndexByte(b[at:], 0)
		if n < 0 {
			return t, errNoText
		}
		if t.language == "" {
			t.language = string(b[at : at+n])
		}
		at += n + 1
	}
	body := b[at:]
	var err error
	if t.at = int64(at); deflated {
		t.at, t.note = 0, "inflated"
		body, err = inflate(body, most)
	}
	if t.language != "" {
		t.note = also("language "+clip(t.language, maxBinary), t.note)
	}
	t.text = string(body)
	return t, err
}

// inflate gives what there is of a zlib stream, within the bound.
func inflate(b []byte, most int64) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	defer z.Close() // nothing is lost by closing a reader of memory
	out, err := io.ReadAll(io.LimitReader(z, most+1))
	if n := int64(len(out)); n > most {
		return out[:most], pipeline.Over("inflated bytes of a text", n, most)
	}
	return out, err
}

// runes reads Latin-1; text that is UTF-8 all the same, against the standard and common, is left as it is.
func runes(b []byte) string {
	if letters(b).note == noteUTF8 {
		return string(b)
	}
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
	}
	return string(out)
}
