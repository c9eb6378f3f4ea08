package receive

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

func TestWalkIsInTheOrderOfBytes(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{
		"b.jpg": "", "B.jpg": "", "a/z.jpg": "", "a/b/c.jpg": "", "a.jpg": "", "a-1.jpg": "", "10.jpg": "", "9.jpg": "", "ä.jpg": "", "empty/": "",
	})
	want := []string{
		"photos/10.jpg", "photos/9.jpg", "photos/B.jpg", "photos/a/b/c.jpg", "photos/a/z.jpg",
		"photos/a-1.jpg", "photos/a.jpg", "photos/b.jpg", "photos/ä.jpg",
	}
	for range 5 {
		got, _ := all(t, Walk(t.Context(), []string{root}, Options{}))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
}

func TestWalkTellsSizes(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{"a.jpg": "12345"})
	if err := os.Symlink("a.jpg", filepath.Join(root, "b")); err != nil {
		t.Fatal(err)
	}
	_, cs := all(t, Walk(t.Context(), []string{root, filepath.Join(root, "a.jpg")}, Options{}))
	for i, want := range []int64{5, -1, 5} {
		if cs[i].Size != want {
			t.Errorf("%s: size %d, want %d", cs[i].Path, cs[i].Size, want)
		}
	}
}

func TestWalkFollowsNoLinkAndOpensNoDevice(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{"a.jpg": jpeg, "sub/": "", "z/b.jpg": jpeg})
	in := func(name string) string { return filepath.Join(root, name) }
	ok(t, os.Symlink("../a.jpg", in("sub/1 to a file")))
	ok(t, os.Symlink("..", in("sub/2 loop")))
	ok(t, os.Symlink("3 itself", in("sub/3 itself")))
	ok(t, os.Symlink("nowhere", in("sub/4 dangling")))
	ok(t, os.Symlink("/etc/passwd", in("sub/5 out.jpg")))
	ok(t, syscall.Mkfifo(in("sub/6 pipe.mp4"), 0o644))
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", in("s"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	want := []string{
		"photos/a.jpg", "photos/s: not_regular",
		"photos/sub/1 to a file: symlink", "photos/sub/2 loop: symlink", "photos/sub/3 itself: symlink",
		"photos/sub/4 dangling: symlink", "photos/sub/5 out.jpg: symlink", "photos/sub/6 pipe.mp4: not_regular",
		"photos/z/b.jpg",
		"2 loop: symlink", "6 pipe.mp4: not_regular", "null: not_regular", "nothing.jpg: missing", "under: missing",
	}
	got, cs := all(t, Walk(t.Context(), []string{
		root, in("sub/2 loop"), in("sub/6 pipe.mp4"), "/dev/null", in("nothing.jpg"), in("a.jpg/under"),
	}, Options{}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s, _, b := station()
	for _, c := range cs {
		if r := take(t, s, c); (r.LeftOut != nil) != (c.LeftOut != nil) {
			t.Errorf("taking %s gives %+v", seen(c), r)
		}
	}
	if len(b.receipts) != 2 {
		t.Errorf("%d receipts, want 2", len(b.receipts))
	}
}

func TestWhatTakesACandidatesPlaceAfterTheWalk(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		exchange func(dir, file string) error
		want     Why
	}{
		"nothing":             {func(_, file string) error { return os.Remove(file) }, Missing},
		"a named pipe":        {func(_, file string) error { return errors.Join(os.Remove(file), syscall.Mkfifo(file, 0o600)) }, NotRegular},
		"a link to a file":    {func(_, file string) error { return errors.Join(os.Remove(file), os.Symlink("other.jpg", file)) }, Symlink},
		"a folder":            {func(_, file string) error { return errors.Join(os.Remove(file), os.Mkdir(file, 0o700)) }, Folder},
		"a link for a folder": {func(dir, _ string) error { return errors.Join(os.Rename(dir, dir+"2"), os.Symlink(dir+"2", dir)) }, Symlink},
		"a file for a folder": {func(dir, _ string) error { return errors.Join(os.Rename(dir, dir+"2"), os.WriteFile(dir, nil, 0o600)) }, Missing},
		"a link in the same folder for a folder": {func(dir, _ string) error {
			return errors.Join(os.Rename(dir, dir+"2"), os.Symlink(filepath.Base(dir)+"2", dir))
		}, Symlink},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := plant(t, map[string]string{"sub/a.jpg": jpeg})
			_, cs := all(t, Walk(t.Context(), []string{root}, Options{}))
			sub := filepath.Join(root, "sub")
			if err := c.exchange(sub, filepath.Join(sub, "a.jpg")); err != nil {
				t.Fatal(err)
			}
			s, _, _ := station()
			if got := take(t, s, cs[0]); got.LeftOut == nil || got.LeftOut.Why != c.want {
				t.Errorf("got %+v, want %s", got, c.want)
			}
		})
	}
}

