package archive

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/bodgit/sevenzip"
	"github.com/ulikunitz/xz/lzma"

	"dokaz/pipeline"
)

// windowed refuses a dictionary larger than the limit before room is made for it.
func (x *unfolding) windowed(dictionary int64) error {
	if dictionary > x.limits.Window {
		return pipeline.Over("archive window", dictionary, x.limits.Window)
	}
	return nil
}

// dictionaryOf is the size that LZMA2 states in one byte, in 7z and xz alike (The .xz File Format 5.3.1).
func dictionaryOf(b byte) int64 {
	if b >= 40 {
		return 1<<32 - 1
	}
	return (2 | int64(b&1)) << (b/2 + 11)
}

// lzmaID and lzma2ID are the numbers of the methods in 7z (Methods.txt of the LZMA SDK).
var lzmaID, lzma2ID = []byte{3, 1, 1}, []byte{0x21}

// watchSevenZip has this unfolding see the dictionaries of 7z streams. The library keeps one decompressor of a method for a whole process,
// which here has one archive to open.
func (x *unfolding) watchSevenZip() {
	sevenzip.RegisterDecompressor(lzmaID, x.lzma)
	sevenzip.RegisterDecompressor(lzma2ID, x.lzma2)
}

// lzma reads a stream whose five bytes of properties end with the dictionary's size.
func (x *unfolding) lzma(properties []byte, size uint64, from []io.ReadCloser) (io.ReadCloser, error) {
	if len(properties) != 5 || len(from) != 1 {
		return nil, fmt.Errorf("lzma: %d bytes of properties, %d streams", len(properties), len(from))
	}
	if err := x.windowed(int64(binary.LittleEndian.Uint32(properties[1:]))); err != nil {
		return nil, err
	}
	head := binary.LittleEndian.AppendUint64(bytes.Clone(properties), size)
	r, err := lzma.NewReader(io.MultiReader(bytes.NewReader(head), from[0]))
	return closing{r, from[0]}, err
}

func (x *unfolding) lzma2(properties []byte, _ uint64, from []io.ReadCloser) (io.ReadCloser, error) {
	if len(properties) != 1 || properties[0] > 40 || len(from) != 1 {
		return nil, fmt.Errorf("lzma2: properties % x, %d streams", properties, len(from))
	}
	n := dictionaryOf(properties[0])
	if err := x.windowed(n); err != nil {
		return nil, err
	}
	r, err := lzma.Reader2Config{DictCap: int(max(n, lzma.MinDictCap))}.NewReader2(from[0])
	return closing{r, from[0]}, err
}

// closing reads one stream and closes what it comes from.
type closing struct {
	io.Reader
	io.Closer
}

// xzWindow looks at the first block of an xz file for its dictionary (The .xz File Format 3.1). A later block that asks for more finds
// the child's own limit on memory.
func (x *unfolding) xzWindow(o pipeline.Original) error {
	head := make([]byte, min(o.Size(), 12+1024))
	if n, err := o.ReadAt(head, 0); n < len(head) {
		return err
	}
	if len(head) < 14 || head[12] == 0 {
		return nil // no block
	}
	block := head[12:min(len(head), 12+(int(head[12])+1)*4)]
	at := 2
	for _, has := range []byte{0x40, 0x80} { // sizes, which are numbers of seven bits a byte
		if block[1]&has == 0 {
			continue
		}
		for at < len(block) && block[at]&0x80 != 0 {
			at++
		}
		at++
	}
	for range int(block[1]&3) + 1 { // filters: number, length of properties, properties
		if at+2 >= len(block) {
			return nil // the library will say that it is malformed
		}
		if block[at] == lzma2ID[0] && block[at+1] == 1 {
			return x.windowed(dictionaryOf(block[at+2]))
		}
		at += 2 + int(block[at+1])
	}
	return nil
}
