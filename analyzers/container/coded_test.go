//go:build libav

package container

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dokaz/analyzers/internal/libav"
	"dokaz/fixtures"
	"dokaz/pipeline"
)

// run makes a file with the program ffmpeg.
func run(t *testing.T, args ...string) {
	t.Helper()
	if said, err := exec.Command("ffmpeg", append([]string{"-nostdin", "-v", "error", "-y"}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg %v: %v\n%s", args, err, said)
	}
}

func needFFmpeg(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skipf("SKIPPED, NOT PASSED: %v", err)
	}
}

// digests are those of a file's streams, by type and codec.
func digests(t *testing.T, path string) map[string]pipeline.Digest {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := read(data)
	if err != nil && libav.Damage(err) == nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	out, n := map[string]pipeline.Digest{}, map[string]int{}
	for _, d := range of[pipeline.CodedDigest](s) {
		out[fmt.Sprintf("%s %d", d.Codec, n[d.Codec])] = d.Digest
		n[d.Codec]++
	}
	return out
}

// remuxes are what people do to a file without coding it anew.
var remuxes = []struct {
	name, ext string
	args      []string
}{
	{"metadata removed", "mp4", []string{"-map_metadata", "-1", "-fflags", "+bitexact"}},
	{"metadata rewritten, index in front", "mp4", []string{"-metadata", "title=another", "-metadata", "creation_time=2001-01-01T00:00:00Z", "-movflags", "+faststart"}},
	{"to QuickTime", "mov", nil},
	{"to Matroska", "mkv", nil},
	{"fragmented", "mp4", []string{"-movflags", "+frag_keyframe+empty_moov", "-bsf:a", "aac_adtstoasc"}},
	{"to a transport stream", "ts", []string{"-f", "mpegts"}},
}

// Films of the codecs that phones and messengers write keep their digests in every container, and lose them when coded anew.
func TestRemuxedFilmsKeepTheirDigests(t *testing.T) {
	t.Parallel()
	needFFmpeg(t)
	for _, c := range []struct {
		name, ext string
		args      []string
		without   string // containers that do not take it
	}{
		{"H.264 and AAC", "mp4", []string{"-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-c:a", "aac"}, ""},
		{"H.264 with delimiters", "ts", []string{"-c:v", "libx264", "-preset", "ultrafast", "-aud", "1", "-c:a", "aac"}, ""},
		{"H.265", "mp4", []string{"-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-c:a", "aac"}, ""},
		{"MPEG-4 and MP3", "avi", []string{"-c:v", "mpeg4", "-c:a", "libmp3lame"}, ""},
		{"MPEG-2", "mpg", []string{"-c:v", "mpeg2video", "-c:a", "mp2"}, ""},
		{"VP9 and Opus", "webm", []string{"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"}, "mov ts"},
		{"VP8", "webm", []string{"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-an"}, "mp4 mov ts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			first := filepath.Join(dir, "first."+c.ext)
			run(t, append(append([]string{"-f", "lavfi", "-i", "testsrc2=s=160x120:r=15:d=2", "-f", "lavfi", "-i", "sine=d=2", "-pix_fmt", "yuv420p"}, c.args...), first)...)
			want := digests(t, first)
			if len(want) == 0 {
				t.Fatal("no digests")
			}
			for _, m := range remuxes {
				if strings.Contains(c.without, m.ext) {
					continue
				}
				other := filepath.Join(dir, strings.ReplaceAll(m.name, " ", "-")+"."+m.ext)
				args := m.args
				if _, ok := want["aac 0"]; !ok && m.name == "fragmented" {
					args = args[:2]
				}
				run(t, append(append([]string{"-i", first, "-map", "0", "-c", "copy"}, args...), other)...)
				got := digests(t, other)
				for name, d := range want {
					if got[name] != d {
						t.Errorf("%s: %s differs", m.name, name)
					}
				}
			}
			again := filepath.Join(dir, "again.mp4")
			run(t, "-i", first, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "30", "-c:a", "aac", "-b:a", "96k", again)
			for name, d := range digests(t, again) {
				for other, w := range want {
					if d == w {
						t.Errorf("coded anew, %s equals %s", name, other)
					}
				}
			}
		})
	}
}