// TestATreeThatIsExchangedMeanwhile lets another exchange a folder for a link to a folder beside it, and
// the file for a pipe, as fast as it can. Whatever is taken, it is never the file beside, and nothing hangs.
func TestATreeThatIsExchangedMeanwhile(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{"sub/a.jpg": jpeg, "other/a.jpg": mp4})
	in := func(name string) string { return filepath.Join(root, name) }
	_, cs := all(t, Walk(t.Context(), []string{root}, Options{}))
	file := cs[1]
	if file.Path != "photos/sub/a.jpg" {
		t.Fatalf("got %s", file.Path)
	}
	ok(t, os.Symlink("other", in("link")))
	ok(t, syscall.Mkfifo(in("pipe"), 0o600))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			ok(t, errors.Join(
				os.Rename(in("sub"), in("kept")), os.Rename(in("link"), in("sub")),
				os.Rename(in("sub"), in("link")), os.Rename(in("kept"), in("sub")),
				os.Rename(in("sub/a.jpg"), in("kept")), os.Rename(in("pipe"), in("sub/a.jpg")),
				os.Rename(in("sub/a.jpg"), in("pipe")), os.Rename(in("kept"), in("sub/a.jpg")),
			))
		}
	}()
	s, _, _ := station()
	taken := 0
	for range 3000 {
		switch r := take(t, s, file); {
		case r.LeftOut == nil && r.Item.Digest != pipeline.DigestOf([]byte(jpeg)):
			t.Fatal("another file was taken for it")
		case r.LeftOut == nil:
			taken++
		}
	}
	cancel()
	<-ended
	t.Logf("taken %d times of 3000", taken)
}

func TestOpeningAPipeDoesNotWaitForItsWriter(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	ok(t, syscall.Mkfifo(pipe, 0o600))
	f, err := level{open: os.OpenFile}.openQuietly(pipe) // as when it took a file's place after the look at it
	if err != nil {
		t.Fatal(err)
	}
	ok(t, f.Close())
}

func TestHiddenNamesAreListedOrTaken(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{".a.jpg": "", ".git/b.jpg": "", "c.jpg": ""})
	hidden := filepath.Join(root, ".git")
	got, _ := all(t, Walk(t.Context(), []string{root, hidden}, Options{}))
	if diff := cmp.Diff([]string{"photos/.a.jpg: hidden", "photos/.git: hidden", "photos/c.jpg", ".git/b.jpg"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	got, _ = all(t, Walk(t.Context(), []string{root}, Options{Hidden: true}))
	if diff := cmp.Diff([]string{"photos/.a.jpg", "photos/.git/b.jpg", "photos/c.jpg"}, got); diff != "" {
		t.Errorf("with Hidden (-want +got):\n%s", diff)
	}
}

func TestTheCaseIsNeverTakenIn(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{"a.jpg": "", "case/vault/ab/blob": jpeg, "z.jpg": ""})
	in := func(name string) string { return filepath.Join(root, name) }
	alias := filepath.Join(t.TempDir(), "alias")
	ok(t, os.Symlink(root, alias))
	o := Options{Except: []string{filepath.Join(alias, "case"), in("not there yet")}} // known by another name
	got, _ := all(t, Walk(t.Context(), []string{root, in("case"), in("case/vault"), in("case/vault/ab/blob"), filepath.Join(alias, "case/vault/ab/blob")}, o))
	want := []string{"photos/a.jpg", "photos/case: own_case", "photos/z.jpg", "case: own_case", "vault: own_case", "blob: own_case", "blob: own_case"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("walk (-want +got):\n%s", diff)
	}
	got, _ = all(t, Names(t.Context(), text(in("case/vault/ab/blob")+"\x00"+in("a.jpg")), o))
	if diff := cmp.Diff([]string{"blob: own_case", "a.jpg"}, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	table := in("claims.csv")
	ok(t, os.WriteFile(table, []byte("path\ncase/vault/ab/blob\na.jpg\n"), 0o600))
	got, _ = all(t, Manifest(t.Context(), table, ManifestOptions{Except: o.Except}))
	if diff := cmp.Diff([]string{"case/vault/ab/blob: own_case", "a.jpg"}, got); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
}

func TestHostileNamesAreKeptWhole(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 251) + ".jpg" // 255 bytes, the most that Linux takes
	for name, want := range map[string]struct {
		name, path string
		raw        []byte
	}{
		"\u202egpj.exe.jpg":      {"\u202egpj.exe.jpg", "photos/\u202egpj.exe.jpg", nil},
		"line\nbreak.jpg":        {"line\nbreak.jpg", "photos/line\nbreak.jpg", nil},
		"\x1b[31mred\x07.jpg":    {"\x1b[31mred\x07.jpg", "photos/\x1b[31mred\x07.jpg", nil},
		"caf\xe9.jpg":            {"caf\uFFFD.jpg", "photos/caf\uFFFDE9.jpg", []byte("caf\xe9.jpg")},
		"caf\xe9\xe8.jpg":        {"caf\uFFFD.jpg", "photos/caf\uFFFDE9\uFFFDE8.jpg", []byte("caf\xe9\xe8.jpg")},
		"d\xff/caf\xe9.jpg":      {"caf\uFFFD.jpg", "photos/d\uFFFDFF/caf\uFFFDE9.jpg", []byte("caf\xe9.jpg")},
		"d\xfe/a.jpg":            {"a.jpg", "photos/d\uFFFDFE/a.jpg", nil},
		"caf\uFFFD.jpg":          {"caf\uFFFD.jpg", "photos/caf\uFFFDEF\uFFFDBF\uFFFDBD.jpg", nil},
		long:                     {long, "photos/" + long, nil},
		"dots.jpg...":            {"dots.jpg...", "photos/dots.jpg...", nil},
		" space .jpg ":           {" space .jpg ", "photos/ space .jpg ", nil},
		"...":                    {"...", "photos/...", nil},
		"-rf":                    {"-rf", "photos/-rf", nil},
		`back\slash..\..\up.jpg`: {`back\slash..\..\up.jpg`, `photos/back\slash..\..\up.jpg`, nil},
		"%2e%2e%2f$(id)`id`.jpg": {"%2e%2e%2f$(id)`id`.jpg", "photos/%2e%2e%2f$(id)`id`.jpg", nil},
		"i\u0307 e\u0301.jpg":    {"i\u0307 e\u0301.jpg", "photos/i\u0307 e\u0301.jpg", nil}, // not normalised
	} {
		t.Run(fmt.Sprintf("%.40q", name), func(t *testing.T) {
			t.Parallel()
			root := plant(t, map[string]string{name: jpeg})
			s, _, b := station()
			_, cs := all(t, Walk(t.Context(), []string{root}, Options{Hidden: true}))
			take(t, s, cs[0])
			got := b.receipts[0]
			if got.Name != want.name || got.Path != want.path || string(got.RawName) != string(want.raw) {
				t.Errorf("name %q, path %q, raw %q; want %q", got.Name, got.Path, got.RawName, want)
			}
		})
	}
}

