package catalog

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"dokaz/pipeline"
)

// packVersion leads every packed row, so that layouts can be told apart. Layout 1 had no views, words and sound,
// layout 2 no coded digests.
const packVersion = 3

// Bounds of what one row may hold when it is read back: rows are ours, but a case may come from elsewhere.
const (
	maxPictures = 256
	maxFootage  = 64
	maxFrames   = 1 << 20
	maxWords    = 1 << 20
	maxCoded    = 256
)

// packer appends little-endian fields.
type packer struct{ bytes.Buffer }

func (p *packer) put(v any) { _ = binary.Write(p, binary.LittleEndian, v) } // a bytes.Buffer never fails

func (p *packer) text(s string) {
	s = s[:min(len(s), math.MaxUint16)]
	p.put(uint16(len(s)))
	p.WriteString(s)
}

// packPrints lays fingerprints out: pictures, words, footage with its frames, sound, coded digests. Local features stay where their
// measurement is.
func packPrints(p pipeline.Prints) []byte {
	var b packer
	b.put(uint8(packVersion))
	b.text(string(p.Kind))
	b.put(uint16(len(p.Pictures)))
	for _, q := range p.Pictures {
		b.put(q.Bits)
		b.put(int8(q.Quality))
		b.text(q.View)
		b.put(q.Box)
	}
	b.put(uint32(len(p.Words)))
	for _, w := range p.Words {
		b.put(uint32(len(w)))
		b.put(w)
	}
	b.put(uint16(len(p.Footage)))
	for _, f := range p.Footage {
		b.footage(f)
	}
	b.put(uint16(len(p.Sound)))
	for _, s := range p.Sound {
		b.text(s.Algorithm)
		b.put(uint16(s.Stream))
		b.put(s.Step)
		b.put(s.Cut)
		b.put(uint32(len(s.Words)))
		b.put(s.Words)
	}
	b.put(uint16(len(p.Coded)))
	for _, d := range p.Coded {
		b.put(d)
	}
	return b.Bytes()
}

func (p *packer) footage(f pipeline.FrameHashes) {
	p.text(f.Algorithm)
	p.put(uint16(f.Stream))
	p.put(f.Cut)
	p.text(f.View)
	p.put(f.Box != nil)
	if f.Box != nil {
		p.put(*f.Box)
	}
	p.put(uint32(len(f.Frames)))
	for _, h := range f.Frames {
		p.put(int64(math.Round(h.Time * 1000)))
		p.put(h.Bits)
		p.put(int8(h.Quality))
		p.put(h.Key)
	}
}

// unpacker reads what a packer wrote. After a mistake it reads nothing more.
type unpacker struct {
	version uint8
	all     []byte
	r       *bytes.Reader
	err     error
}

func (u *unpacker) get(v any) {
	if u.err == nil {
		u.err = binary.Read(u.r, binary.LittleEndian, v)
	}
}

// count reads how many things of at least size bytes follow: 32 bits where wide, else 16.
func (u *unpacker) count(wide bool, limit, size int) int {
	var n uint32
	if wide {
		u.get(&n)
	} else {
		var short uint16
		u.get(&short)
		n = uint32(short)
	}
	if u.err == nil && (int64(n) > int64(limit) || int64(n)*int64(size) > int64(u.r.Len())) {
		u.err = fmt.Errorf("a count of %d", n)
	}
	if u.err != nil {
		return 0
	}
	return int(n)
}

func (u *unpacker) text() string {
	s := make([]byte, u.count(false, 1024, 1))
	u.get(s)
	return string(s)
}

// unpackPrints reads what packPrints wrote; anything else is pipeline.ErrCorrupt.
func unpackPrints(b []byte) (p pipeline.Prints, err error) {
	u := &unpacker{all: b, r: bytes.NewReader(b)}
	if u.get(&u.version); u.version < 1 || u.version > packVersion {
		return p, fmt.Errorf("%w: fingerprints of layout %d", pipeline.ErrCorrupt, u.version)
	}
	p.Kind = pipeline.Kind(u.text())
	for range u.count(false, maxPictures, 1) {
		var q pipeline.PrintedPicture
		var quality int8
		u.get(&q.Bits)
		u.get(&quality)
		q.Quality = int(quality)
		if u.version > 1 {
			q.View = u.text()
			u.get(&q.Box)
		}
		p.Pictures = append(p.Pictures, q)
	}
	if u.version > 1 {
		for range u.count(true, maxWords, 4) {
			w := make([]pipeline.FeatureWord, u.count(true, maxWords, 4))
			u.get(w)
			p.Words = append(p.Words, w)
		}
	}
	for range u.count(false, maxFootage, 1) {
		p.Footage = append(p.Footage, u.footage())
	}
	if u.version > 1 {
		for range u.count(false, maxFootage, 1) {
			p.Sound = append(p.Sound, u.sound())
		}
	}
	if u.version > 2 {
		for range u.count(false, maxCoded, len(pipeline.Digest{})) {
			var d pipeline.Digest
			u.get(&d)
			p.Coded = append(p.Coded, d)
		}
	}
	if u.err == nil && u.r.Len() > 0 {
		u.err = fmt.Errorf("%d bytes left over", u.r.Len())
	}
	if u.err != nil {
		return p, fmt.Errorf("%w: fingerprints: %w", pipeline.ErrCorrupt, u.err)
	}
	return p, nil
}

func (u *unpacker) footage() pipeline.FrameHashes {
	f := pipeline.FrameHashes{Algorithm: u.text()}
	var stream uint16
	var boxed bool
	u.get(&stream)
	u.get(&f.Cut)
	f.Stream = int(stream)
	if u.version > 1 {
		f.View = u.text()
		if u.get(&boxed); boxed {
			f.Box = new(pipeline.Box)
			u.get(f.Box)
		}
	}
	n := u.count(true, maxFrames, hashedFrameBytes)
	if u.err == nil {
		f.Frames = unpackFrames(u.all[len(u.all)-u.r.Len():], n)
		_, u.err = u.r.Seek(int64(n)*hashedFrameBytes, 1)
	}
	return f
}

func (u *unpacker) sound() pipeline.AudioPrint {
	s := pipeline.AudioPrint{Algorithm: u.text()}
	var stream uint16
	u.get(&stream)
	u.get(&s.Step)
	u.get(&s.Cut)
	s.Stream = int(stream)
	s.Words = make(pipeline.SoundWords, u.count(true, maxWords, 4))
	u.get(s.Words)
	return s
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
