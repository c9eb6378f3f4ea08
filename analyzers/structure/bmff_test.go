package structure

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dokaz/fixtures"
	"dokaz/pipeline"
)

type opened struct{ *bytes.Reader }

func (opened) Close() error { return nil }

// factsOf takes a file apart.
func factsOf(t testing.TB, b []byte) (where []pipeline.Where, facts []pipeline.Fact) {
	t.Helper()
	err := New().Read(context.Background(), pipeline.Item{Size: int64(len(b))}, opened{bytes.NewReader(b)}, func(w pipeline.Where, f pipeline.Fact) {
		where, facts = append(where, w), append(facts, f)
	})
	if err != nil {
		t.Fatal(err)
	}
	return where, facts
}

func kinds[F pipeline.Fact](facts []pipeline.Fact) (out []F) {
	for _, f := range facts {
		if g, ok := f.(F); ok {
			out = append(out, g)
		}
	}
	return out
}

func bx(name string, body ...string) string {
	all := strings.Join(body, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(all)+8))) + name + all
}

const zero4 = "\x00\x00\x00\x00"

// recording is a film as a phone writes it, without pictures.
func recording(title string) string {
	mvhd := bx("mvhd", zero4, "\xd3\x77\x6a\xaf", "\xd3\x77\x6a\xaf", "\x00\x00\x03\xe8", "\x00\x00\x04\x00", "\x00\x01\x00\x00\x01\x00", strings.Repeat("\x00", 10),
		"\x00\x01\x00\x00", strings.Repeat(zero4, 3), "\x00\x01\x00\x00", strings.Repeat(zero4, 3), "\x40\x00\x00\x00", strings.Repeat(zero4, 6), "\x00\x00\x00\x02")
	keys := bx("keys", zero4, "\x00\x00\x00\x02", bx("mdta", "com.apple.quicktime.content.identifier"), bx("mdta", "com.apple.quicktime.software"))
	item := func(n byte, value string) string {
		return bx(zero4[:3]+string([]byte{n}), bx("data", "\x00\x00\x00\x01", zero4, value))
	}
	hdlr := bx("hdlr", zero4, zero4, "mdta", strings.Repeat(zero4, 3), "\x00")
	return bx("ftyp", "qt  \x00\x00\x00\x00qt  ") + bx("moov", mvhd, bx("meta", hdlr, keys, bx("ilst", item(1, "A1-B2"), item(2, "17.1"))),
		bx("udta", bx("\xa9xyz", "\x00\x12\x15\xc7+53.9000+027.5500/"), bx("\xa9nam", "\x00"+string([]byte{byte(len(title))})+"\x15\xc7"+title))) +
		bx("free", "\x00\x00") + bx("mdat", "frames")
}

func TestBoxes(t *testing.T) {
	t.Parallel()
	file := recording("first") + "tail"
	where, facts := factsOf(t, []byte(file))
	var paths []string
	for i, f := range facts {
		if p, ok := f.(pipeline.Piece); ok {
			paths = append(paths, where[i].Path)
			at := *where[i].Offset
			if p.Depth == 0 && p.Name != "rest" && file[at+4:at+8] != p.Name {
				t.Errorf("%s is not at byte %d", p.Name, at)
			}
		}
	}
	want := []string{
		"ftyp", "moov", "moov/mvhd", "moov/meta", "moov/meta/hdlr", "moov/meta/keys", "moov/meta/ilst",
		"moov/meta/ilst/com.apple.quicktime.content.identifier", "moov/meta/ilst/com.apple.quicktime.software",
		"moov/udta", "moov/udta/©xyz", "moov/udta/©nam", "free", "mdat", "rest",
	}
	if d := cmp.Diff(want, paths); d != "" {
		t.Errorf("paths (-want +got):\n%s", d)
	}
	tags := map[string]string{}
	for _, tag := range kinds[pipeline.Tag](facts) {
		tags[tag.Group+" "+tag.Name] = tag.Value
	}
	if d := cmp.Diff(map[string]string{
		"Keys com.apple.quicktime.content.identifier": "A1-B2", "Keys com.apple.quicktime.software": "17.1",
		"UserData ©xyz": "+53.9000+027.5500/", "UserData ©nam": "first",
	}, tags); d != "" {
		t.Errorf("tags (-want +got):\n%s", d)
	}
	relations := kinds[pipeline.Relation](facts)
	if len(relations) != 1 || relations[0].What != "content" || relations[0].Value != "A1-B2" {
		t.Errorf("relations %+v", relations)
	}
	for _, p := range kinds[pipeline.Piece](facts) {
		if p.Name == "mvhd" && (p.Fields[2].Value != "3547818671 (2016-06-03 17:11:11)" || p.Fields[4].Value != "1000") {
			t.Errorf("mvhd %+v", p.Fields)
		}
	}
}

