// A frame in a few places, to see cheaply how much it differs from another.
#ifndef DOKAZ_LIBAV_SKETCH_H
#define DOKAZ_LIBAV_SKETCH_H

#include <stdint.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>

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

// dokaz_reduce fills out with width × height means of the first component over boxes of whole samples, side by side; the
// right and lower rest is left out. sums has room for the frame's width. It returns 0 of formats whose first component is no plane of bytes.
__attribute__((optimize("O3"))) static inline int dokaz_reduce(const AVFrame *f, int box, int width, int height, uint16_t *restrict sums, uint8_t *restrict out) {
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
	const uint64_t odd = AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_RGB;
	if (!d || d->flags & odd || d->nb_components == 0 || d->comp[0].depth != 8 || d->comp[0].step != 1 || d->comp[0].shift || !f->data[d->comp[0].plane])
		return 0;
	if (box < 1 || box > 256 || width * (int64_t)box > f->width || height * (int64_t)box > f->height)
		return 0;
	const int used = width * box, area = box * box;
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < used; x++)
			sums[x] = 0;
		for (int i = 0; i < box; i++) {
			const uint8_t *restrict line = f->data[d->comp[0].plane] + (ptrdiff_t)(y * box + i) * f->linesize[d->comp[0].plane] + d->comp[0].offset;
			for (int x = 0; x < used; x++)
				sums[x] += line[x];
		}
		for (int x = 0; x < width; x++) {
			uint32_t sum = 0;
			for (int i = 0; i < box; i++)
				sum += sums[x * box + i];
			*out++ = (uint8_t)((sum + area / 2) / area);
		}
	}
	return 1;
}

#endif
