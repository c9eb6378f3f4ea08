package structure

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"dokaz/pipeline"
)

// quantisation decodes the tables of one DQT segment (T.81 B.2.4.1) and remembers them.
func (s *stream) quantisation(b []byte, at int64) []pipeline.Field {
	var out []pipeline.Field
	for len(b) > 0 {
		width := 1 + int(b[0]>>4)
		if width > 2 || len(b) < 1+64*width {
			break
		}
		var values [64]int
		words := make([]string, 64)
		for i := range values {
			values[i] = int(b[1+i*width])
			if width == 2 {
				values[i] = values[i]<<8 | int(b[2+2*i])
			}
			words[i] = fmt.Sprint(values[i])
		}
		id := int(b[0] & 15)
		name := fmt.Sprintf("table %d", id)
		if width == 2 {
			name += ", 16 bit"
		}
		out = append(out, field(name, strings.Join(words, " "), at, int64(1+64*width)))
		if of, q, ok := quality(values); ok {
			out = append(out, field(name+" is", fmt.Sprintf("standard %s table at IJG quality %d", of, q), 0, 0))
		}
		s.tables = append(s.tables, fmt.Sprintf("DQT %d %s", id, strings.Join(words, ",")))
		s.coded.quantisation[id&3] = values
		b, at = b[1+64*width:], at+int64(1+64*width)
	}
	return out
}

// huffman decodes the tables of one DHT segment (T.81 B.2.4.2) and remembers them.
func (s *stream) huffman(b []byte, at int64) []pipeline.Field {
	var out []pipeline.Field
	for len(b) >= 17 {
		codes := 0
		for _, n := range b[1:17] {
			codes += int(n)
		}
		if len(b) < 17+codes {
			break
		}
		class, id := b[0]>>4, b[0]&15
		name := fmt.Sprintf("%s table %d", []string{"DC", "AC"}[class&1], id)
		sum := sha256.Sum256(b[1 : 17+codes])
		digest := hex.EncodeToString(sum[:])
		label := standards().huffman[digest]
		value := label
		if label == "" {
			value = fmt.Sprintf("%d codes, SHA-256 %s…", codes, digest[:16])
			label = digest[:16]
		}
		out = append(out, field(name, value, at, int64(17+codes)))
		s.tables = append(s.tables, fmt.Sprintf("DHT %d%d %s", class, id, label))
		s.coded.huffman[class&1][id&3] = append([]byte{}, b[1:17+codes]...)
		b, at = b[17+codes:], at+int64(17+codes)
	}
	return out
}

// sign says the signature of the header: the order of application segments and comments, frame type and sampling, quantisation
// and Huffman tables, restart interval and number of scans. Size and contents of segments are no part of it.
func (s *stream) sign() {
	lines := append([]string{strings.Join(s.app, " "), s.frame}, s.tables...)
	lines = append(lines, fmt.Sprintf("DRI %d", s.restart), fmt.Sprintf("scans %d", s.scans))
	s.w.sign("jpeg-header/1", strings.Join(lines, "\n"))
}

// sign says a signature with its text within the bound.
func (w *walk) sign(algorithm, text string) {
	f := pipeline.Signature{Algorithm: algorithm, Digest: pipeline.DigestOf([]byte(text)), Text: text}
	if len(text) > pipeline.MaxSignatureText {
		f.Text, f.Cut = strings.ToValidUTF8(text[:pipeline.MaxSignatureText], ""), true
	}
	w.say(pipeline.Where{}, f)
}
