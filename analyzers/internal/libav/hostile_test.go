//go:build libav

package libav

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// Playlists that name a server and a file on this disk, given as whatever format an uploader may claim, open
// neither. The server counts connections; the file is a good film that must never be seen.
func TestDisguisedPlaylistsOpenNothing(t *testing.T) {
	t.Parallel()
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	var touched atomic.Int64
	go func() {
		for {
			c, err := server.Accept()
			if err != nil {
				return
			}
			touched.Add(1)
			_ = c.Close()
		}
	}()
	film := filepath.Join(t.TempDir(), "canary.avi")
	if err := os.WriteFile(film, levels(1, 2, 3).Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, text := range playlists("http://"+server.Addr().String(), film) {
		for format := range demuxers {
			src := []byte(text)
			f, err := Open(context.Background(), bytes.NewReader(src), int64(len(src)), format, Limits{})
			if err != nil {
				continue
			}
			for _, s := range f.Streams() {
				if s.Width == 64 { // the width of the canary
					t.Errorf("%s as %s shows the canary: %+v", name, format, s)
				}
			}
			f.Close()
		}
	}
	// Whatever would still come has come once a connection of our own was counted.
	c, err := net.Dial("tcp", server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); touched.Load() == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if n := touched.Load(); n != 1 {
		t.Errorf("%d connections besides our own", n-1)
	}
}

func playlists(server, file string) map[string]string {
	return map[string]string{
		"HLS to a server":     "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" + server + "/a.ts\n#EXT-X-ENDLIST\n",
		"HLS to a file":       "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://" + file + "\n#EXT-X-ENDLIST\n",
		"HLS key":             "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"" + server + "/key\"\n#EXTINF:1,\n" + server + "/a.ts\n",
		"concat":              "ffconcat version 1.0\nfile '" + file + "'\n",
		"concat to a server":  "ffconcat version 1.0\nfile '" + server + "/a.mp4'\n",
		"DASH":                "<?xml version=\"1.0\"?><MPD><Period><AdaptationSet><Representation><BaseURL>" + server + "/</BaseURL></Representation></AdaptationSet></Period></MPD>",
		"SDP":                 "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
		"ASX":                 "<asx version=\"3.0\"><entry><ref href=\"" + server + "/a.asf\"/></entry></asx>",
		"ASF reference":       "[Reference]\nRef1=" + server + "/a.asf\n",
		"QuickTime reference": string(referenceMovie(server + "/a.mov")),
		"file data reference": string(dataReference(file)),
	}
}

func box(name string, body ...[]byte) []byte {
	b := bytes.Join(body, nil)
	n := len(b) + 8
	return append([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n), name[0], name[1], name[2], name[3]}, b...)
}

// referenceMovie is a movie that names another (QuickTime File Format, "Reference movies").
func referenceMovie(url string) []byte {
	text := append([]byte(url), 0)
	return append(box("ftyp", []byte("qt  \x00\x00\x00\x00qt  ")), box("moov", box("rmra", box("rmda",
		box("rdrf", make([]byte, 4), []byte("url "), []byte{0, 0, 0, byte(len(text))}, text))))...)
}

