package pipeline

import (
	"bytes"
	"path"
	"strings"
)

// Format is what the first bytes of a file, or its name, say it is.
type Format struct {
	Name       string   // our short name: "jpeg", "mp4"
	MediaType  string   // IANA media type, or the customary one
	Kind       Kind     // what it usually carries; a container may turn out to hold sound only
	Extensions []string // lower case, without the dot, the customary one first
	Refers     bool     // it names other files or addresses to be opened; we never do
}

// SniffLength is how many leading bytes Sniff looks at.
const SniffLength = 4096

// Formats is the table of known formats, in the order in which Sniff tries them.
func Formats() []Format {
	out := make([]Format, len(signatures))
	for i, s := range signatures {
		out[i] = s.Format
	}
	return out
}

// FormatNamed returns the format with that name; ok is false for an unknown one.
func FormatNamed(name string) (f Format, ok bool) {
	for _, s := range signatures {
		if s.Name == name {
			return s.Format, true
		}
	}
	return Format{}, false
}

// Sniff tells the format from the first bytes of a file (SniffLength of them, or all there are).
// It compares signatures only and follows nothing the bytes say; ok is false where no signature fits.
func Sniff(head []byte) (f Format, ok bool) {
	if len(head) > SniffLength {
		head = head[:SniffLength]
	}
	for _, s := range signatures {
		if s.is(head) {
			return s.Format, true
		}
	}
	return Format{}, false
}

// FormatOfName tells the format that a file's extension claims; ok is false for an unknown or absent extension.
func FormatOfName(name string) (f Format, ok bool) {
	ext := Extension(name)
	if ext == "" {
		return Format{}, false
	}
	for _, s := range signatures {
		for _, e := range s.Extensions {
			if e == ext {
				return s.Format, true
			}
		}
	}
	return Format{}, false
}

// Extension returns the lower-case extension of a name without its dot, at most 16 bytes long, or "".
func Extension(name string) string {
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	if len(ext) > 16 {
		return ""
	}
	return ext
}

type signature struct {
	Format
	is func(head []byte) bool
}

