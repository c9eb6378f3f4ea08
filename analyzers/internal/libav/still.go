//go:build libav

package libav

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"

	"github.com/asticode/go-astiav"

	"dokaz/pipeline"
)

// maxStill bounds the bytes of a still picture: it is given to the decoder as one packet.
const maxStill = 512 << 20

// StillDecoder names the decoder of a picture format with its version, "libav mjpeg 61.19.101"; "" where this
// build has none.
func StillDecoder(format string) string {
	name, ok := stills[format]
	if !ok || astiav.FindDecoderByName(name) == nil {
		return ""
	}
	return "libav " + name + " " + codecVersion()
}

// DecodeStill decodes a picture of a format that StillDecoder knows, at 1/2^lowres of its size where the decoder
// can. It is not turned upright. Where only a part can be decoded, that part is returned together with a
// *DamageError. The caller holds the header's size against its limits first; here a larger one only fails.
func DecodeStill(ctx context.Context, src io.ReaderAt, size int64, format string, lowres int, limits Limits) (image.Image, error) {
	quiet()
	if StillDecoder(format) == "" {
		return nil, fmt.Errorf("%w: format %q has no decoder here", pipeline.ErrUnsupported, format)
	}
	if size > maxStill {
		return nil, Over("bytes of a picture", size, maxStill)
	}
	coded := make([]byte, size)
	n, err := src.ReadAt(coded, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading at byte %d: %w", n, err)
	}
	if n == 0 {
		return nil, errors.New("an empty picture")
	}
	limits = limits.OrDefaults()
	img, strictly := decodeStill(coded[:n], stills[format], lowres, limits, true)
	if strictly == nil {
		return img, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	img, err = decodeStill(coded[:n], stills[format], lowres, limits, false)
	if err != nil {
		return nil, err
	}
	damage := newDamage()
	damage.Ended = fmt.Errorf("the picture decodes only in part: %w", strictly)
	return img, damage
}

// decodeStill decodes one packet. Strictly, any error in the coded data fails it; else the decoder keeps what
// it has, as viewers do.
func decodeStill(coded []byte, name string, lowres int, limits Limits, strict bool) (image.Image, error) {
	decoder := astiav.FindDecoderByName(name)
	codec, frame, packet := astiav.AllocCodecContext(decoder), astiav.AllocFrame(), astiav.AllocPacket()
	if codec == nil || frame == nil || packet == nil {
		return nil, errors.New("libav: no memory for a decoder")
	}
	defer codec.Free()
	defer frame.Free()
	defer packet.Free()
	if strict {
		codec.SetErrorRecognitionFlags(codec.ErrorRecognitionFlags().Add(astiav.ErrorRecognitionFlagExplode))
	}
	options := map[string]string{}
	if lowres > 0 {
		options["lowres"] = fmt.Sprint(lowres)
	}
	if err := openCodec(codec, decoder, limits.Pixels, options); err != nil {
		return nil, err
	}
	if err := packet.FromData(coded); err != nil {
		return nil, fmt.Errorf("libav %s: %w", name, err)
	}
	if err := codec.SendPacket(packet); err != nil {
		return nil, fmt.Errorf("libav %s: %w", name, err)
	}
	err := codec.ReceiveFrame(frame)
	if errors.Is(err, astiav.ErrEagain) {
		if err = codec.SendPacket(nil); err == nil {
			err = codec.ReceiveFrame(frame)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("libav %s: %w", name, err)
	}
	return picture(frame.UnsafePointer(), nil)
}
