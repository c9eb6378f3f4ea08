package catalog

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"dokaz/pipeline"
)

// packVersion leads every packed row, so that a later layout can be told from this one.
const packVersion = 1

// Bounds of what one row may hold when it is read back: rows are ours, but a case may come from elsewhere.
const (
	maxPictures = 64
	maxFootage  = 64
	maxFrames   = 1 << 20
)

// packPrints lays fingerprints out in little-endian fields: pictures, then footage with its frames.
func packPrints(p pipeline.Prints) []byte {
	var b bytes.Buffer
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) } // a bytes.Buffer never fails
	text := func(s string) {
		put(uint16(min(len(s), math.MaxUint16)))
		b.WriteString(s[:min(len(s), math.MaxUint16)])
	}
	put(uint8(packVersion))
	text(string(p.Kind))
	put(uint16(len(p.Pictures)))
	for _, q := range p.Pictures {
		put(q.Bits)
		put(int8(q.Quality))
	}
	put(uint16(len(p.Footage)))
	for _, f := range p.Footage {
		text(f.Algorithm)
		put(uint16(f.Stream))
		put(f.Cut)
		put(uint32(len(f.Frames)))
		for _, h := range f.Frames {
			put(int64(math.Round(h.Time * 1000)))
			put(h.Bits)
			put(int8(h.Quality))
			put(h.Key)
		}
	}
	return b.Bytes()
}

// unpackPrints reads what packPrints wrote; anything else is pipeline.ErrCorrupt.
func unpackPrints(b []byte) (p pipeline.Prints, err error) {
	r := bytes.NewReader(b)
	get := func(v any) {
		if err == nil {
			err = binary.Read(r, binary.LittleEndian, v)
		}
	}
	count := func(v *uint16, limit uint16) int {
		if get(v); err == nil && *v > limit {
			err = fmt.Errorf("count %d over %d", *v, limit)
		}
		if err != nil {
			return 0
		}
		return int(*v)
	}
	text := func() string {
		var n uint16
		s := make([]byte, count(&n, 1024))
		get(s)
		return string(s)
	}
	var version uint8
	if get(&version); version != packVersion {
		return p, fmt.Errorf("%w: fingerprints of layout %d", pipeline.ErrCorrupt, version)
	}
	p.Kind = pipeline.Kind(text())
	var n uint16
	for range count(&n, maxPictures) {
		var q pipeline.PrintedPicture
		var quality int8
		get(&q.Bits)
		get(&quality)
		q.Quality = int(quality)
		p.Pictures = append(p.Pictures, q)
	}
	for range count(&n, maxFootage) {
		f := pipeline.FrameHashes{Algorithm: text()}
		var stream uint16
		var frames uint32
		get(&stream)
		get(&f.Cut)
		get(&frames)
		f.Stream = int(stream)
		if err == nil && (frames > maxFrames || int64(frames)*hashedFrameBytes > int64(r.Len())) {
			err = fmt.Errorf("%d frames", frames)
		}
		if err != nil {
			break
		}
		f.Frames = unpackFrames(b[len(b)-r.Len():], int(frames))
		_, err = r.Seek(int64(frames)*hashedFrameBytes, 1)
		p.Footage = append(p.Footage, f)
	}
	if err == nil && r.Len() > 0 {
		err = fmt.Errorf("%d bytes left over", r.Len())
	}
	if err != nil {
		return p, fmt.Errorf("%w: fingerprints: %w", pipeline.ErrCorrupt, err)
	}
	return p, nil
}

// hashedFrameBytes is the length of one packed frame: time, hash, quality, key.
const hashedFrameBytes = 8 + 32 + 1 + 1

// unpackFrames reads n frames; the caller checked that b holds them.
func unpackFrames(b []byte, n int) []pipeline.HashedFrame {
	out := make([]pipeline.HashedFrame, n)
	for i := range out {
		f := b[i*hashedFrameBytes:]
		out[i].Time = float64(int64(binary.LittleEndian.Uint64(f))) / 1000
		for w := range out[i].Bits {
			out[i].Bits[w] = binary.LittleEndian.Uint64(f[8+8*w:])
		}
		out[i].Quality = int(int8(f[40]))
		out[i].Key = f[41] != 0
	}
	return out
}