// signatures holds magic numbers as the formats' specifications give them. ISO base media files are told
// apart by their brands (ISO/IEC 14496-12 §4.3), so the narrow brands come before the wide ones.
var signatures = []signature{
	{Format{"jpeg", "image/jpeg", Photo, []string{"jpg", "jpeg", "jpe", "jfif"}, false}, starts("\xff\xd8\xff")},
	{Format{"png", "image/png", Photo, []string{"png", "apng"}, false}, starts("\x89PNG\r\n\x1a\n")},
	{Format{"gif", "image/gif", Photo, []string{"gif"}, false}, starts("GIF87a", "GIF89a")},
	{Format{"webp", "image/webp", Photo, []string{"webp"}, false}, riff("WEBP")},
	{Format{"avif", "image/avif", Photo, []string{"avif"}, false}, brand("avif", "avis")},
	{Format{"heic", "image/heic", Photo, []string{"heic", "heif", "hif"}, false}, brand("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1")},
	{Format{"jp2", "image/jp2", Photo, []string{"jp2", "j2k", "jpx"}, false}, starts("\x00\x00\x00\x0cjP  \r\n\x87\n", "\xff\x4f\xff\x51")},
	{Format{"jxl", "image/jxl", Photo, []string{"jxl"}, false}, starts("\xff\x0a", "\x00\x00\x00\x0cJXL \r\n\x87\n")},
	{Format{"raf", "image/x-fuji-raf", Photo, []string{"raf"}, false}, starts("FUJIFILMCCD-RAW")},
	{Format{"crw", "image/x-canon-crw", Photo, []string{"crw"}, false}, isCRW},
	{Format{"cr2", "image/x-canon-cr2", Photo, []string{"cr2"}, false}, isCR2},
	{Format{"cr3", "image/x-canon-cr3", Photo, []string{"cr3"}, false}, isCR3},
	{Format{"tiff", "image/tiff", Photo, []string{"tif", "tiff", "dng", "nef", "arw", "pef", "rw2", "orf", "srw"}, false}, starts("II*\x00", "MM\x00*", "II+\x00", "MM\x00+", "IIU\x00", "IIRO", "IIRS", "MMOR")},
	{Format{"bmp", "image/bmp", Photo, []string{"bmp", "dib"}, false}, isBMP},
	{Format{"psd", "image/vnd.adobe.photoshop", Photo, []string{"psd"}, false}, starts("8BPS")},
	{Format{"mov", "video/quicktime", Video, []string{"mov", "qt"}, false}, isMOV},
	{Format{"3gp", "video/3gpp", Video, []string{"3gp", "3g2", "3gpp"}, false}, brandPrefix("3g")},
	{Format{"m4a", "audio/mp4", Audio, []string{"m4a", "m4b"}, false}, brand("M4A ", "M4B ")},
	{Format{"mp4", "video/mp4", Video, []string{"mp4", "m4v", "f4v"}, false}, isBMFF},
	{Format{"webm", "video/webm", Video, []string{"webm"}, false}, isWebM},
	{Format{"matroska", "video/x-matroska", Video, []string{"mkv", "mka", "mk3d"}, false}, starts("\x1a\x45\xdf\xa3")},
	{Format{"avi", "video/x-msvideo", Video, []string{"avi", "divx"}, false}, riff("AVI ", "AVIX")},
	{Format{"flv", "video/x-flv", Video, []string{"flv"}, false}, starts("FLV\x01")},
	{Format{"asf", "video/x-ms-asf", Video, []string{"wmv", "asf", "wma"}, false}, starts("\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c")},
	{Format{"mpegps", "video/mpeg", Video, []string{"mpg", "mpeg", "vob", "m2p"}, false}, starts("\x00\x00\x01\xba")},
	{Format{"mpegvideo", "video/mpeg", Video, []string{"m1v", "m2v", "mpv"}, false}, starts("\x00\x00\x01\xb3")},
	{Format{"mpegts", "video/mp2t", Video, []string{"ts", "m2ts", "mts", "m2t"}, false}, isMPEGTS},
	{Format{"ogg", "application/ogg", Video, []string{"ogv", "ogg", "ogx", "oga", "opus", "spx"}, false}, starts("OggS")},
	{Format{"wav", "audio/wav", Audio, []string{"wav"}, false}, riff("WAVE")},
	{Format{"flac", "audio/flac", Audio, []string{"flac"}, false}, starts("fLaC")},
	{Format{"amr", "audio/amr", Audio, []string{"amr", "awb"}, false}, starts("#!AMR")},
	{Format{"mp3", "audio/mpeg", Audio, []string{"mp3", "mp2"}, false}, isMP3},
	{Format{"aac", "audio/aac", Audio, []string{"aac"}, false}, isADTS},
	{Format{"zip", "application/zip", Other, []string{"zip"}, false}, starts("PK\x03\x04", "PK\x05\x06")},
	{Format{"pdf", "application/pdf", Other, []string{"pdf"}, false}, starts("%PDF-")},
	{Format{"gzip", "application/gzip", Other, []string{"gz", "tgz"}, false}, starts("\x1f\x8b")},
	{Format{"7z", "application/x-7z-compressed", Other, []string{"7z"}, false}, starts("7z\xbc\xaf\x27\x1c")},
	{Format{"bzip2", "application/x-bzip2", Other, []string{"bz2", "tbz2", "tbz"}, false}, isBzip2},
	{Format{"xz", "application/x-xz", Other, []string{"xz", "txz"}, false}, starts("\xfd7zXZ\x00")},
	{Format{"zstd", "application/zstd", Other, []string{"zst", "tzst"}, false}, starts("\x28\xb5\x2f\xfd")},
	{Format{"tar", "application/x-tar", Other, []string{"tar"}, false}, isTar},
	{Format{"elf", "application/x-elf", Other, []string{"elf"}, false}, starts("\x7fELF")},
	{Format{"hls", "application/vnd.apple.mpegurl", Other, []string{"m3u8", "m3u"}, true}, isM3U},
	{Format{"ffconcat", "text/x-ffconcat", Other, []string{"ffconcat"}, true}, starts("ffconcat version")},
	{Format{"dash", "application/dash+xml", Other, []string{"mpd"}, true}, markup("<MPD")},
	{Format{"smil", "application/smil+xml", Other, []string{"smil", "smi"}, true}, markup("<smil")},
	{Format{"asx", "video/x-ms-asx", Other, []string{"asx", "wax", "wvx"}, true}, markup("<asx", "<ASX")},
	{Format{"xspf", "application/xspf+xml", Other, []string{"xspf"}, true}, markup("http://xspf.org/ns")},
	{Format{"pls", "audio/x-scpls", Other, []string{"pls"}, true}, starts("[playlist]", "[Playlist]")},
	{Format{"sdp", "application/sdp", Other, []string{"sdp"}, true}, starts("v=0\r\n", "v=0\n")},
	{Format{"svg", "image/svg+xml", Other, []string{"svg"}, true}, markup("<svg")},
}

func starts(prefixes ...string) func([]byte) bool {
	return func(h []byte) bool {
		for _, p := range prefixes {
			if bytes.HasPrefix(h, []byte(p)) {
				return true
			}
		}
		return false
	}
}

// markup fits a text that begins like XML and has one of the marks near its beginning.
func markup(marks ...string) func([]byte) bool {
	return func(h []byte) bool {
		h = bytes.TrimLeft(bytes.TrimPrefix(h, []byte("\xef\xbb\xbf")), " \t\r\n")
		if len(h) == 0 || h[0] != '<' {
			return false
		}
		for _, m := range marks {
			if bytes.Contains(h[:min(len(h), 1024)], []byte(m)) {
				return true
			}
		}
		return false
	}
}

func riff(forms ...string) func([]byte) bool {
	return func(h []byte) bool {
		if len(h) < 12 || string(h[:4]) != "RIFF" {
			return false
		}
		for _, f := range forms {
			if string(h[8:12]) == f {
				return true
			}
		}
		return false
	}
}

