//go:build libav

package libav

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"math"
	"unsafe"

	"github.com/asticode/go-astiav"

	"dokaz/pipeline"
)

// Packets demultiplexes the whole file and shows each packet of the streams known at opening, in file order.
// An error of show ends it and is returned as it is. Reading that ends before the end of the file, or packets
// cut short, give a *DamageError after all packets were shown; a passed limit gives pipeline.ErrRefused.
func (f *File) Packets(ctx context.Context, show func(Packet) error) error {
	if err := f.begin(ctx); err != nil {
		return err
	}
	damage := newDamage()
	err := f.each(ctx, damage, func(p *astiav.Packet) error {
		out := packetOf(p)
		if out.Corrupt {
			damage.packet(f.seconds(out.Stream, out.PTS))
		}
		return show(out)
	})
	return errors.Join(err, damage.orNil())
}

// each reads packets until the end and shows those of known streams.
func (f *File) each(ctx context.Context, damage *DamageError, show func(*astiav.Packet) error) error {
	p := astiav.AllocPacket()
	if p == nil {
		return errors.New("libav: no memory for a packet")
	}
	defer p.Free()
	idle := 0
	for n := int64(0); ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if n > f.limits.Samples {
			return Over("samples", n, f.limits.Samples)
		}
		err := f.format.ReadFrame(p)
		switch {
		case err == nil:
		case errors.Is(err, astiav.ErrEagain) && idle < 1000:
			idle++
			continue
		default:
			return f.ended(ctx, err, damage)
		}
		idle = 0
		if p.StreamIndex() < len(f.streams) {
			err = show(p)
		}
		p.Unref()
		if err != nil {
			return err
		}
	}
}

// ended tells the end of the file from a failure. A failure of our own reading (bytes that are no longer those
// that were sealed, a cancelled context) is returned; one of the format is damage.
func (f *File) ended(ctx context.Context, err error, damage *DamageError) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(f.source.err, pipeline.ErrCorrupt):
		return f.source.err
	case f.source.err != nil:
		damage.Ended = fmt.Errorf("reading ended early: %w", f.source.err)
	case !errors.Is(err, astiav.ErrEof):
		damage.Ended = fmt.Errorf("reading ended early: libav: %w", err)
	}
	return nil
}

func packetOf(p *astiav.Packet) Packet {
	return Packet{
		Data:   dataOf(p),
		Stream: p.StreamIndex(), PTS: p.Pts(), DTS: p.Dts(), Duration: p.Duration(), Size: p.Size(), Offset: p.Pos(),
		Key: p.Flags().Has(astiav.PacketFlagKey), Corrupt: p.Flags().Has(astiav.PacketFlagCorrupt),
	}
}

// The binding's type holds a pointer to the C structure and nothing else; the constant does not compile should it ever hold more.
const _ = -(unsafe.Sizeof(astiav.Packet{}) - unsafe.Sizeof(uintptr(0)))

// dataOf is the packet's own memory.
func dataOf(p *astiav.Packet) []byte {
	raw := *(**C.AVPacket)(unsafe.Pointer(p))
	if raw.data == nil || raw.size <= 0 {
		return nil
	}
	return unsafe.Slice((*byte)(raw.data), int(raw.size))
}

// Beyond counts the samples of a stream that the header places beyond the end of the file. Containers without an index have none.
func (f *File) Beyond(stream int) (b Beyond) {
	if stream < 0 || stream >= len(f.streams) {
		return b
	}
	var samples, bytes, first C.int64_t
	b.Of = int64(C.dokaz_beyond(C.dokaz_stream(f.context(), C.uint(stream)), C.int64_t(f.source.size), &samples, &bytes, &first))
	b.Samples, b.Bytes = int64(samples), int64(bytes)
	if s := f.streams[stream]; b.Samples > 0 && int64(first) != NoTime {
		b.Until = s.TimeBase.Seconds(int64(first))
		if s.Start != NoTime {
			b.Until -= s.TimeBase.Seconds(s.Start)
		}
	}
	return b
}

func (f *File) seconds(stream int, ticks int64) float64 {
	if ticks == NoTime {
		return math.NaN()
	}
	return f.streams[stream].TimeBase.Seconds(ticks)
}

func newDamage() *DamageError { return &DamageError{First: math.NaN()} }

func (e *DamageError) packet(at float64) {
	e.Packets++
	if math.IsNaN(e.First) {
		e.First = at
	}
}

func (e *DamageError) frame(at float64) {
	e.Frames++
	if math.IsNaN(e.First) {
		e.First = at
	}
}

func (e *DamageError) orNil() error {
	if e.Packets == 0 && e.Frames == 0 && e.Ended == nil {
		return nil
	}
	return e
}
