package structure

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"dokaz/pipeline"
)

// coded digests the picture of one JPEG stream and nothing else. Into jpeg-coded/1 go, for each scan: the payload of the frame
// header, the restart interval, arithmetic conditioning, the quantisation table of each component of the frame, the Huffman
// tables that the scan uses, the payload of the scan header and the entropy-coded data with their restart markers. Each part is
// preceded by its length. Application segments, comments and the way in which tables are spread over segments are no part of it.
type coded struct {
	w            *walk
	sum          hash.Hash
	frame        []byte
	restart      int
	conditioning []byte
	quantisation [4][64]int
	huffman      [2][4][]byte
	from, to     int64 // first and last byte of entropy-coded data
	bytes        int64
}

func (c *coded) part(b []byte) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(b)))
	c.sum.Write(n[:])
	c.sum.Write(b)
}

// begin takes in what the scan of that header is decoded with.
func (c *coded) begin(header []byte) {
	if c.w.bare {
		return
	}
	if c.sum == nil {
		c.sum = sha256.New()
	}
	c.part(c.frame)
	c.part([]byte{byte(c.restart >> 8), byte(c.restart)})
	c.part(c.conditioning)
	for i := 8; i < len(c.frame); i += 3 {
		values := make([]byte, 0, 128)
		for _, v := range c.quantisation[c.frame[i]&3] {
			values = binary.BigEndian.AppendUint16(values, uint16(v))
		}
		c.part(values)
	}
	if len(header) > 0 {
		for i := range min(int(header[0]), (len(header)-1)/2) {
			c.part(c.huffman[0][header[2+2*i]>>4&3])
			c.part(c.huffman[1][header[2+2*i]&3])
		}
	}
	c.part(header)
}

// entropy takes in the data from from to to.
func (c *coded) entropy(from, to int64) error {
	if c.sum == nil || to <= from {
		return nil
	}
	if c.bytes == 0 {
		c.from = from
	}
	c.to = to
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(to-from))
	c.sum.Write(n[:])
	c.bytes += to - from
	return c.w.digest(c.sum, from, to-from)
}

// tell says the digest, if there was a picture.
func (c *coded) tell(say pipeline.Say) {
	if c.sum == nil || c.bytes == 0 {
		return
	}
	var d pipeline.Digest
	copy(d[:], c.sum.Sum(nil))
	say(pipeline.At(c.from, c.to-c.from), pipeline.CodedDigest{Algorithm: "jpeg-coded/1", Codec: "jpeg", Digest: d, Bytes: c.bytes})
}