// brands returns the major and compatible brands of a leading ftyp box, or nil.
func brands(h []byte) []string {
	if len(h) < 12 || string(h[4:8]) != "ftyp" {
		return nil
	}
	size := int(h[0])<<24 | int(h[1])<<16 | int(h[2])<<8 | int(h[3])
	out := make([]string, 1, 8)
	out[0] = string(h[8:12])
	for at := 16; at+4 <= min(size, len(h)) && len(out) < 64; at += 4 {
		out = append(out, string(h[at:at+4]))
	}
	return out
}

// brand fits where the major brand is one of names, or is a generic one while a compatible brand is one of names.
func brand(names ...string) func([]byte) bool {
	return func(h []byte) bool {
		bs := brands(h)
		for i, b := range bs {
			for _, n := range names {
				if b == n && (i == 0 || bs[0] == "mif1" || bs[0] == "msf1") {
					return true
				}
			}
		}
		return false
	}
}

func brandPrefix(p string) func([]byte) bool {
	return func(h []byte) bool {
		bs := brands(h)
		return len(bs) > 0 && strings.HasPrefix(bs[0], p)
	}
}

func isMOV(h []byte) bool {
	if bs := brands(h); len(bs) > 0 {
		return bs[0] == "qt  "
	}
	if len(h) < 8 {
		return false
	}
	switch string(h[4:8]) { // QuickTime files may begin without ftyp
	case "moov", "mdat", "wide", "pnot":
		return true
	}
	return false
}

func isBMFF(h []byte) bool {
	if len(h) < 8 {
		return false
	}
	switch string(h[4:8]) {
	case "ftyp", "styp", "moof", "sidx", "free", "skip":
		return true
	}
	return false
}

func isWebM(h []byte) bool {
	return bytes.HasPrefix(h, []byte("\x1a\x45\xdf\xa3")) && bytes.Contains(h[:min(len(h), 64)], []byte("webm"))
}

func isCR2(h []byte) bool {
	return len(h) > 10 && bytes.HasPrefix(h, []byte("II*\x00")) && string(h[8:10]) == "CR"
}

// isCR3 asks for Canon's brand of raw pictures, without the mark of raw films, which have it too.
func isCR3(h []byte) bool {
	bs := brands(h)
	return len(bs) > 0 && bs[0] == "crx " && !bytes.Contains(h, []byte("CanonCRM"))
}

func isCRW(h []byte) bool { return len(h) > 14 && string(h[6:14]) == "HEAPCCDR" }

// isBMP asks for one of the known header lengths behind the two letters, which alone would fit any text.
func isBMP(h []byte) bool {
	if len(h) < 18 || string(h[:2]) != "BM" {
		return false
	}
	switch h[14] {
	case 12, 16, 40, 52, 56, 64, 108, 124:
		return h[15] == 0 && h[16] == 0 && h[17] == 0
	}
	return false
}

// isMPEGTS asks for three sync bytes a packet apart, in plain (188) or timestamped (192) packets.
func isMPEGTS(h []byte) bool {
	for _, p := range []struct{ first, step int }{{0, 188}, {4, 192}} {
		fits := len(h) > p.first+2*p.step
		for i := 0; fits && i < 3; i++ {
			fits = h[p.first+i*p.step] == 0x47
		}
		if fits {
			return true
		}
	}
	return false
}

// isM3U accepts the header of extended M3U (RFC 8216 §4.3.1.1), also behind a byte order mark.
func isM3U(h []byte) bool {
	return bytes.HasPrefix(bytes.TrimPrefix(h, []byte("\xef\xbb\xbf")), []byte("#EXTM3U"))
}

// isBzip2 asks for the block size and the mark of a first block, or of an empty stream's end, behind the three letters.
func isBzip2(h []byte) bool {
	return len(h) >= 10 && string(h[:3]) == "BZh" && h[3] >= '1' && h[3] <= '9' &&
		(string(h[4:10]) == "\x31\x41\x59\x26\x53\x59" || string(h[4:10]) == "\x17\x72\x45\x38\x50\x90")
}

// isTar asks for the magic of POSIX.1-1988 and GNU; older archives have none.
func isTar(h []byte) bool { return len(h) >= 263 && string(h[257:262]) == "ustar" }

// isMP3 accepts an ID3v2 tag, or an MPEG audio frame header of layer II or III with valid fields (ISO/IEC 11172-3 §2.4.2.3).
func isMP3(h []byte) bool {
	if bytes.HasPrefix(h, []byte("ID3")) {
		return true
	}
	if len(h) < 4 || h[0] != 0xff || h[1]&0xe0 != 0xe0 {
		return false
	}
	layer, version := h[1]>>1&3, h[1]>>3&3
	return version != 1 && (layer == 1 || layer == 2) && h[2]>>4 != 15 && h[2]>>4 != 0 && h[2]>>2&3 != 3
}

// isADTS accepts the ADTS header of AAC (ISO/IEC 13818-7 §6.2).
func isADTS(h []byte) bool {
	return len(h) > 6 && h[0] == 0xff && h[1]&0xf6 == 0xf0 && h[2]>>2&15 < 13
}
