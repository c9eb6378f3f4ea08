package pipeline

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDigestText(t *testing.T) {
	t.Parallel()
	// FIPS 180-4 example: SHA-256 of "abc".
	const abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	if got := DigestOf([]byte("abc")).String(); got != abc {
		t.Errorf("got %s", got)
	}
	d, err := ParseDigest(abc)
	if err != nil || d.String() != abc {
		t.Errorf("%s, %v", d, err)
	}
	for _, bad := range []string{"", "sha256:", "sha256:00", abc + "00", strings.Replace(abc, "b", "g", 1), "sha1:" + abc[7:]} {
		if _, err := ParseDigest(bad); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v, want ErrMalformed", bad, err)
		}
	}
}

func TestHashDistance(t *testing.T) {
	t.Parallel()
	// Checked by hand: f has four bits in each of 64 digits, and one of them is in the other hash.
	a, err1 := ParseHash256(strings.Repeat("f", 64))
	b, err2 := ParseHash256(strings.Repeat("0", 63) + "1")
	if err1 != nil || err2 != nil || a.Distance(b) != 255 || a.Distance(a) != 0 {
		t.Errorf("%d, %v, %v", a.Distance(b), err1, err2)
	}
	if b[3] != 1 || b.String() != strings.Repeat("0", 63)+"1" {
		t.Errorf("%v prints as %s", b, b)
	}
}

func TestReceiptKeyIsTheActNotItsTime(t *testing.T) {
	t.Parallel()
	r := Receipt{Item: DigestOf(nil), Name: "a.jpg", Path: "in/a.jpg", Claims: Claims{Source: "s", Other: map[string]string{"x": "y"}}}
	key := func(change func(*Receipt)) Digest {
		c := r
		change(&c)
		k, err := c.Key()
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	same := key(func(*Receipt) {})
	if key(func(r *Receipt) { r.At, r.By, r.Modified = time.Now(), "someone", time.Now() }) != same {
		t.Error("time and actor change the key: a repeated run would add receipts")
	}
	for name, change := range map[string]func(*Receipt){
		"path":   func(r *Receipt) { r.Path = "b/a.jpg" },
		"item":   func(r *Receipt) { r.Item[0]++ },
		"claims": func(r *Receipt) { r.Claims.Notes = "n" },
		"raw":    func(r *Receipt) { r.RawName = []byte{0xff} },
	} {
		if key(change) == same {
			t.Errorf("%s does not change the key", name)
		}
	}
}

func TestSniffTellsFormatsByContent(t *testing.T) {
	t.Parallel()
	ts := make([]byte, 600)
	ts[0], ts[188], ts[376] = 0x47, 0x47, 0x47
	for want, head := range map[string]string{
		"jpeg":     "\xff\xd8\xff\xe0\x00\x10JFIF",
		"png":      "\x89PNG\r\n\x1a\n",
		"gif":      "GIF89a",
		"webp":     "RIFF\x10\x00\x00\x00WEBPVP8 ",
		"avi":      "RIFF\x10\x00\x00\x00AVI LIST",
		"wav":      "RIFF\x10\x00\x00\x00WAVEfmt ",
		"tiff":     "II*\x00\x08\x00\x00\x00",
		"cr2":      "II*\x00\x10\x00\x00\x00CR\x02\x00",
		"cr3":      "\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom",
		"heic":     "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
		"avif":     "\x00\x00\x00\x1cftypavif\x00\x00\x00\x00mif1avif",
		"mp4":      "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42",
		"mov":      "\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  ",
		"3gp":      "\x00\x00\x00\x14ftyp3gp5\x00\x00\x01\x003gp5",
		"m4a":      "\x00\x00\x00\x14ftypM4A \x00\x00\x00\x00M4A ",
		"webm":     "\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm",
		"matroska": "\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\x82\x88matroska",
		"mpegts":   string(ts),
		"mpegps":   "\x00\x00\x01\xba\x44",
		"ogg":      "OggS\x00\x02",
		"mp3":      "ID3\x03\x00",
		"hls":      "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0",
		"dash":     "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\">",
		"ffconcat": "ffconcat version 1.0\nfile x",
		"sdp":      "v=0\r\no=- 0 0 IN IP4 127.0.0.1",
		"svg":      "<svg xmlns=\"http://www.w3.org/2000/svg\">",
		"bmp":      "BM\x36\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00",
		"":         "BM is how this text begins, which is no bitmap",
	} {
		if f, ok := Sniff([]byte(head)); f.Name != want || ok != (want != "") {
			t.Errorf("%q: got %q", head, f.Name)
		}
	}
}

func TestExtensionIsAClaim(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for _, name := range []string{"A.JPG", "b.m2ts", "c.tar.gz", "d", ".jpg", "e.jpg\u202e", "f." + strings.Repeat("x", 40)} {
		f, _ := FormatOfName(name)
		got[name] = f.Name
	}
	want := map[string]string{"A.JPG": "jpeg", "b.m2ts": "mpegts", "c.tar.gz": "gzip", "d": "", ".jpg": "jpeg", "e.jpg\u202e": "", "f." + strings.Repeat("x", 40): ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic"))
	f.Add([]byte("\xff\xff\xff\xffftyp"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, ok := Sniff(b)
		if g, found := FormatNamed(a.Name); ok && (!found || g.Name != a.Name) {
			t.Errorf("%q is no format of the table", a.Name)
		}
	})
}
