//go:build libav

package libav

// #include "shim.h"
// #include "stretch.h"
import "C"

import (
	"fmt"
	"image"
	"unsafe"

	"dokaz/analyzers/internal/raster"
	"dokaz/pipeline"
)

// planes reads one decoded frame, component by component.
type planes struct {
	frame *C.AVFrame
	desc  *C.AVPixFmtDescriptor
	name  string
	row   []uint16 // one row of samples of a format that has no quicker way
	spare *image.YCbCr
}

// picture copies a decoded AVFrame to the Go picture nearest to it, into spare where that has its shape.
func picture(frame unsafe.Pointer, spare *image.YCbCr) (image.Image, error) {
	p := planes{frame: rawFrame(frame), spare: spare}
	p.desc = C.av_pix_fmt_desc_get(int32(p.frame.format))
	if p.desc == nil {
		return nil, fmt.Errorf("%w: pixel format %d", pipeline.ErrUnsupported, int(p.frame.format))
	}
	p.name = C.GoString(p.desc.name)
	const unreadable = C.AV_PIX_FMT_FLAG_HWACCEL | C.AV_PIX_FMT_FLAG_FLOAT | C.AV_PIX_FMT_FLAG_BAYER | C.AV_PIX_FMT_FLAG_XYZ
	if p.desc.flags&unreadable != 0 || p.desc.nb_components == 0 {
		return nil, fmt.Errorf("%w: pixel format %s", pipeline.ErrUnsupported, p.name)
	}
	w, h := int(p.frame.width), int(p.frame.height)
	if w <= 0 || h <= 0 {
		return nil, fmt.Errorf("%w: frame of %d×%d", pipeline.ErrUnsupported, w, h)
	}
	p.row = make([]uint16, w)
	switch {
	case p.desc.flags&(C.AV_PIX_FMT_FLAG_RGB|C.AV_PIX_FMT_FLAG_PAL) != 0:
		return p.colours(w, h), nil
	case p.desc.nb_components < 3:
		return p.grey(w, h), nil
	}
	return p.ycbcr(w, h), nil
}

// limited reports whether samples use the narrow range. Where neither the frame nor the pixel format says so,
// YCbCr is limited (ITU-T H.264 §E.2.1) and grey is full unless film codecs coded it.
func (p *planes) limited() bool {
	switch p.frame.color_range {
	case C.AVCOL_RANGE_JPEG:
		return false
	case C.AVCOL_RANGE_MPEG:
		return true
	}
	return len(p.name) < 4 || p.name[:4] != "yuvj"
}

func (p *planes) grey(w, h int) image.Image {
	out := image.NewGray(image.Rect(0, 0, w, h))
	table := raster.Levels(max(p.depth(0), 8), p.frame.color_range == C.AVCOL_RANGE_MPEG, false)
	if depth := p.depth(0); depth < 8 { // bits and nibbles: stretched, "monow" counts ink
		table = make([]uint8, 1<<depth)
		for v := range table {
			table[v] = uint8(v * 255 / (len(table) - 1))
			if p.name == "monow" {
				table[v] = 255 - table[v]
			}
		}
	}
	p.copy(0, out.Pix, out.Stride, 1, w, h, table)
	return out
}

func (p *planes) ycbcr(w, h int) image.Image {
	sx, sy := int(p.desc.log2_chroma_w), int(p.desc.log2_chroma_h)
	ratio, direct := map[[2]int]image.YCbCrSubsampleRatio{
		{0, 0}: image.YCbCrSubsampleRatio444, {1, 0}: image.YCbCrSubsampleRatio422, {1, 1}: image.YCbCrSubsampleRatio420,
		{0, 1}: image.YCbCrSubsampleRatio440, {2, 0}: image.YCbCrSubsampleRatio411, {2, 1}: image.YCbCrSubsampleRatio410,
	}[[2]int{sx, sy}]
	if !direct {
		ratio = image.YCbCrSubsampleRatio444
	}
	out := p.spare
	if out == nil || out.Rect != image.Rect(0, 0, w, h) || out.SubsampleRatio != ratio {
		out = image.NewYCbCr(image.Rect(0, 0, w, h), ratio)
	}
	p.levels(0, out.Y, out.YStride, w, h)
	cw, ch := (w+1<<sx-1)>>sx, (h+1<<sy-1)>>sy
	for c, to := range [][]uint8{1: out.Cb, 2: out.Cr} {
		if c == 0 {
			continue
		}
		if direct {
			p.levels(c, to, out.CStride, cw, ch)
			continue
		}
		small := make([]uint8, cw*ch) // repeat samples of a grid that package image cannot name
		p.levels(c, small, cw, cw, ch)
		for y := range h {
			for x := range w {
				to[y*out.CStride+x] = small[y>>sy*cw+x>>sx]
			}
		}
	}
	return out
}

