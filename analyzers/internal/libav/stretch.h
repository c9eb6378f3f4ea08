// Limited-range samples of 8 bits stretched to full range, a row at a time; the formulas are raster.Levels' with
// everything positive and within 16 bits, so that the compiler can take many samples at a time.
#ifndef DOKAZ_LIBAV_STRETCH_H
#define DOKAZ_LIBAV_STRETCH_H

#include <stdint.h>

#include "vectors.h"

// floor((2·255·(v-16) + 219) / (2·219)), v held within 16 to 235
DOKAZ_VECTORS(dokaz_stretch_luma, (uint8_t *restrict dst, const uint8_t *restrict src, int w), {
	for (int x = 0; x < w; x++) {
		uint16_t v = src[x] < 16 ? 0 : src[x] > 235 ? 219 : src[x] - 16;
		dst[x] = v + (uint16_t)(36 * v + 109) / 219;
	}
}, (dst, src, w))

// floor((2·255·(v-128) + 224) / (2·224)) + 128, held within 0 to 255
DOKAZ_VECTORS(dokaz_stretch_chroma, (uint8_t *restrict dst, const uint8_t *restrict src, int w), {
	for (int x = 0; x < w; x++) {
		uint16_t v = src[x] < 16 ? 0 : src[x] > 239 ? 223 : src[x] - 16;
		uint16_t to = v + (uint16_t)(31 * v + 224) / 224;
		dst[x] = src[x] < 16 ? 0 : src[x] > 239 ? 255 : to;
	}
}, (dst, src, w))

#endif
