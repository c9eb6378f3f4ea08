package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"dokaz/pipeline"
)

// kept is an Out in memory.
type kept struct {
	members map[string]string
	name    string
	now     strings.Builder
}

func (k *kept) Begin(m pipeline.Member) error { k.name = string(m.Name); k.now.Reset(); return nil }
func (k *kept) Piece(b []byte) error          { k.now.Write(b); return nil }
func (k *kept) End(whole bool) error {
	if whole {
		k.members[k.name] = k.now.String()
	}
	return nil
}

type held struct{ *bytes.Reader }

func (held) Close() error { return nil }

// unfold opens an archive and returns what it held whole, what was told, and why it ended.
func unfold(b []byte, l Limits) (members map[string]string, told []pipeline.Tag, err error) {
	k := &kept{members: map[string]string{}}
	f, _ := pipeline.Sniff(b)
	a := New(k)
	a.limits = l
	err = a.Read(context.Background(), pipeline.Item{Kind: pipeline.Other, Format: f.Name}, held{bytes.NewReader(b)}, func(_ pipeline.Where, f pipeline.Fact) {
		told = append(told, f.(pipeline.Tag))
	})
	return k.members, told, err
}

// notes gives the note of each member told.
func notes(told []pipeline.Tag) map[string]string {
	out := map[string]string{}
	for _, t := range told {
		if t.Group == "member" {
			out[t.Value] = t.Note
		}
	}
	return out
}

var noon = time.Date(2020, 8, 9, 12, 0, 0, 0, time.UTC)

// hostileNames are names that would leave a folder, break a line or name a device where they were used as paths.
var hostileNames = []string{"../../etc/passwd", "/etc/passwd", `..\..\up.jpg`, "a\x00b.jpg", "CON", "line\nbreak.jpg", "\u202egpj.exe", "caf\xe9.jpg", strings.Repeat("n", 300) + ".jpg", "A.jpg", "a.jpg", "..", "."}