func (p *planes) colours(w, h int) image.Image {
	pix := make([]uint8, 4*w*h)
	for c := range 4 {
		if c >= int(p.desc.nb_components) && p.desc.flags&C.AV_PIX_FMT_FLAG_PAL == 0 {
			for i := c; i < len(pix); i += 4 {
				pix[i] = 255
			}
			continue
		}
		depth := 8
		if p.desc.flags&C.AV_PIX_FMT_FLAG_PAL == 0 {
			depth = p.depth(c)
		}
		table := make([]uint8, 1<<depth)
		for v := range table {
			table[v] = uint8((2*255*v + len(table) - 1) / (2 * (len(table) - 1)))
		}
		p.copy(c, pix[c:], 4*w, 4, w, h, table)
	}
	r := image.Rect(0, 0, w, h)
	if p.desc.flags&(C.AV_PIX_FMT_FLAG_ALPHA|C.AV_PIX_FMT_FLAG_PAL) != 0 {
		return &image.NRGBA{Pix: pix, Stride: 4 * w, Rect: r}
	}
	return &image.RGBA{Pix: pix, Stride: 4 * w, Rect: r}
}

// levels writes w×h samples of component c of a YCbCr picture, full range.
func (p *planes) levels(c int, dst []uint8, stride, w, h int) {
	limited, chroma := p.limited(), c > 0
	if limited && p.plain(c) {
		for y := range h {
			stretch(dst[y*stride:][:w], p.line(c, y, w), chroma)
		}
		return
	}
	p.copy(c, dst, stride, 1, w, h, raster.Levels(p.depth(c), limited, chroma))
}

// stretch writes what raster.Levels makes of limited-range samples of 8 bits.
func stretch(dst, src []uint8, chroma bool) {
	to, from, n := (*C.uint8_t)(unsafe.SliceData(dst)), (*C.uint8_t)(unsafe.SliceData(src)), C.int(min(len(dst), len(src)))
	if chroma {
		C.dokaz_stretch_chroma(to, from, n)
		return
	}
	C.dokaz_stretch_luma(to, from, n)
}

// plain reports whether component c is a plane of bytes.
func (p *planes) plain(c int) bool {
	comp := p.desc.comp[c]
	return comp.step == 1 && comp.depth == 8 && comp.shift == 0 && comp.offset == 0 &&
		p.desc.flags&(C.AV_PIX_FMT_FLAG_PAL|C.AV_PIX_FMT_FLAG_BITSTREAM) == 0
}

// line is row y of a plain component. A line size may be negative: the pointer is to the first row shown.
func (p *planes) line(c, y, w int) []uint8 {
	plane := p.desc.comp[c].plane
	at := unsafe.Add(unsafe.Pointer(p.frame.data[plane]), y*int(p.frame.linesize[plane]))
	return unsafe.Slice((*uint8)(at), w)
}

func (p *planes) depth(c int) int { return int(p.desc.comp[c].depth) }

// copy writes component c, mapped by table, to every step-th byte of w×h at dst.
func (p *planes) copy(c int, dst []uint8, stride, step, w, h int, table []uint8) {
	quick := step == 1 && p.plain(c)
	same := quick && identical(table)
	for y := range h {
		if quick {
			src, to := p.line(c, y, w), dst[y*stride:][:w]
			if same {
				copy(to, src)
				continue
			}
			for x, v := range src {
				to[x] = table[v]
			}
			continue
		}
		C.dokaz_read_row((*C.uint16_t)(unsafe.SliceData(p.row)), p.frame, p.desc, C.int(y), C.int(c), C.int(w))
		for x, v := range p.row[:w] {
			dst[y*stride+x*step] = table[min(int(v), len(table)-1)]
		}
	}
}

func identical(table []uint8) bool {
	for v, to := range table {
		if int(to) != v {
			return false
		}
	}
	return true
}
