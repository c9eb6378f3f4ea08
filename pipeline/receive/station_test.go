package receive

import (
	"context"
	"crypto/sha512"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

func TestTakingAFileGivesItemAndReceipt(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{"day 1/a.jpg": jpeg})
	modified := time.Date(2014, 2, 20, 9, 30, 0, 0, time.UTC)
	if err := os.Chtimes(filepath.Join(root, "day 1/a.jpg"), modified, modified); err != nil {
		t.Fatal(err)
	}
	s, v, b := station()
	got := one(t, s, root)

	it := pipeline.Item{Digest: pipeline.DigestOf([]byte(jpeg)), SHA512: sha512.Sum512([]byte(jpeg)), Size: int64(len(jpeg)), Kind: pipeline.Photo, Format: "jpeg"}
	r := pipeline.Receipt{Item: it.Digest, Name: "a.jpg", Path: "photos/day 1/a.jpg", At: noon.UTC(), By: "tester", Modified: modified}
	key, err := r.Key()
	if err != nil {
		t.Fatal(err)
	}
	want := Result{Path: r.Path, Item: it, Receipt: key, Received: pipeline.Received{NewItem: true, NewReceipt: true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]pipeline.Item{it}, b.items); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]pipeline.Receipt{r}, b.receipts); diff != "" {
		t.Errorf("receipts (-want +got):\n%s", diff)
	}
	if string(v.kept[it.Digest]) != jpeg {
		t.Errorf("the vault holds %q", v.kept)
	}
	again := one(t, s, root)
	want.Received = pipeline.Received{}
	if diff := cmp.Diff(want, again); diff != "" {
		t.Errorf("taken again (-want +got):\n%s", diff)
	}
}

func TestEqualBytesElsewhereAreAFurtherReceipt(t *testing.T) {
	t.Parallel()
	s, _, b := station()
	_, cs := all(t, Walk(t.Context(), []string{plant(t, map[string]string{"a.jpg": jpeg, "copy/a.jpg": jpeg})}, Options{}))
	var got []pipeline.Received
	for _, c := range cs {
		got = append(got, take(t, s, c).Received)
	}
	want := []pipeline.Received{{NewItem: true, NewReceipt: true}, {NewItem: false, NewReceipt: true}}
	if diff := cmp.Diff(want, got); diff != "" || len(b.items) != 1 {
		t.Errorf("%d items; (-want +got):\n%s", len(b.items), diff)
	}
}

func TestKindAndFormat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, content string
		kind          pipeline.Kind // "" where it is left out without All
		format        string
		out           string // why it is left out
	}{
		{"a.jpg", jpeg, pipeline.Photo, "jpeg", ""},
		{"a.mp4", mp4, pipeline.Video, "mp4", ""},
		{"photo said to be a video.mp4", jpeg, pipeline.Photo, "jpeg", ""},
		{"photo said to be a text.txt", jpeg, pipeline.Photo, "jpeg", ""},
		{"no extension", mp4, pipeline.Video, "mp4", ""},
		{"trailing dots.jpg...", jpeg, pipeline.Photo, "jpeg", ""},
		{"UPPER.JPG", "garbage \x00", pipeline.Other, "", ""},
		{"unknown.mov", "garbage \x00", pipeline.Other, "", ""},
		{"unknown.flac", "text", pipeline.Other, "", ""},
		{"empty.jpg", "", pipeline.Other, "", ""},
		{"playlist.mp4", "#EXTM3U\n", pipeline.Other, "hls", ""},
		{"archive.jpg", "PK\x03\x04....", pipeline.Other, "zip", ""},
		{"notes.txt", "wörds\n", "", "", `not media: text by content, ".txt" is no media extension`},
		{"README", "words\n", "", "", `not media: text by content, no extension`},
		{"empty", "", "", "", `not media: empty by content, no extension`},
		{"trailing dots.jpg..", "words", "", "", `not media: text by content, no extension`},
		{"program", "\x7fELF\x02", "", "elf", `not media: elf by content, no extension`},
		{"a.zip", "PK\x03\x04....", pipeline.Other, "zip", ""},
		{"archive", "PK\x03\x04....", pipeline.Other, "zip", ""},
		{"other.7z", "PK\x03\x04....", pipeline.Other, "zip", ""},
		{"letter.docx", "PK\x03\x04....", "", "zip", `not media: zip by content, ".docx" is no media extension`},
		{"a.dat", "\x00\x01\x02", "", "", `not media: unknown by content, ".dat" is no media extension`},
		{"latin.txt", "caf\xe9 society", "", "", `not media: unknown by content, ".txt" is no media extension`},
		{"cut.txt", strings.Repeat("a", pipeline.SniffLength-1) + "ö", "", "", `not media: text by content, ".txt" is no media extension`},
		{"bidi.\u202ejpg", "words", "", "", `not media: text by content, ".\u202ejpg" is no media extension`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := plant(t, map[string]string{c.name: c.content})
			s, v, b := station()
			got := one(t, s, root)
			if c.kind == "" {
				want := Result{Path: "photos/" + c.name, LeftOut: &LeftOut{NotMedia, c.out}}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if len(v.kept)+len(b.items)+len(b.receipts) > 0 {
					t.Error("something was kept of it")
				}
				c.kind = pipeline.Other
			} else if got.Item.Kind != c.kind || got.Item.Format != c.format {
				t.Errorf("got %q %q (left out: %v), want %q %q", got.Item.Kind, got.Item.Format, got.LeftOut, c.kind, c.format)
			}
			s.All = true
			if got := one(t, s, root); got.Item.Kind != c.kind || got.Item.Format != c.format {
				t.Errorf("with All: got %q %q, want %q %q", got.Item.Kind, got.Item.Format, c.kind, c.format)
			}
			if string(v.kept[pipeline.DigestOf([]byte(c.content))]) != c.content {
				t.Error("the bytes kept are not the file's")
			}
		})
	}
}