// The signature is of how a file is built: another title keeps it, another program does not.
func TestBoxTreeSignature(t *testing.T) {
	t.Parallel()
	sign := func(file string) pipeline.Signature {
		_, facts := factsOf(t, []byte(file))
		return kinds[pipeline.Signature](facts)[0]
	}
	a, b := sign(recording("first")), sign(recording("a longer one"))
	if a.Digest != b.Digest {
		t.Errorf("another title changed it:\n%s\n%s", a.Text, b.Text)
	}
	for what, file := range map[string]string{
		"another program": strings.Replace(recording("first"), "17.1", "17.2", 1),
		"another brand":   strings.Replace(recording("first"), "qt  \x00", "mp42\x00", 1),
		"another order":   strings.Replace(recording("first"), "free", "wide", 1),
	} {
		if sign(file).Digest == a.Digest {
			t.Errorf("%s kept it: %s", what, a.Text)
		}
	}
}

// Matroska and AVI as Debian's ffmpeg writes them.
func TestMatroskaAndAVI(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, c := range []struct {
		file string
		want []string // paths, and tags after a space
	}{
		{"a.mkv", []string{"EBML", "Segment/Info/MuxingApp", "Segment/Tracks/TrackEntry/Video/PixelWidth", "Segment/Cluster", "Segment/Tags/Tag/SimpleTag", "Segment/Info/Title", "Matroska COMMENT x"}},
		{"a.avi", []string{"RIFF/LIST[0]/avih", "RIFF/LIST[0]/LIST/strh", "RIFF/idx1", "RIFF:INFO INAM one"}},
	} {
		path := filepath.Join(dir, c.file)
		said, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x64:r=5:d=1", "-c:v", "mpeg4", "-metadata", "title=one", "-metadata", "comment=x", path).CombinedOutput()
		if err != nil {
			t.Skipf("SKIPPED, NOT PASSED: ffmpeg: %v\n%s", err, said)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		where, facts := factsOf(t, b)
		seen := map[string]bool{}
		for i, f := range facts {
			switch f := f.(type) {
			case pipeline.Piece:
				seen[where[i].Path] = true
			case pipeline.Tag:
				seen[f.Group+" "+f.Name+" "+f.Value] = true
			}
		}
		for _, w := range c.want {
			found := seen[w]
			for s := range seen {
				found = found || strings.HasPrefix(strings.NewReplacer("[0]", "", "[1]", "").Replace(s), strings.NewReplacer("[0]", "", "[1]", "").Replace(w))
			}
			if !found {
				t.Errorf("%s: no %q among %v", c.file, w, seen)
			}
		}
		if s := kinds[pipeline.Signature](facts); len(s) != 1 {
			t.Errorf("%s: signatures %v", c.file, s)
		}
	}
}

// killers are small files that ask for much.
func killers() map[string]string {
	deep := ""
	for range 2000 {
		deep = bx("moov", deep)[:8] + deep
	}
	nested := bx("free", "")
	for range 300 {
		nested = bx("moov", nested)
	}
	return map[string]string{
		"boxes within boxes":          "\x00\x00\x00\x10ftypisom" + zero4 + nested,
		"boxes without end":           "\x00\x00\x00\x10ftypisom" + zero4 + deep,
		"a size of 64 bits":           "\x00\x00\x00\x10ftypisom" + zero4 + "\x00\x00\x00\x01moov\x7f\xff\xff\xff\xff\xff\xff\xff",
		"many samples":                bx("ftyp", "isom", zero4) + bx("stts", zero4, "\xff\xff\xff\xff", strings.Repeat("\xff", 64)) + bx("stsz", zero4, zero4, "\xff\xff\xff\xff"),
		"items of no length":          bx("ftyp", "isom", zero4) + bx("moov", bx("meta", zero4, bx("ilst", strings.Repeat("\x00", 4096)))),
		"keys of no length":           bx("ftyp", "isom", zero4) + bx("moov", bx("meta", zero4, bx("keys", zero4, "\xff\xff\xff\xff", strings.Repeat("\x00", 4096)))),
		"a hundred thousand boxes":    bx("ftyp", "isom", zero4) + bx("moov", strings.Repeat(bx("trak"), 100_000)),
		"elements within elements":    "\x1a\x45\xdf\xa3\x84\x42\x86\x81\x01" + strings.Repeat("\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff", 500),
		"a hundred thousand clusters": "\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" + strings.Repeat("\x1f\x43\xb6\x75\x80", 100_000),
		"lists within lists":          "RIFF\xff\xff\xff\xffAVI " + strings.Repeat("LIST\xff\xff\xff\x00AAAA", 500),
	}
}

func TestKillers(t *testing.T) {
	t.Parallel()
	for name, file := range killers() {
		began := time.Now() // twenty seconds are for a machine with much else to do: all together took 0.7 s with little else
		n := 0
		err := New().Read(t.Context(), pipeline.Item{}, opened{bytes.NewReader([]byte(file))}, func(pipeline.Where, pipeline.Fact) { n++ })
		if took := time.Since(began); took > 20*time.Second || n > pipeline.MaxPieces+maxItemTags+100 {
			t.Errorf("%s: %d facts in %v, %v", name, n, took, err)
		}
	}
}

func FuzzContainers(f *testing.F) {
	f.Add([]byte(recording("one")))
	for _, k := range killers() {
		if len(k) < 1<<14 {
			f.Add([]byte(k))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = New().Read(context.Background(), pipeline.Item{}, opened{bytes.NewReader(b)}, func(w pipeline.Where, f pipeline.Fact) {
			if w.Offset != nil && (*w.Offset < 0 || w.Length < 0) {
				t.Fatalf("%+v lies at %d, %d bytes", f, *w.Offset, w.Length)
			}
			if p, ok := f.(pipeline.Piece); ok && (*w.Offset > int64(len(b)) || w.Length > math.MaxInt32) {
				t.Fatalf("%+v lies beyond the file", p)
			}
		})
	})
}

// The index of a film of 100 MB, CPU time with the file in memory: boxes alone are read.
//
//	go test -run '^$' -bench BenchmarkLongFilm ./analyzers/structure
func BenchmarkLongFilm(b *testing.B) {
	path := filepath.Join(b.TempDir(), "long.mp4")
	from := filepath.Join(fixtures.SharedMedia(b), "video-neardup", "movie-hello", "movie-hello.mp4")
	if said, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-stream_loop", "24", "-i", from, "-c", "copy", path).CombinedOutput(); err != nil {
		b.Skipf("SKIPPED, NOT PASSED: ffmpeg: %v\n%s", err, said)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(data))/1e6, "MB")
	for b.Loop() {
		if err := New().Read(b.Context(), pipeline.Item{}, opened{bytes.NewReader(data)}, func(pipeline.Where, pipeline.Fact) {}); err != nil {
			b.Fatal(err)
		}
	}
}
