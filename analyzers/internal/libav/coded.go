//go:build libav

package libav

// #include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"image"
	"unsafe"

	"github.com/asticode/go-astiav"

	"dokaz/pipeline"
)

// Coded decodes pictures that were each coded alone and lie outside a stream: the items of a HEIF file, the tiles of
// one picture. It is used from one goroutine and must be closed.
type Coded struct {
	name   string
	codec  *astiav.CodecContext
	frame  *astiav.Frame
	packet *astiav.Packet
	limits Limits
}

// CodedDecoder names the decoder of a coding with its version: "libav hevc 61.19.101"; "" where this build has none.
func CodedDecoder(c Coding) string {
	name, ok := codings[c]
	if !ok || astiav.FindDecoderByName(name) == nil {
		return ""
	}
	return "libav " + name + " " + codecVersion()
}

// OpenCoded opens a decoder for pictures of one coding. Configuration is what the container holds beside them: the body
// of hvcC, avcC or av1C; nil where there is none.
func OpenCoded(c Coding, configuration []byte, limits Limits) (*Coded, error) {
	quiet()
	decoder := astiav.FindDecoderByName(codings[c])
	if decoder == nil {
		return nil, fmt.Errorf("%w: no decoder for %s pictures", pipeline.ErrUnsupported, c)
	}
	d := &Coded{
		name: decoder.Name(), limits: limits.OrDefaults(),
		codec: astiav.AllocCodecContext(decoder), frame: astiav.AllocFrame(), packet: astiav.AllocPacket(),
	}
	if d.codec == nil || d.frame == nil || d.packet == nil {
		d.Close()
		return nil, errors.New("libav: no memory for a decoder")
	}
	if len(configuration) > 0 {
		if err := d.codec.SetExtraData(configuration); err != nil {
			d.Close()
			return nil, fmt.Errorf("libav %s: %w", d.name, err)
		}
	}
	// Damage must not pass as a picture: the caller says that a part is missing.
	d.codec.SetErrorRecognitionFlags(d.codec.ErrorRecognitionFlags().Add(astiav.ErrorRecognitionFlagExplode))
	if err := openCodec(d.codec, decoder, d.limits.Pixels, map[string]string{}); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Decode decodes one picture. It is written into `into` where that has its size and its chroma grid, whatever the strides; then
// the picture returned is that one. Range, where it is not RangeCoded, overrules what the coded picture says of itself.
func (d *Coded) Decode(coded []byte, r Range, into *image.YCbCr) (image.Image, error) {
	if len(coded) == 0 {
		return nil, errors.New("an empty picture")
	}
	if len(coded) > maxStill {
		return nil, Over("bytes of a picture", int64(len(coded)), maxStill)
	}
	defer func() { C.avcodec_flush_buffers((*C.AVCodecContext)(d.codec.UnsafePointer())) }()
	defer d.packet.Unref()
	if err := d.packet.FromData(coded); err != nil {
		return nil, fmt.Errorf("libav %s: %w", d.name, err)
	}
	err := d.codec.SendPacket(d.packet)
	if err == nil {
		err = d.codec.SendPacket(nil) // there is no next picture to wait for
	}
	if err == nil {
		err = d.codec.ReceiveFrame(d.frame)
	}
	if err != nil {
		if over := PixelsAllowed(int64(d.codec.Width()), int64(d.codec.Height()), d.limits.Pixels); over != nil {
			return nil, over
		}
		return nil, fmt.Errorf("libav %s: %w", d.name, err)
	}
	defer d.frame.Unref()
	raw := rawFrame(d.frame.UnsafePointer())
	switch r {
	case RangeFull:
		raw.color_range = C.AVCOL_RANGE_JPEG
	case RangeLimited:
		raw.color_range = C.AVCOL_RANGE_MPEG
	case RangeCoded:
	}
	img, err := picture(unsafe.Pointer(raw), into)
	if err == nil && C.dokaz_frame_damaged(raw) != 0 {
		damage := newDamage()
		damage.Frames = 1
		return img, damage
	}
	return img, err
}

// Close frees the decoder.
func (d *Coded) Close() {
	if d.packet != nil {
		d.packet.Free()
	}
	if d.frame != nil {
		d.frame.Free()
	}
	if d.codec != nil {
		d.codec.Free()
	}
	d.packet, d.frame, d.codec = nil, nil, nil
}