// dataReference is a movie with one track of one plain picture whose samples lie in another file
// (ISO/IEC 14496-12 §8.7.2).
func dataReference(path string) []byte {
	zeros := func(n int) []byte { return make([]byte, n) }
	u32 := func(v ...uint32) (out []byte) {
		for _, n := range v {
			out = append(out, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
		}
		return out
	}
	matrix := u32(1<<16, 0, 0, 0, 1<<16, 0, 0, 0, 1<<30)
	location := "file://" + path + "\x00"
	description := box("raw ", zeros(6), []byte{0, 1}, zeros(16), []byte{0, 4, 0, 2}, u32(72<<16, 72<<16), zeros(4), []byte{0, 1}, zeros(32), []byte{0, 24, 0xff, 0xff})
	table := box("stbl", box("stsd", u32(0, 1), description), box("stts", u32(0, 1, 1, 1)), box("stsc", u32(0, 1, 1, 1, 1)),
		box("stsz", u32(0, 24, 1)), box("stco", u32(0, 1, 8)))
	media := box("minf", box("vmhd", u32(1), zeros(8)), box("dinf", box("dref", u32(0, 1), box("url ", u32(0), []byte(location)))), table)
	track := box("trak", box("tkhd", u32(3, 0, 0, 1, 0, 1), zeros(16), matrix, u32(4<<16, 2<<16)),
		box("mdia", box("mdhd", u32(0, 0, 0, 1, 1, 0)), box("hdlr", u32(0, 0), []byte("vide"), zeros(13)), media))
	movie := box("moov", box("mvhd", u32(0, 0, 0, 1, 1, 1<<16), zeros(12), matrix, zeros(24), u32(2)), track)
	return append(box("ftyp", []byte("qt  \x00\x00\x00\x00qt  ")), movie...)
}

// The crafted movie must be good enough to have been opened: pointed at itself it shows its stream, pointed at
// another file it gives no packet.
func TestDataReferenceIsNotFollowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	other := filepath.Join(dir, "other.bin")
	if err := os.WriteFile(other, bytes.Repeat([]byte{200}, 64), 0o600); err != nil {
		t.Fatal(err)
	}
	data := dataReference(other)
	f := open(t, data, "mov", Limits{})
	if s := f.Streams(); len(s) != 1 || s[0].Width != 4 || s[0].Height != 2 {
		t.Fatalf("the crafted movie is no movie: %+v", s)
	}
	err := f.Frames(context.Background(), 0, FrameOptions{}, func(fr Frame) error {
		img, err := fr.Picture()
		if err == nil {
			if r, _, _, _ := img.At(0, 0).RGBA(); r>>8 == 200 {
				t.Error("the other file's bytes were shown")
			}
		}
		return err
	})
	t.Logf("reading the movie: %v", err)
	own := bytes.Replace(data, []byte("url \x00\x00\x00\x00"), []byte("url \x00\x00\x00\x01"), 1)
	n := 0
	if err := open(t, own, "mov", Limits{}).Frames(context.Background(), 0, FrameOptions{}, func(Frame) error {
		n++
		return nil
	}); n != 1 {
		t.Errorf("pointed at itself the movie shows %d frames: %v", n, err)
	}
}

// Every shortened and every scribbled form of a good file ends in an answer.
func TestBrokenFilmsEnd(t *testing.T) {
	t.Parallel()
	good := levels(10, 200, 30).Bytes()
	movie := dataReference("/nowhere")
	for name, data := range map[string][]byte{"avi": good, "mov": movie} {
		for cut := 0; cut < len(data); cut += 1 + len(data)/150 {
			end(t, data[:cut], name)
		}
		for at := 0; at < len(data); at += 1 + len(data)/300 {
			scribbled := bytes.Clone(data)
			copy(scribbled[at:], "\xff\xff\xff\xff")
			end(t, scribbled, name)
		}
	}
}

func end(t *testing.T, data []byte, format string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	f, err := Open(ctx, bytes.NewReader(data), int64(len(data)), format, Limits{Pixels: 1 << 20})
	if err != nil {
		return
	}
	defer f.Close()
	i, err := f.Film()
	if err != nil {
		return
	}
	_ = f.Frames(ctx, i, FrameOptions{}, func(fr Frame) error {
		img, err := fr.Picture()
		if err == nil && img.Bounds().Dx()*img.Bounds().Dy() > 1<<20 {
			return fmt.Errorf("a picture of %v", img.Bounds())
		}
		return nil
	})
	if ctx.Err() != nil {
		t.Errorf("no answer within a minute: %d bytes of %s", len(data), format)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(levels(10, 20).Bytes(), "avi")
	f.Add(dataReference("/nowhere"), "mov")
	f.Add([]byte("#EXTM3U\n"), "mpegts")
	f.Fuzz(func(t *testing.T, data []byte, format string) {
		end(t, data, format)
	})
}