// Real files keep their digests too.
func TestRemuxedRealFilmsKeepTheirDigests(t *testing.T) {
	t.Parallel()
	needFFmpeg(t)
	root := fixtures.SharedMedia(t)
	for _, name := range []string{
		"video-scenes/VID_20191220_170832.mp4", "containers/exoplayer-mp4/sample.mp4", "containers/exoplayer-mp4/sample_with_color_info.mp4",
		"containers/exoplayer-mp4/sample_fragmented.mp4", "containers/exoplayer-mp4/sample_av1.mp4", "containers/exoplayer-mp4/sample_ac3.mp4",
		"containers/exoplayer-mp4/sample_android_slow_motion.mp4", "containers/exoplayer-mp4/preroll-5s.mp4",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := filepath.Join(root, filepath.FromSlash(name))
			want := digests(t, first)
			if len(want) == 0 {
				t.Fatal("no digests")
			}
			for _, m := range remuxes[:4] {
				if m.ext == "mov" && strings.Contains(name, "av1") {
					continue // QuickTime does not take it
				}
				other := filepath.Join(t.TempDir(), "other."+m.ext)
				run(t, append(append([]string{"-i", first, "-map", "0:v?", "-map", "0:a?", "-c", "copy"}, m.args...), other)...)
				got := digests(t, other)
				for name, d := range want {
					if got[name] != d {
						t.Errorf("%s: %s differs", m.name, name)
					}
				}
			}
		})
	}
}

// What goes in, by hand.
func TestUnitsThatGoIntoADigest(t *testing.T) {
	t.Parallel()
	avcC := []byte{1, 100, 0, 31, 0xff, 0xe1, 0}
	hvcC := append([]byte{1}, make([]byte, 22)...)
	hvcC[21] = 3
	slice := "\x65slice one"
	for _, c := range []struct {
		name   string
		stream libav.Stream
		packet string
		want   string
	}{
		{"lengths", libav.Stream{Codec: "h264", Configuration: avcC}, "\x00\x00\x00\x02\x09\xf0\x00\x00\x00\x0a" + slice, "\x00\x00\x01" + slice},
		{"start codes, parameter sets and padding", libav.Stream{Codec: "h264"}, "\x00\x00\x00\x01\x67sps\x00\x00\x01\x68pps\x00\x00\x00\x01" + slice + "\x00\x00", "\x00\x00\x01" + slice},
		{"a length beyond the packet", libav.Stream{Codec: "h264", Configuration: avcC}, "\x00\x00\x00\xff" + slice, "\x00\x00\x01" + slice},
		{"H.265", libav.Stream{Codec: "hevc", Configuration: hvcC}, "\x00\x00\x00\x03\x46\x01\x10\x00\x00\x00\x04\x26\x01ab", "\x00\x00\x01\x26\x01ab"},
		{"AV1", libav.Stream{Codec: "av1"}, "\x12\x00\x0a\x02ab\x32\x03cde", "\x06cde"},
		{"AAC behind a header", libav.Stream{Codec: "aac"}, "\xff\xf1\x50\x80\x01\x3f\xfcab", "ab"},
		{"AAC as it is", libav.Stream{Codec: "aac"}, "\x21ab", "\x21ab"},
		{"MPEG-4", libav.Stream{Codec: "mpeg4"}, "\x00\x00\x01\x20vol\x00\x00\x01\xb6vop", "\x00\x00\x01\xb6vop"},
		{"others", libav.Stream{Codec: "vp9"}, "anything", "anything"},
	} {
		c.stream.Type = "video"
		d := digestOf(c.stream)
		d.add([]byte(c.packet))
		f, ok := d.fact(0, c.stream.Codec)
		if want := pipeline.Digest(sha256.Sum256([]byte(c.want))); !ok || f.Digest != want || f.Bytes != int64(len(c.want)) {
			t.Errorf("%s: %d bytes went in, want %q", c.name, f.Bytes, c.want)
		}
	}
	if digestOf(libav.Stream{Type: "subtitle"}) != nil || digestOf(libav.Stream{Type: "video", Attached: true}) != nil {
		t.Error("text and covers have no digest")
	}
}

func FuzzCodedDigest(f *testing.F) {
	for _, codec := range []string{"h264", "hevc", "mpeg2video", "mpeg4", "av1", "aac", "vp9"} {
		f.Add(codec, []byte{1, 0, 0, 0, 255}, []byte("\x00\x00\x01\x65\x00\x00\x01\xb6"))
		f.Add(codec, []byte{}, []byte("\x32\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	}
	f.Fuzz(func(_ *testing.T, codec string, configuration, packet []byte) {
		d := digestOf(libav.Stream{Type: "video", Codec: codec, Configuration: configuration})
		d.add(packet)
		d.fact(0, codec)
	})
}
