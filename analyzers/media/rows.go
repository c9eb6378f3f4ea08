package media

import (
	"bufio"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"io"

	"dokaz/analyzers/internal/libav"
	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// rows says how much of a damaged photo decoded, in rows of what is stored, from the top. Nothing is told of one that is whole, and no
// number of rows where a decoder does not show it.
func (p *Projector) rows(it pipeline.Item, o pipeline.Original, s still, damage error) *pipeline.Decoded {
	d := libav.Damage(damage)
	if damage == nil || errors.Is(damage, pipeline.ErrRefused) {
		return nil
	}
	out := &pipeline.Decoded{Errors: 1}
	if d != nil {
		out.Errors = max(d.Packets, 1)
	}
	height := s.picture.Bounds().Dy()
	stored := height
	if s.full.Y > 0 {
		stored = s.full.Y
	}
	read, ok := 0, false
	switch m := s.picture.(type) {
	case *image.YCbCr:
		if it.Format == "jpeg" {
			read, ok = writtenRows(m), true
		}
	default:
		if it.Format == "png" {
			read, ok = inflatedRows(io.NewSectionReader(o, 0, it.Size), p.limits.Pixels)
		}
	}
	if ok {
		out.Read, out.Stated = int64(read)*int64(stored)/int64(max(height, 1)), int64(stored)
	}
	return out
}

// writtenRows counts the rows down to the last that the decoder wrote. It begins with memory of zeros, and no picture of full range is
// zero in luma and in both differences of colour (ITU-T T.871 §7: black is 0, 128, 128).
func writtenRows(m *image.YCbCr) int {
	b := m.Bounds()
	for y := b.Max.Y - 1; y >= b.Min.Y; y-- {
		row := m.Y[m.YOffset(b.Min.X, y):][:b.Dx()]
		c, n := m.COffset(b.Min.X, y), (m.COffset(b.Max.X-1, y)-m.COffset(b.Min.X, y))+1
		for _, v := range [][]uint8{row, m.Cb[c:][:n], m.Cr[c:][:n]} {
			for _, sample := range v {
				if sample != 0 {
					return y - b.Min.Y + 1
				}
			}
		}
	}
	return 0
}

// inflatedRows counts the whole rows of a PNG that is not interlaced by the bytes that its data inflates to (W3C PNG third edition §7.2).
func inflatedRows(src *io.SectionReader, pixels int64) (rows int, ok bool) {
	var head [29]byte
	if n, _ := src.ReadAt(head[:], 0); n < len(head) || head[28] != 0 {
		return 0, false
	}
	width, height := int64(binary.BigEndian.Uint32(head[16:])), int64(binary.BigEndian.Uint32(head[20:]))
	row := rowBytes(width, head[:])
	if row == 0 || width == 0 || libav.PixelsAllowed(width, height, pixels) != nil {
		return 0, false
	}
	z, err := zlib.NewReader(&idat{src: src, at: 8})
	if err != nil {
		return 0, true
	}
	n, _ := io.Copy(io.Discard, io.LimitReader(z, row*height)) // it breaks off where the data does
	return int(n / row), true
}

// mended decodes what there is of a PNG that is not interlaced: the rows that its data inflates to, and zeros below. ok is false where
// no row is there.
func mended(src *io.SectionReader, d goDecoder, pixels int64) (img image.Image, ok bool) {
	rows, counted := inflatedRows(src, pixels)
	if !counted || rows == 0 {
		return nil, false
	}
	r, w := io.Pipe()
	go func() { _ = w.CloseWithError(mend(src, w)) }()
	img, err := func() (img image.Image, err error) {
		defer recovered(&err)
		return d.decode(r)
	}()
	_ = r.Close() // the writer ends with it
	return img, err == nil
}

// mend writes a whole PNG: the chunks before the data as they are, and the data anew.
func mend(src *io.SectionReader, out io.Writer) error {
	w := bufio.NewWriterSize(out, 64<<10)
	head := make([]byte, 33)
	if n, err := src.ReadAt(head, 0); n < len(head) {
		return err
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	for c, err := range parts.PNGChunks(src, src.Size()) {
		if err != nil || c.Name == "IDAT" {
			break // what is cut off before the data leaves nothing to mend
		}
		if c.Name != "PLTE" && c.Name != "tRNS" {
			continue
		}
		if _, err := io.Copy(w, io.NewSectionReader(src, c.At, c.Length+12)); err != nil {
			return err
		}
	}
	z, err := zlib.NewWriterLevel(chunked{w}, zlib.NoCompression)
	if err != nil {
		return err
	}
	in, err := zlib.NewReader(&idat{src: src, at: 8})
	if err != nil {
		return err
	}
	whole := bytesOfRows(head)
	n, _ := io.Copy(z, io.LimitReader(in, whole)) // it breaks off where the data does
	for zeros := make([]byte, 64<<10); n < whole; {
		k, err := z.Write(zeros[:min(whole-n, int64(len(zeros)))])
		if err != nil {
			return err
		}
		n += int64(k)
	}
	if err := z.Close(); err != nil {
		return err
	}
	if _, err := w.Write(chunk("IEND", nil)); err != nil {
		return err
	}
	return w.Flush()
}

// chunked writes what it gets as IDAT chunks.
type chunked struct{ w io.Writer }

func (c chunked) Write(b []byte) (int, error) {
	if _, err := c.w.Write(chunk("IDAT", b)); err != nil {
		return 0, err
	}
	return len(b), nil
}

func chunk(name string, b []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(b)))
	out = append(append(out, name...), b...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// bytesOfRows is what the data of a PNG inflates to by its header; 0 where that is none that is known.
func bytesOfRows(head []byte) int64 {
	width, height := int64(binary.BigEndian.Uint32(head[16:])), int64(binary.BigEndian.Uint32(head[20:]))
	return rowBytes(width, head) * height
}

// rowBytes is a filter byte and the samples of one row (W3C PNG third edition §11.2.1).
func rowBytes(width int64, head []byte) int64 {
	channels := map[byte]int64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[head[25]]
	if channels == 0 {
		return 0
	}
	return 1 + (width*channels*int64(head[24])+7)/8
}

// idat reads the data of IDAT chunks in a row, as far as there are any.
type idat struct {
	src  *io.SectionReader
	at   int64 // of the next chunk
	left int64 // bytes of the chunk begun
	from int64
}

func (c *idat) Read(b []byte) (int, error) {
	for c.left == 0 {
		var head [8]byte
		if n, err := c.src.ReadAt(head[:], c.at); n < len(head) {
			return 0, errors.Join(io.ErrUnexpectedEOF, err)
		}
		length := int64(binary.BigEndian.Uint32(head[:]))
		if string(head[4:]) == "IDAT" {
			c.left, c.from = length, c.at+8
		}
		c.at += 12 + length
	}
	n, err := c.src.ReadAt(b[:min(int64(len(b)), c.left)], c.from)
	c.from, c.left = c.from+int64(n), c.left-int64(n)
	if n > 0 {
		return n, nil
	}
	return 0, err
}
