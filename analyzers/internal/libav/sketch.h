// A frame in a few places, to see cheaply how much it differs from another.
#ifndef DOKAZ_LIBAV_SKETCH_H
#define DOKAZ_LIBAV_SKETCH_H

#include <stdint.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>

#include "vectors.h"

enum { dokaz_run = 8 }; // samples of a row that a place is the mean of

// dokaz_sketch fills out with columns × rows means of the first component, in the middle of as many cells. It returns 0, and says nothing,
// of formats without plain samples of 8 to 16 bits and of frames less than a run wide.
static inline int dokaz_sketch(const AVFrame *f, int columns, int rows, uint8_t *out) {
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
	const uint64_t odd = AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL |
		AV_PIX_FMT_FLAG_BAYER | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_XYZ;
	if (!d || d->flags & odd || d->nb_components == 0 || f->width < dokaz_run || f->height < 1)
		return 0;
	const AVComponentDescriptor c = d->comp[0];
	if (c.depth < 8 || c.depth + c.shift > 16 || !f->data[c.plane])
		return 0;
	for (int r = 0; r < rows; r++) {
		const int y = (int)(((2LL * r + 1) * f->height) / (2LL * rows));
		const uint8_t *line = f->data[c.plane] + (ptrdiff_t)y * f->linesize[c.plane] + c.offset;
		for (int k = 0; k < columns; k++) {
			int x = (int)(((2LL * k + 1) * f->width) / (2LL * columns)) - dokaz_run / 2;
			x = x < 0 ? 0 : x > f->width - dokaz_run ? f->width - dokaz_run : x;
			unsigned sum = 0;
			for (int i = x; i < x + dokaz_run; i++) {
				const uint8_t *p = line + (ptrdiff_t)i * c.step;
				sum += c.depth + c.shift <= 8 ? p[0] >> c.shift : (unsigned)(p[0] | p[1] << 8) >> c.shift >> (c.depth - 8);
			}
			*out++ = (uint8_t)(sum / dokaz_run);
		}
	}
	return 1;
}

// dokaz_boxes writes the means of one row of boxes of box × box samples, of which sums has the columns' sums. All windows are
// averaged, and of them those taken that begin a box: so the compiler takes many at a time. means has room for them.
__attribute__((always_inline)) static inline void dokaz_boxes(const int box, int width, const uint16_t *restrict sums, uint8_t *restrict means, uint8_t *restrict out) {
	const int area = box * box, last = (width - 1) * box;
	for (int x = 0; x <= last; x++) {
		uint16_t sum = area / 2;
		for (int i = 0; i < box; i++)
			sum += sums[x + i];
		means[x] = (uint8_t)(sum / (uint16_t)area);
	}
	for (int x = 0; x < width; x++)
		out[x] = means[x * box];
}

// dokaz_large_boxes does the same for boxes of any side up to 256.
__attribute__((always_inline)) static inline void dokaz_large_boxes(int box, int width, const uint16_t *restrict sums, uint8_t *restrict out) {
	const uint64_t area = (uint64_t)box * box, share = (1ULL << 40) / area + 1; // exact: 255·area·area is less than 2^40
	for (int x = 0; x < width; x++) {
		uint32_t sum = 0;
		for (int i = 0; i < box; i++)
			sum += sums[x * box + i];
		out[x] = (uint8_t)((sum + area / 2) * share >> 40);
	}
}

DOKAZ_VECTORS(dokaz_reduce_rows, (const uint8_t *restrict src, ptrdiff_t stride, int box, int width, int height, uint16_t *restrict sums, uint8_t *restrict means, uint8_t *restrict out), {
	const int used = width * box;
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < used; x++)
			sums[x] = src[x];
		src += stride;
		for (int i = 1; i < box; i++, src += stride)
			for (int x = 0; x < used; x++)
				sums[x] += src[x];
		switch (box) {
		case 2: dokaz_boxes(2, width, sums, means, out); break;
		case 3: dokaz_boxes(3, width, sums, means, out); break;
		case 4: dokaz_boxes(4, width, sums, means, out); break;
		case 5: dokaz_boxes(5, width, sums, means, out); break;
		case 6: dokaz_boxes(6, width, sums, means, out); break;
		case 8: dokaz_boxes(8, width, sums, means, out); break;
		default: dokaz_large_boxes(box, width, sums, out);
		}
		out += width;
	}
}, (src, stride, box, width, height, sums, means, out))

// dokaz_reduce fills out with width × height means of the first component over boxes of whole samples, side by side; the
// right and lower rest is left out. sums and means have room for the frame's width. It returns 0 of formats whose first component is no plane of bytes.
static inline int dokaz_reduce(const AVFrame *f, int box, int width, int height, uint16_t *sums, uint8_t *means, uint8_t *out) {
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
	const uint64_t odd = AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_RGB;
	if (!d || d->flags & odd || d->nb_components == 0 || d->comp[0].depth != 8 || d->comp[0].step != 1 || d->comp[0].shift || !f->data[d->comp[0].plane])
		return 0;
	if (box < 1 || box > 256 || width < 1 || width * (int64_t)box > f->width || height * (int64_t)box > f->height)
		return 0;
	const int plane = d->comp[0].plane;
	dokaz_reduce_rows(f->data[plane] + d->comp[0].offset, f->linesize[plane], box, width, height, sums, means, out);
	return 1;
}

#endif
