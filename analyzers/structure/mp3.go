package structure

import (
	"encoding/binary"
	"fmt"
	"strings"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

var mp3Labels = labels("mp3-part")

// maxSeek is how far behind the tags the first frame of sound is looked for, bytes.
const maxSeek = 64 << 10

// mpegFrame is the header of a frame of MPEG audio (ISO/IEC 11172-3 §2.4.2.3, 13818-3 §2.4.2.3).
type mpegFrame struct {
	version string // "1", "2", "2.5"
	layer   int
	bitRate int // kbit/s
	rate    int // hertz
	mode    int // 3 is one channel
	length  int64
}

// Bit rates in kbit/s by index: of version 1 by layer, of the others of layer I and of layers II and III.
var mpegRates = [5][16]int{
	{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 0},
	{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0},
	{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0},
	{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0},
	{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0},
}

// mpegFrameOf reads a header; ok is false where it is none.
func mpegFrameOf(b []byte) (f mpegFrame, ok bool) {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe0 != 0xe0 {
		return f, false
	}
	version, layer, rate := int(b[1]>>3&3), 4-int(b[1]>>1&3), int(b[2]>>2&3)
	if version == 1 || layer == 4 || rate == 3 {
		return f, false
	}
	f.layer, f.mode = layer, int(b[3]>>6)
	f.rate = []int{44100, 48000, 32000}[rate]
	row := layer - 1
	f.version = "1"
	if version != 3 {
		f.version, f.rate, row = "2", f.rate/2, min(3+layer-1, 4)
	}
	if version == 0 {
		f.version, f.rate = "2.5", f.rate/2
	}
	f.bitRate = mpegRates[row][b[2]>>4]
	if f.bitRate == 0 {
		return f, false
	}
	padding := int64(b[2] >> 1 & 1)
	switch {
	case layer == 1:
		f.length = (12*int64(f.bitRate)*1000/int64(f.rate) + padding) * 4
	case layer == 3 && f.version != "1":
		f.length = 72*int64(f.bitRate)*1000/int64(f.rate) + padding
	default:
		f.length = 144*int64(f.bitRate)*1000/int64(f.rate) + padding
	}
	return f, true
}

// side is how long the side information of layer III is, behind which the table of Xing's begins.
func (f mpegFrame) side() int64 {
	switch {
	case f.version == "1" && f.mode != 3:
		return 32
	case f.version == "1" || f.mode != 3:
		return 17
	}
	return 9
}

// mp3 takes a file of MPEG audio apart: tags before and behind it, its first frame with what encoders write there, and the frames as a whole.
func (w *walk) mp3() error {
	at := int64(0)
	for range maxID3Tags {
		end, err := w.id3Tag(at)
		if err != nil {
			return err
		}
		if end == at {
			break
		}
		at = end
	}
	end := w.endTags(at)
	first, f, err := w.firstFrame(at, end)
	if err != nil {
		return w.broken("mp3", at, err)
	}
	if first > at {
		w.add(top, at, first-at, pipeline.Piece{Format: "mp3", Name: "stray", Label: "bytes before the first frame", Note: "belong to no frame"})
	}
	i := w.add(top, first, f.length, pipeline.Piece{Format: "mp3", Name: "frame", Header: 4, Label: mp3Labels()["frame"]})
	w.put(i, "version", f.version, first+1, 1)
	w.put(i, "layer", f.layer, first+1, 1)
	w.put(i, "bit rate", f.bitRate*1000, first+2, 1)
	w.put(i, "sample rate", f.rate, first+2, 1)
	w.put(i, "channel mode", []string{"stereo", "joint stereo", "dual channel", "one channel"}[f.mode], first+3, 1)
	if err := w.xing(i, first, f); err != nil {
		return err
	}
	if first+f.length < end {
		w.add(top, first+f.length, end-first-f.length, pipeline.Piece{Format: "mp3", Name: "frames", Label: mp3Labels()["frames"]})
	}
	return nil
}

// firstFrame finds the first header that another one follows.
func (w *walk) firstFrame(at, end int64) (int64, mpegFrame, error) {
	b, err := w.bytes(at, min(maxSeek, end-at))
	if err != nil {
		return 0, mpegFrame{}, err
	}
	for i := range b {
		f, ok := mpegFrameOf(b[i:])
		if !ok {
			continue
		}
		next, err := w.bytes(at+int64(i)+f.length, 4)
		if err != nil {
			return 0, f, err
		}
		g, ok := mpegFrameOf(next)
		if ok && g.layer == f.layer && g.version == f.version && g.rate == f.rate || at+int64(i)+f.length == end {
			return at + int64(i), f, nil
		}
	}
	return 0, mpegFrame{}, &parts.Stray{At: at, What: "no frame of MPEG audio"}
}

// xing reads the table that encoders put into the first frame (Xing's VBR header; LAME's extension; Fraunhofer's VBRI).
func (w *walk) xing(parent int, first int64, f mpegFrame) error {
	at := first + 4 + f.side()
	b, err := w.bytes(at, 156)
	if err != nil || len(b) < 8 {
		return err
	}
	if name := string(b[:4]); name == "Xing" || name == "Info" {
		i := w.add(parent, at, 156, pipeline.Piece{Format: "mp3", Name: name, Label: mp3Labels()[name]})
		w.xingTable(i, b, at)
		return nil
	}
	at = first + 4 + 32
	if b, err = w.bytes(at, 18); err != nil || len(b) < 18 || string(b[:4]) != "VBRI" {
		return err
	}
	i := w.add(parent, at, 18, pipeline.Piece{Format: "mp3", Name: "VBRI", Label: mp3Labels()["VBRI"]})
	w.put(i, "version", binary.BigEndian.Uint16(b[4:]), at+4, 2)
	w.put(i, "delay", binary.BigEndian.Uint16(b[6:]), at+6, 2)
	w.put(i, "quality", binary.BigEndian.Uint16(b[8:]), at+8, 2)
	w.put(i, "bytes", binary.BigEndian.Uint32(b[10:]), at+10, 4)
	w.put(i, "frames", binary.BigEndian.Uint32(b[14:]), at+14, 4)
	return nil
}

func (w *walk) xingTable(i int, b []byte, at int64) {
	flags, from := binary.BigEndian.Uint32(b[4:]), 8
	for bit, name := range []string{"frames", "bytes", "", "quality"} {
		if flags>>bit&1 == 0 {
			continue
		}
		if name == "" { // the table of contents
			from += 100
			continue
		}
		if from+4 > len(b) {
			return
		}
		w.put(i, name, binary.BigEndian.Uint32(b[from:]), at+int64(from), 4)
		from += 4
	}
	if from+36 > len(b) || b[from] == 0 {
		return
	}
	lame := b[from:]
	place := func(n int) int64 { return at + int64(from+n) }
	w.put(i, "encoder", strings.TrimRight(visible(lame[:9]), ". "), place(0), 9)
	if !strings.HasPrefix(string(lame), "LAME") && !strings.HasPrefix(string(lame), "Lav") && !strings.HasPrefix(string(lame), "GOGO") && !strings.HasPrefix(string(lame), "L3.") {
		return
	}
	w.put(i, "tag revision", lame[9]>>4, place(9), 1)
	w.put(i, "VBR method", lame[9]&15, place(9), 1)
	w.put(i, "lowpass", int(lame[10])*100, place(10), 1)
	w.put(i, "encoder delay", int(lame[21])<<4|int(lame[22])>>4, place(21), 2)
	w.put(i, "padding", int(lame[22]&15)<<8|int(lame[23]), place(22), 2)
	w.put(i, "music length", binary.BigEndian.Uint32(lame[28:]), place(28), 4)
	w.put(i, "music CRC", fmt.Sprintf("%04x", binary.BigEndian.Uint16(lame[32:])), place(32), 2)
	w.put(i, "tag CRC", fmt.Sprintf("%04x", binary.BigEndian.Uint16(lame[34:])), place(34), 2)
}
