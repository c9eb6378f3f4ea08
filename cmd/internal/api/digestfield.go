package api

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"hash"
	"io"
	"strings"
)

// field is one value of a Content-Digest or Repr-Digest (RFC 9530 §2, §3): digests by algorithm.
type field map[string][]byte

// hashes are the algorithms of RFC 9530 §5 that count as active and are known here.
var hashes = map[string]func() hash.Hash{"sha-256": sha256.New, "sha-512": sha512.New}

// maxField bounds a digest field, bytes.
const maxField = 1024

// parseField reads the field as a dictionary of byte sequences (RFC 8941 §3.2, §3.3.5). Algorithms that are not known
// are passed over; a field that names no known one cannot be checked and is an error, since its sender counts on the check.
func parseField(text string) (field, *Problem) {
	out := field{}
	if len(text) > maxField {
		return nil, problem(DigestMalformed, "longer than %d bytes", maxField)
	}
	for member := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(strings.Trim(member, " \t"), "=")
		inner, framed := strings.CutPrefix(value, ":")
		inner, closed := strings.CutSuffix(inner, ":")
		if !ok || !framed || !closed {
			return nil, problem(DigestMalformed, "%q is not name=:base64:", member)
		}
		sum, err := base64.StdEncoding.DecodeString(inner)
		if err != nil {
			return nil, problem(DigestMalformed, "%q is not base64", inner)
		}
		mk, known := hashes[name]
		if !known {
			continue
		}
		if len(sum) != mk().Size() {
			return nil, problem(DigestMalformed, "%s has %d bytes, not %d", name, mk().Size(), len(sum))
		}
		out[name] = sum
	}
	if len(out) == 0 {
		return nil, problem(DigestMalformed, "no sha-256 and no sha-512").with("Want-Content-Digest", "sha-256=10, sha-512=9")
	}
	return out, nil
}

// header is where digest fields are read from.
type header interface{ Get(name string) string }

// expected reads both digest fields of a message or a part. Without a content coding the content is the representation.
func expected(h header) (field, *Problem) {
	all := field{}
	for _, name := range []string{"Content-Digest", "Repr-Digest"} {
		text := h.Get(name)
		if text == "" {
			continue
		}
		f, p := parseField(text)
		if p != nil {
			p.Detail = name + ": " + p.Detail
			return nil, p
		}
		for algorithm, sum := range f {
			if prior, twice := all[algorithm]; twice && !bytes.Equal(prior, sum) {
				return nil, problem(DigestMismatch, "the two fields differ in %s", algorithm)
			}
			all[algorithm] = sum
		}
	}
	return all, nil
}

// checked is a reader that ends in a problem where the bytes are not those expected.
type checked struct {
	r    io.Reader
	want field
	sums map[string]hash.Hash
}

// check wraps a reader where something is expected of it.
func (f field) check(r io.Reader) io.Reader {
	if len(f) == 0 {
		return r
	}
	c := &checked{r: r, want: f, sums: map[string]hash.Hash{}}
	for name := range f {
		c.sums[name] = hashes[name]()
	}
	return c
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for _, h := range c.sums {
		h.Write(p[:n])
	}
	if err != io.EOF { // a wrapped one is a broken stream, not its end
		return n, err
	}
	for name, want := range c.want {
		if got := c.sums[name].Sum(nil); !bytes.Equal(got, want) {
			return n, problem(DigestMismatch, "%s is %s", name, base64.StdEncoding.EncodeToString(got))
		}
	}
	return n, io.EOF
}