func TestStreams(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a.jpg": "a.jpg", "sub/a.jpg": "sub/a.jpg", "./a.jpg": "a.jpg", "/etc/a.jpg": "a.jpg", "../a.jpg": "a.jpg",
		"../../a.jpg": "a.jpg", "sub/../../a.jpg": "a.jpg", "..a.jpg": "..a.jpg",
		"": "unnamed", "..": "unnamed", "/": "unnamed", "../..": "unnamed",
	} {
		s, _, b := station()
		c := Stream(name, text(jpeg))
		if got := take(t, s, c); got.Path != want || b.receipts[0].Path != want || !b.receipts[0].Modified.IsZero() {
			t.Errorf("%q: path %q, receipt %+v; want %q", name, got.Path, b.receipts, want)
		}
		if again := take(t, s, c); again.LeftOut == nil || again.LeftOut.Why != Unreadable {
			t.Errorf("%q: taken twice: %+v", name, again)
		}
	}
}

func TestWhoseErrorItIs(t *testing.T) {
	t.Parallel()
	cable, full := errors.New("the cable was pulled"), errors.New("no space left")
	long := strings.Repeat(jpeg, 10_000)
	for _, c := range []struct {
		name          string
		source        io.Reader
		vault, record error
		out           string // left out: the source's
		err           error  // returned: ours
	}{
		{name: "source fails at once", source: iotest.ErrReader(cable), out: "cannot be read: the cable was pulled"},
		{name: "source fails half way", source: io.MultiReader(text(long), iotest.ErrReader(cable)), out: "cannot be read: the cable was pulled"},
		{name: "source wraps the end", source: io.MultiReader(text(long), iotest.ErrReader(errors.Join(cable, io.EOF))), out: "cannot be read: the cable was pulled\nEOF"},
		{name: "source ends too early", source: io.MultiReader(text(long), iotest.ErrReader(io.ErrUnexpectedEOF)), out: "cannot be read: unexpected EOF"},
		{name: "source ends too early in its head", source: iotest.ErrReader(io.ErrUnexpectedEOF), out: "cannot be read: unexpected EOF"},
		{name: "source ends too early, then says it has ended", source: &once{err: io.ErrUnexpectedEOF}, out: "cannot be read: unexpected EOF"},
		{name: "source is stuck", source: stuck{}, out: "cannot be read: multiple Read calls return no data or error"},
		{name: "source is stuck half way", source: io.MultiReader(text(long), stuck{}), out: "cannot be read: multiple Read calls return no data or error"},
		{name: "vault fails", source: text(long), vault: full, err: full},
		{name: "vault is rotten", source: text(long), vault: pipeline.ErrCorrupt, err: pipeline.ErrCorrupt},
		{name: "records fail", source: text(long), record: full, err: full},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, v, b := station()
			v.err, b.err = c.vault, c.record
			got, err := s.Take(t.Context(), Stream("a.jpg", c.source))
			want := Result{Path: "a.jpg"}
			if c.out != "" {
				want.LeftOut = &LeftOut{Unreadable, c.out}
			}
			if diff := cmp.Diff(want, got); diff != "" || !errors.Is(err, c.err) {
				t.Errorf("error %v, want %v; (-want +got):\n%s", err, c.err, diff)
			}
			if len(b.items) > 0 || c.record == nil && len(v.kept) > 0 {
				t.Error("something was kept")
			}
		})
	}
}

// once fails once and then ends well.
type once struct{ err error }