func zipped(t testing.TB, add func(*zip.Writer)) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add(z)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func put(t testing.TB, z *zip.Writer, h zip.FileHeader, text string) {
	t.Helper()
	w, err := z.CreateHeader(&h)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func tarred(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range []tar.Header{
		{Typeflag: tar.TypeReg, Name: "../a.jpg", Size: 5, Mode: 0o600, ModTime: noon},
		{Typeflag: tar.TypeSymlink, Name: "link", Linkname: "/etc/passwd"}, {Typeflag: tar.TypeLink, Name: "hard", Linkname: "../a.jpg"},
		{Typeflag: tar.TypeFifo, Name: "pipe"}, {Typeflag: tar.TypeDir, Name: "d/"}, {Typeflag: tar.TypeReg, Name: "b.jpg", Size: 0},
	} {
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, "hello"[:h.Size]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// packed runs bytes through a compressor.
func compressed(t testing.TB, b []byte, with func(io.Writer) (io.WriteCloser, error)) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := with(&out)
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func inGzip(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }

func TestZip(t *testing.T) {
	t.Parallel()
	b := zipped(t, func(z *zip.Writer) {
		for i, n := range hostileNames {
			put(t, z, zip.FileHeader{Name: n, Method: zip.Deflate, Modified: noon}, fmt.Sprint("text ", i))
		}
		put(t, z, zip.FileHeader{Name: "folder/"}, "")
		link := zip.FileHeader{Name: "link.jpg"}
		link.SetMode(os.ModeSymlink | 0o777)
		put(t, z, link, "/etc/passwd")
		put(t, z, zip.FileHeader{Name: "secret.jpg", Flags: 1}, "x")
		w, err := z.CreateRaw(&zip.FileHeader{Name: "rotten.jpg", CRC32: 1, CompressedSize64: 3, UncompressedSize64: 3})
		if err == nil {
			_, err = io.WriteString(w, "abc")
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	members, told, err := unfold(b, pipeline.DefaultLimits().Archive)
	want := map[string]string{}
	for i, n := range hostileNames {
		want[n] = fmt.Sprint("text ", i)
	}
	if diff := cmp.Diff(want, members); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err == nil || err.Error() != "encrypted members 1 of 17, not opened; members not read 1 of 17, first member 17: zip: checksum error" {
		t.Errorf("ended with %v", err)
	}
	got := notes(told)
	for name, note := range map[string]string{
		"folder/": "folder", "link.jpg": "symbolic link, not followed", "secret.jpg": "encrypted, not opened", "rotten.jpg": "not read: zip: checksum error",
		"caf\uFFFDE9.jpg": "6 bytes", "a\x00b.jpg": "6 bytes",
	} {
		if got[name] != note {
			t.Errorf("%q: told %q, want %q", name, got[name], note)
		}
	}
}

func TestTarAndWhatCompressesIt(t *testing.T) {
	t.Parallel()
	plain := tarred(t)
	for name, b := range map[string][]byte{
		"tar": plain, "tar.gz": compressed(t, plain, inGzip),
		"tar.xz":  compressed(t, plain, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }),
		"tar.zst": compressed(t, plain, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }),
		"tar.bz2": bzipped(t, plain),
	} {
		if b == nil {
			continue
		}
		members, told, err := unfold(b, pipeline.DefaultLimits().Archive)
		if diff := cmp.Diff(map[string]string{"../a.jpg": "hello", "b.jpg": ""}, members); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
		if got := notes(told); got["link"] != "symbolic link, not followed" || got["hard"] != "hard link, not followed" || got["pipe"] != "no regular file" || got["d/"] != "folder" {
			t.Errorf("%s: told %v", name, got)
		}
	}
	if members, _, err := unfold(compressed(t, []byte("one file"), inGzip), pipeline.DefaultLimits().Archive); members[unnamed] != "one file" || err != nil {
		t.Errorf("a compressed file: %v %v", members, err)
	}
	if members, _, err := unfold(compressed(t, bytes.Repeat(plain, 3), inGzip)[:60], pipeline.DefaultLimits().Archive); err == nil {
		t.Errorf("cut short: %v, no error", members)
	}
}

func bzipped(t *testing.T, b []byte) []byte {
	t.Helper()
	c := exec.Command("bzip2", "-c")
	c.Stdin = bytes.NewReader(b)
	out, err := c.Output()
	if err != nil {
		t.Logf("bzip2 is not tried: %v", err)
		return nil
	}
	return out
}

// sevenZipped has the program 7z make an archive of two files.
func sevenZipped(t *testing.T, options ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath("7z"); err != nil {
		t.Skip("SKIPPED: no 7z here; make setup installs it")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"a.jpg": "hello", "ж.jpg": strings.Repeat("world ", 1000)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command("7z", append(append([]string{"a", "-bd"}, options...), "x.7z", "a.jpg", "ж.jpg")...)
	c.Dir = dir
	c.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	if said, err := c.CombinedOutput(); err != nil {
		t.Fatalf("7z: %v\n%s", err, said)
	}
	b, err := os.ReadFile(filepath.Join(dir, "x.7z"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSevenZip(t *testing.T) {
	t.Parallel()
	members, _, err := unfold(sevenZipped(t), pipeline.DefaultLimits().Archive)
	if diff := cmp.Diff(map[string]string{"a.jpg": "hello", "ж.jpg": strings.Repeat("world ", 1000)}, members); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	members, told, err := unfold(sevenZipped(t, "-psecret"), pipeline.DefaultLimits().Archive)
	if len(members) != 0 || err == nil || err.Error() != "encrypted members 2 of 2, not opened" {
		t.Errorf("encrypted: %v %v %v", members, told, err)
	}
	if members, _, err = unfold(sevenZipped(t, "-psecret", "-mhe=on"), pipeline.DefaultLimits().Archive); len(members) != 0 || err == nil || !strings.Contains(err.Error(), "encrypted") {
		t.Errorf("encrypted names: %v %v", members, err)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	many := zipped(t, func(z *zip.Writer) {
		for i := range 5 {
			put(t, z, zip.FileHeader{Name: fmt.Sprint(i)}, "")
		}
	})
	bomb := zipped(t, func(z *zip.Writer) {
		put(t, z, zip.FileHeader{Name: "0", Method: zip.Deflate}, strings.Repeat("\x00", 4<<20))
	})
	small := Limits{Members: 4, Bytes: 3 << 20, Ratio: 100, Slack: 1 << 20}
	for _, c := range []struct {
		name string
		b    []byte
		l    Limits
		want string
	}{
		{"members", many, small, "refused: archive members 5 over 4"},
		{"entries of a stream", compressed(t, tarred(t), inGzip), small, "refused: archive members 5 over 4"},
		{"bytes", bomb, Limits{Members: 4, Bytes: 3 << 20, Ratio: 1 << 30, Slack: 1 << 20}, "refused: archive bytes 3,407,872 over 3,145,728"},
		{"ratio", bomb, small, "over 100"},
		{"ratio of a stream", compressed(t, bytes.Repeat([]byte{0}, 4<<20), inGzip), small, "refused: archive ratio"},
	} {
		if members, _, err := unfold(c.b, c.l); !errors.Is(err, pipeline.ErrRefused) || !strings.Contains(err.Error(), c.want) || members["0"] != "" {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, _, err := unfold(bomb, Limits{Members: 4, Bytes: 8 << 20, Ratio: 100, Slack: 8 << 20}); err != nil {
		t.Errorf("within the slack: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(zipped(f, func(z *zip.Writer) { put(f, z, zip.FileHeader{Name: "../a", Method: zip.Deflate}, "hello hello hello") }))
	f.Add(tarred(f))
	f.Add(compressed(f, tarred(f), inGzip))
	f.Add(compressed(f, []byte("x"), func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }))
	f.Add(compressed(f, []byte("x"), func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }))
	f.Add([]byte("7z\xbc\xaf\x27\x1c\x00\x04"))
	l := Limits{Members: 100, Bytes: 1 << 20, Ratio: 100, Slack: 1 << 16}
	f.Fuzz(func(t *testing.T, b []byte) {
		total := 0
		members, _, err := unfold(b, l)
		for _, text := range members {
			total += len(text)
		}
		if len(members) > int(l.Members) || int64(total) > l.Bytes {
			t.Fatalf("%d members of %d bytes, %v", len(members), total, err)
		}
	})
}
