package container

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"dokaz/analyzers/internal/libav"
	"dokaz/pipeline"
)

// CodedAlgorithm names what goes into the digest of a stream: the coded pictures or sound alone, one after the other in the order of
// decoding, without what a container chooses. That is, per codec:
//
//   - H.264, H.265: the slices (NAL unit types 1 to 5; 0 to 31) without the zero bytes behind them, each behind 00 00 01. Parameter sets,
//     delimiters, supplemental information and padding stand in or beside the packets as containers please.
//   - MPEG-1, -2 and -4 pictures: the units from picture to slice (start codes 00 to AF; B6), with their start codes.
//   - AV1: frame headers, tile groups and frames (OBU types 3, 4, 6, 7), without extension bytes and size fields.
//   - AAC: the raw data blocks; ADTS headers and their checksums are taken off.
//   - Everything else: the packets' bytes.
const CodedAlgorithm = "packets/1"

// codedDigest is the digest of one stream at work.
type codedDigest struct {
	hash    hash.Hash
	bytes   int64
	packets int64
	units   func(*codedDigest, []byte) // adds a packet
	prefix  int                        // bytes of the length before each NAL unit; 0 where start codes stand before them
}

// digestOf begins the digest of a stream of pictures or sound; of others it is nil.
func digestOf(s libav.Stream) *codedDigest {
	if s.Attached || s.Type != "video" && s.Type != "audio" {
		return nil
	}
	d := &codedDigest{hash: sha256.New(), units: (*codedDigest).whole}
	switch s.Codec {
	case "h264":
		d.units, d.prefix = (*codedDigest).avc, prefixOf(s.Configuration, 7, 4)
	case "hevc":
		d.units, d.prefix = (*codedDigest).hevc, prefixOf(s.Configuration, 23, 21)
	case "mpeg1video", "mpeg2video":
		d.units = (*codedDigest).mpeg2
	case "mpeg4":
		d.units = (*codedDigest).mpeg4
	case "av1":
		d.units = (*codedDigest).av1
	case "aac":
		d.units = (*codedDigest).aac
	}
	return d
}

// prefixOf reads how long lengths are from avcC or hvcC (ISO/IEC 14496-15 §5.3.3.1, §8.3.3.1); what begins with a start code, or is
// too short, says that start codes are used.
func prefixOf(configuration []byte, least, at int) int {
	if len(configuration) < least || configuration[0] != 1 {
		return 0
	}
	return int(configuration[at]&3) + 1
}

func (d *codedDigest) add(packet []byte) {
	d.packets++
	d.units(d, packet)
}

func (d *codedDigest) write(b []byte) {
	d.bytes += int64(len(b))
	d.hash.Write(b)
}

// fact gives the digest; ok is false where nothing went in.
func (d *codedDigest) fact(stream int, codec string) (out pipeline.CodedDigest, ok bool) {
	switch codec {
	case "mp1", "mp2", "mp3": // MP4 has one number for all layers
		codec = "mpegaudio"
	}
	out = pipeline.CodedDigest{Algorithm: CodedAlgorithm, Stream: stream, Codec: codec, Bytes: d.bytes, Packets: d.packets}
	copy(out.Digest[:], d.hash.Sum(nil))
	return out, d.bytes > 0
}

func (d *codedDigest) whole(packet []byte) { d.write(packet) }

var startCode = []byte{0, 0, 1}

func (d *codedDigest) avc(packet []byte) {
	d.nal(packet, func(head byte) bool { t := head & 31; return t >= 1 && t <= 5 })
}

func (d *codedDigest) hevc(packet []byte) {
	d.nal(packet, func(head byte) bool { return head>>1&63 < 32 })
}

// nal adds the NAL units of which the first byte is wanted.
func (d *codedDigest) nal(packet []byte, wanted func(byte) bool) {
	each := func(unit []byte) {
		for len(unit) > 0 && unit[len(unit)-1] == 0 { // trailing_zero_8bits, H.264 annex B
			unit = unit[:len(unit)-1]
		}
		if len(unit) > 0 && wanted(unit[0]) {
			d.write(startCode)
			d.write(unit)
		}
	}
	if d.prefix == 0 || len(packet) > 4 && binary.BigEndian.Uint32(packet) == 1 && d.prefix != 4 {
		eachUnit(packet, each)
		return
	}
	for len(packet) > d.prefix {
		n := 0
		for _, b := range packet[:d.prefix] {
			n = n<<8 | int(b)
		}
		packet = packet[d.prefix:]
		n = min(n, len(packet)) // a damaged packet: what is there counts
		each(packet[:n])
		packet = packet[n:]
	}
}

// eachUnit shows what stands between start codes 00 00 01.
func eachUnit(b []byte, show func([]byte)) {
	begin := -1
	for i := 0; i+2 < len(b); {
		switch {
		case b[i+2] > 1:
			i += 3
		case b[i+2] == 1 && b[i] == 0 && b[i+1] == 0:
			if begin >= 0 {
				show(b[begin:i])
			}
			begin, i = i+3, i+3
		default:
			i++
		}
	}
	if begin >= 0 {
		show(b[begin:])
	}
}

func (d *codedDigest) mpeg2(packet []byte) {
	d.coded(packet, func(code byte) bool { return code <= 0xaf })
}

func (d *codedDigest) mpeg4(packet []byte) {
	d.coded(packet, func(code byte) bool { return code == 0xb6 })
}

// coded adds the units of which the start code is wanted (ISO/IEC 13818-2 §6.2.1, ISO/IEC 14496-2 §6.2.1).
func (d *codedDigest) coded(packet []byte, wanted func(byte) bool) {
	eachUnit(packet, func(unit []byte) {
		for len(unit) > 1 && unit[len(unit)-1] == 0 {
			unit = unit[:len(unit)-1]
		}
		if len(unit) > 0 && wanted(unit[0]) {
			d.write(startCode)
			d.write(unit)
		}
	})
}

// av1 adds the open bitstream units of frames (AV1 §5.3).
func (d *codedDigest) av1(packet []byte) {
	for len(packet) > 0 {
		head := packet[0]
		kind, skip := head>>3&15, 1
		if head&4 != 0 {
			skip = 2 // extension
		}
		if len(packet) < skip {
			return
		}
		packet = packet[skip:]
		size := len(packet)
		if head&2 != 0 {
			n, width := binary.Uvarint(packet) // leb128
			if width <= 0 || n > uint64(len(packet)-width) {
				return
			}
			packet, size = packet[width:], int(n)
		}
		switch kind {
		case 3, 4, 6, 7:
			d.write([]byte{kind})
			d.write(packet[:size])
		}
		packet = packet[size:]
	}
}

// aac adds a frame without its ADTS header (ISO/IEC 13818-7 §6.2).
func (d *codedDigest) aac(packet []byte) {
	if len(packet) > 7 && packet[0] == 0xff && packet[1]&0xf6 == 0xf0 &&
		int(packet[3]&3)<<11|int(packet[4])<<3|int(packet[5]>>5) == len(packet) {
		head := 7
		if packet[1]&1 == 0 {
			head = 9 // with a checksum
		}
		packet = packet[min(head, len(packet)):]
	}
	d.write(packet)
}