func TestDifferentPathsStayDifferentReceipts(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{
		"\xff/a.jpg": jpeg, "\xfe/a.jpg": jpeg, "\uFFFD/a.jpg": jpeg, "\uFFFDFF/a.jpg": jpeg, "\xef\xbf/a.jpg": jpeg, "\\xff/a.jpg": jpeg, "FF/a.jpg": jpeg,
	})
	s, _, b := station()
	_, cs := all(t, Walk(t.Context(), []string{root}, Options{}))
	for _, c := range cs {
		take(t, s, c)
	}
	if len(b.receipts) != 7 || len(b.items) != 1 {
		t.Errorf("%d receipts of %d items, want 7 of 1", len(b.receipts), len(b.items))
	}
}

func TestWalkGoesOnlySoDeep(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{strings.Repeat("d/", depthLimit-1) + "a.jpg": jpeg, strings.Repeat("d/", depthLimit) + "b.jpg": jpeg})
	got, cs := all(t, Walk(t.Context(), []string{root}, Options{}))
	deep := "photos/" + strings.Repeat("d/", depthLimit-1)
	if diff := cmp.Diff([]string{deep + "a.jpg", deep + "d: too_deep"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s, _, _ := station()
	if r := take(t, s, cs[0]); r.LeftOut != nil {
		t.Errorf("the deepest file: %v", r.LeftOut)
	}
}

func TestWalkEndsWhenToldTo(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{"a.jpg": "", "b/c.jpg": "", "d.jpg": ""})
	n := 0
	for _, err := range Walk(t.Context(), []string{root, root}, Options{}) {
		ok(t, err)
		if n++; n == 2 {
			break
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got []error
	for _, err := range Walk(ctx, []string{root, root}, Options{}) {
		cancel()
		got = append(got, err)
	}
	if len(got) != 2 || got[0] != nil || !errors.Is(got[1], context.Canceled) {
		t.Errorf("got %v", got)
	}
}

func TestTheFileSystemsRootHasNoName(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for c, err := range Walk(ctx, []string{"/"}, Options{Hidden: true}) {
		if err != nil || strings.HasPrefix(c.Path, "/") || c.Path == "" {
			t.Errorf("path %q, %v", c.Path, err)
		}
		break
	}
}
