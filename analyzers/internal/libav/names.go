package libav

import "strings"

// demuxers maps the formats of pipeline.Sniff to libav's demuxers. What is not here is never opened: playlists
// (hls, ffconcat) are known formats to us and have no demuxer on purpose.
var demuxers = map[string]string{
	"mov": "mov", "mp4": "mov", "3gp": "mov", "m4a": "mov", "avif": "mov",
	"matroska": "matroska", "webm": "matroska",
	"avi": "avi", "flv": "flv", "asf": "asf", "ogg": "ogg",
	"mpegts": "mpegts", "mpegps": "mpeg", "mpegvideo": "mpegvideo",
	"wav": "wav", "flac": "flac", "amr": "amr", "mp3": "mp3", "aac": "aac",
}

// Demuxable reports whether a format named by pipeline.Sniff has a demuxer here.
func Demuxable(format string) bool { return demuxers[format] != "" }

// stills maps picture formats to the decoder that takes the whole file as one packet.
var stills = map[string]string{"jpeg": "mjpeg", "jp2": "jpeg2000", "png": "png", "bmp": "bmp", "tiff": "tiff", "webp": "webp"}

// codings maps codings to libav's decoders.
var codings = map[Coding]string{HEVC: "hevc", AVC: "h264", AV1: "libdav1d", JPEG: "mjpeg", JPEG2000: "jpeg2000"}

// formatWhitelist is given to the library beside the forced demuxer. A demuxer that opens another inside itself
// (matroska within asf, an image within ogg …) finds these only.
const formatWhitelist = "mov,matroska,avi,flv,asf,ogg,mpegts,mpeg,mpegvideo,wav,flac,amr,mp3,aac"

// protocolWhitelist holds one name, of nothing: an empty list would mean all protocols.
const protocolWhitelist = "dokaz-opens-nothing"

// codecs are the decoders we let libav choose from, by its names; deploy/setup/ffmpeg.components compiles the
// same ones, and a test keeps the two equal. With a system-wide FFmpeg this list alone holds.
var codecs = strings.Fields(`
	h264 hevc libdav1d vp8 vp9
	mpeg1video mpeg2video mpeg4 msmpeg4v1 msmpeg4v2 msmpeg4
	h261 h263 h263i h263p flv vp6 vp6a vp6f theora vp3
	wmv1 wmv2 wmv3 vc1 svq1 svq3 cinepak indeo3 indeo4 indeo5
	mjpeg mjpegb sp5x dvvideo prores dnxhd cfhd v210
	rawvideo huffyuv ffvhuff ffv1 utvideo qtrle msrle msvideo1
	png apng gif bmp tiff webp jpeg2000
	aac aac_latm mp1 mp1float mp2 mp2float mp3 mp3float ac3 eac3 dca opus vorbis flac alac
	amrnb amrwb gsm gsm_ms qcelp evrc speex nellymoser qdm2 truespeech
	wmav1 wmav2 wmapro wmavoice
	adpcm_ms adpcm_ima_wav adpcm_ima_qt adpcm_swf g722 g726 g726le adpcm_yamaha
	pcm_s8 pcm_u8 pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be
	pcm_f32le pcm_f32be pcm_f64le pcm_f64be pcm_alaw pcm_mulaw pcm_dvd pcm_bluray dvaudio`)

func codecWhitelist() string { return strings.Join(codecs, ",") }