func (o *once) Read([]byte) (int, error) {
	err := o.err
	o.err = io.EOF
	return 0, err
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// interrupting cancels when it is read to its end.
type interrupting struct {
	r      io.Reader
	cancel context.CancelFunc
}

func (i interrupting) Read(p []byte) (int, error) {
	n, err := i.r.Read(p)
	if err != nil {
		i.cancel()
		err = context.Canceled
	}
	return n, err
}

func TestInterruptionIsOursNotTheSources(t *testing.T) {
	t.Parallel()
	s, _, b := station()
	ctx, cancel := context.WithCancel(t.Context())
	got, err := s.Take(ctx, Stream("a.jpg", interrupting{text(strings.Repeat(jpeg, 10_000)), cancel}))
	if !errors.Is(err, context.Canceled) || got.LeftOut != nil || len(b.items) > 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := s.Take(ctx, Stream("a.jpg", text(jpeg))); !errors.Is(err, context.Canceled) {
		t.Errorf("after it: %v", err)
	}
}

func TestACandidateOfNobodysIsRefused(t *testing.T) {
	t.Parallel()
	s, _, _ := station()
	if got, err := s.Take(t.Context(), Candidate{Path: "a.jpg"}); err == nil {
		t.Errorf("got %+v", got)
	}
}

// meddling writes to the source while the vault reads it.
type meddling struct {
	Vault
	meddle func()
}

func (m meddling) Put(ctx context.Context, r io.Reader) (pipeline.Sums, error) {
	half := make([]byte, pipeline.SniffLength)
	n, err := io.ReadFull(r, half)
	if err != nil {
		return pipeline.Sums{}, err
	}
	m.meddle()
	return m.Vault.Put(ctx, io.MultiReader(text(string(half[:n])), r))
}

func TestASourceThatChangesWhileItIsCopied(t *testing.T) {
	t.Parallel()
	before := jpeg + strings.Repeat("x", 20_000)
	size := len(before)
	for name, c := range map[string]struct {
		meddle func(t *testing.T, file string)
		kept   string
		note   string
	}{
		"nothing happens": {func(*testing.T, string) {}, before, ""},
		"it grows": {func(t *testing.T, file string) { write(t, file, os.O_APPEND, 0, "more") },
			before + "more", "it had 20011 bytes when it was opened; 20015 were copied"},
		"it is cut": {func(t *testing.T, file string) { ok(t, os.Truncate(file, 10_000)) },
			before[:10_000], "it had 20011 bytes when it was opened; 10000 were copied"},
		"its end is changed": {func(t *testing.T, file string) { write(t, file, 0, int64(size-1), "y") },
			before[:size-1] + "y", "it was written to while it was copied"},
		"its start is changed": {func(t *testing.T, file string) { write(t, file, 0, 0, "PK\x03\x04") },
			before, "it was written to while it was copied"},
		"it is removed": {func(t *testing.T, file string) { ok(t, os.Remove(file)) }, before, ""},
		"another takes its name": {func(t *testing.T, file string) {
			ok(t, os.WriteFile(file+"2", []byte("other"), 0o600))
			ok(t, os.Rename(file+"2", file))
		}, before, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := plant(t, map[string]string{"a.jpg": before})
			file := filepath.Join(root, "a.jpg")
			past := time.Now().Add(-time.Hour)
			ok(t, os.Chtimes(file, past, past))
			s, v, _ := station()
			s.Vault = meddling{v, func() { c.meddle(t, file) }}
			got := one(t, s, root)
			if got.Item.Digest != pipeline.DigestOf([]byte(c.kept)) || string(v.kept[got.Item.Digest]) != c.kept {
				t.Errorf("item %s of %d bytes is not what was sealed", got.Item.Digest, got.Item.Size)
			}
			if got.Item.Format != "jpeg" || got.Changed != c.note {
				t.Errorf("format %q, changed %q; want jpeg, %q", got.Item.Format, got.Changed, c.note)
			}
		})
	}
}

// late writes to the source once it has been read.
type late struct {
	Vault
	meddle func()
}

func (l late) Put(ctx context.Context, r io.Reader) (pipeline.Sums, error) {
	defer l.meddle()
	return l.Vault.Put(ctx, r)
}

func TestASourceThatGrowsAfterItWasCopied(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{"a.jpg": jpeg})
	s, v, _ := station()
	s.Vault = late{v, func() { write(t, filepath.Join(root, "a.jpg"), os.O_APPEND, 0, "more") }}
	got := one(t, s, root)
	if want := "11 bytes were copied; it has 15 now"; got.Changed != want || got.Item.Size != int64(len(jpeg)) {
		t.Errorf("changed %q of %d bytes, want %q", got.Changed, got.Item.Size, want)
	}
}

func TestOurOwnWantIsNoFaultOfTheSource(t *testing.T) {
	t.Parallel()
	for _, err := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM} {
		if why, got := reasonOf(&os.PathError{Op: "open", Path: "a", Err: err}); why != nil || !errors.Is(got, err) {
			t.Errorf("%v: left out for %v, error %v", err, why, got)
		}
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

func write(t *testing.T, file string, flag int, at int64, what string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_WRONLY|flag, 0)
	ok(t, err)
	if flag&os.O_APPEND != 0 {
		_, err = f.WriteString(what)
	} else {
		_, err = f.WriteAt([]byte(what), at)
	}
	ok(t, errors.Join(err, f.Close()))
}
