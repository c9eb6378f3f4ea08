// What go-astiav 0.39 has no words for. Included by the cgo files of this package only.
#ifndef DOKAZ_LIBAV_SHIM_H
#define DOKAZ_LIBAV_SHIM_H

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/dict.h>
#include <libavutil/display.h>
#include <libavutil/frame.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/pixdesc.h>
#include <libavutil/samplefmt.h>

static inline void dokaz_drop_log(void *p, int level, const char *format, va_list args) {}

// The library writes hostile text to standard error unless told otherwise. A callback in C costs nothing.
static inline void dokaz_quiet(void) {
	av_log_set_level(AV_LOG_QUIET);
	av_log_set_callback(dokaz_drop_log);
}

static inline int dokaz_refuse_open(AVFormatContext *s, AVIOContext **pb, const char *url, int flags, AVDictionary **options) {
	return AVERROR(EPERM);
}

static inline void dokaz_open_nothing(AVFormatContext *s) { s->io_open = dokaz_refuse_open; }

// Probing decodes the first frames by itself: the pixel limit must hold there too, and it is an option of
// each stream's decoder. go-astiav passes one dictionary where the library reads one per stream.
static inline int dokaz_find_stream_info(AVFormatContext *s, const char *max_pixels) {
	unsigned n = s->nb_streams;
	AVDictionary **options = av_calloc(n ? n : 1, sizeof *options);
	if (!options)
		return AVERROR(ENOMEM);
	int ret = 0;
	for (unsigned i = 0; i < n && ret >= 0; i++)
		ret = av_dict_set(&options[i], "max_pixels", max_pixels, 0);
	if (ret >= 0)
		ret = avformat_find_stream_info(s, options);
	for (unsigned i = 0; i < n; i++)
		av_dict_free(&options[i]);
	av_free(options);
	return ret;
}

static inline AVStream *dokaz_stream(AVFormatContext *s, unsigned i) { return i < s->nb_streams ? s->streams[i] : NULL; }

static inline AVChapter *dokaz_chapter(AVFormatContext *s, unsigned i) { return i < s->nb_chapters ? s->chapters[i] : NULL; }

// dokaz_stream_matrix returns the nine numbers of the stream's display matrix, or NULL.
static inline const int32_t *dokaz_stream_matrix(const AVStream *st) {
	const AVPacketSideData *sd = av_packet_side_data_get(st->codecpar->coded_side_data,
		st->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
	return sd && sd->size >= 9 * sizeof(int32_t) ? (const int32_t *)sd->data : NULL;
}

static inline const int32_t *dokaz_frame_matrix(const AVFrame *f) {
	const AVFrameSideData *sd = av_frame_get_side_data(f, AV_FRAME_DATA_DISPLAYMATRIX);
	return sd && sd->size >= 9 * sizeof(int32_t) ? (const int32_t *)sd->data : NULL;
}

static inline int dokaz_frame_damaged(const AVFrame *f) {
	return (f->flags & AV_FRAME_FLAG_CORRUPT) != 0 || f->decode_error_flags != 0;
}

// dokaz_beyond walks a stream's index, which for ISO base media is its tables of samples: of those that end beyond size bytes, how many,
// how many bytes of them, and the time stamp of the first. It returns how many samples there are, without those that an edit list leaves out.
static inline int64_t dokaz_beyond(AVStream *st, int64_t size, int64_t *samples, int64_t *bytes, int64_t *first) {
	int n = st ? avformat_index_get_entries_count(st) : 0;
	int64_t all = 0;
	*samples = *bytes = 0;
	*first = AV_NOPTS_VALUE;
	for (int i = 0; i < n; i++) {
		const AVIndexEntry *e = avformat_index_get_entry(st, i);
		if (!e || (e->flags & AVINDEX_DISCARD_FRAME))
			continue;
		all++;
		if (e->size <= 0 || e->pos < 0 || e->pos <= size - e->size)
			continue;
		if (!(*samples)++)
			*first = e->timestamp;
		*bytes += e->pos >= size ? e->size : e->pos + e->size - size;
	}
	return all;
}

// dokaz_channel names channel i of a frame of sound; of a layout that names none, the usual one of so many channels counts.
static inline int dokaz_channel(const AVFrame *f, int i) {
	AVChannelLayout usual = {0};
	if (f->ch_layout.order != AV_CHANNEL_ORDER_UNSPEC)
		return av_channel_layout_channel_from_index(&f->ch_layout, i);
	av_channel_layout_default(&usual, f->ch_layout.nb_channels);
	int channel = av_channel_layout_channel_from_index(&usual, i);
	av_channel_layout_uninit(&usual);
	return channel;
}

// dokaz_read_row reads w samples of component c of row y as 16-bit numbers, whatever the pixel format.
static inline void dokaz_read_row(uint16_t *dst, const AVFrame *f, const AVPixFmtDescriptor *d, int y, int c, int w) {
	const uint8_t *data[4] = {f->data[0], f->data[1], f->data[2], f->data[3]};
	// Asked for a palette entry, the library reads data[1] as a palette whatever the format.
	av_read_image_line2(dst, data, f->linesize, d, 0, y, c, w, (d->flags & AV_PIX_FMT_FLAG_PAL) != 0, 2);
}

// strnlen is not in ISO C: length of s, at most max.
static inline int dokaz_length(const char *s, int max) {
	int n = 0;
	while (n < max && s[n])
		n++;
	return n;
}

#endif
