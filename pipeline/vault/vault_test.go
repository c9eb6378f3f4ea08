package vault

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
	"dokaz/pipeline/vault/vaulttest"
)

func TestDiskKeepsThePromises(t *testing.T) {
	t.Parallel()
	vaulttest.Run(t, func(t *testing.T) (vaulttest.Vault, vaulttest.Spoil) {
		d := opened(t, t.TempDir())
		return d, func(t *testing.T, g pipeline.Digest, at int64) {
			t.Helper()
			spoil(t, d.path(g), at)
		}
	})
}

func opened(t *testing.T, dir string) *Disk {
	t.Helper()
	d, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func put(t *testing.T, d *Disk, text string) pipeline.Digest {
	t.Helper()
	s, err := d.Put(t.Context(), strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s.SHA256
}

// spoil flips the bits of one byte, as a bad sector or a hand would.
func spoil(t *testing.T, name string, at int64) {
	t.Helper()
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1)
	_, err = f.ReadAt(b, at)
	b[0] ^= 0xff
	_, err2 := f.WriteAt(b, at)
	if err := errors.Join(err, err2, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// tree lists dir: path, mode and content's length of all that is in it.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		rel, err2 := filepath.Rel(dir, p)
		out[rel] = info.Mode().String()
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestLayoutOnDisk(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "case", "vault") // neither is there yet
	d := opened(t, dir)
	put(t, d, "abc")
	put(t, d, "abc")
	want := map[string]string{
		".": "drwx------", "tmp": "drwx------", "ba": "drwx------",
		"ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad": "-r--r--r--",
	}
	if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheFileIsOfferedForAChild(t *testing.T) {
	t.Parallel()
	d := opened(t, t.TempDir())
	o, err := d.OpenVerified(t.Context(), put(t, d, "abc"))
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	f := o.(interface{ File() *os.File }).File()
	if got, err := io.ReadAll(f); err != nil || string(got) != "abc" { // verifying has not moved the offset
		t.Errorf("the descriptor gave %q, %v", got, err)
	}
	if _, err := f.Write([]byte("x")); err == nil {
		t.Error("the descriptor can be written")
	}
}

func TestWhatStandsInABlobsPlaceIsCorrupt(t *testing.T) {
	t.Parallel()
	g := pipeline.DigestOf([]byte("abc"))
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.WriteFile(elsewhere, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, place := range map[string]func(path string) error{
		"symbolic link to equal bytes": func(p string) error { return os.Symlink(elsewhere, p) },
		"dangling symbolic link":       func(p string) error { return os.Symlink("nowhere", p) },
		"folder":                       func(p string) error { return os.Mkdir(p, 0o700) },
		"named pipe":                   func(p string) error { return syscall.Mkfifo(p, 0o600) },
		"empty file":                   func(p string) error { return os.WriteFile(p, nil, 0o400) },
		"shorter file":                 func(p string) error { return os.WriteFile(p, []byte("ab"), 0o400) },
		"longer file":                  func(p string) error { return os.WriteFile(p, []byte("abcd"), 0o400) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := opened(t, t.TempDir())
			if err := os.Mkdir(d.shard(g), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := place(d.path(g)); err != nil {
				t.Fatal(err)
			}
			if err := d.Verify(t.Context(), g); !errors.Is(err, pipeline.ErrCorrupt) {
				t.Errorf("verify: %v", err)
			}
			if _, err := d.Put(t.Context(), strings.NewReader("abc")); !errors.Is(err, pipeline.ErrCorrupt) {
				t.Errorf("put: %v", err)
			}
		})
	}
}

func TestAShardThatIsALinkIsCorrupt(t *testing.T) {
	t.Parallel()
	d := opened(t, t.TempDir())
	if err := os.Symlink(t.TempDir(), d.shard(pipeline.DigestOf([]byte("abc")))); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Put(t.Context(), strings.NewReader("abc")); !errors.Is(err, pipeline.ErrCorrupt) {
		t.Errorf("put: %v", err)
	}
}

func TestAnOriginalCutShortWhileOpenReadsAsCorrupt(t *testing.T) {
	t.Parallel()
	d := opened(t, t.TempDir())
	g := put(t, d, "abcdef")
	o, err := d.Open(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if err := errors.Join(os.Chmod(d.path(g), 0o600), os.Truncate(d.path(g), 3)); err != nil {
		t.Fatal(err)
	}
	if n, err := o.ReadAt(make([]byte, 6), 0); n != 3 || !errors.Is(err, pipeline.ErrCorrupt) {
		t.Errorf("got %d bytes, %v", n, err)
	}
}

func TestStrangersAreNamedAndTheListGoesOn(t *testing.T) {
	t.Parallel()
	d := opened(t, t.TempDir())
	g := put(t, d, "abc")
	for _, name := range []string{"Thumbs.db", "BA", "ff"} {
		if err := os.WriteFile(filepath.Join(d.dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	upper := strings.ToUpper(g.Hex())
	if err := errors.Join(
		os.WriteFile(filepath.Join(d.shard(g), upper), nil, 0o600),
		os.Mkdir(filepath.Join(d.dir, "00"), 0o700),
		os.WriteFile(filepath.Join(d.dir, "00", g.Hex()), nil, 0o600), // a blob in another's folder
	); err != nil {
		t.Fatal(err)
	}
	var found []pipeline.Digest
	var strangers []string
	for g, err := range d.List(t.Context()) {
		if err == nil {
			found = append(found, g)
			continue
		}
		if !errors.Is(err, pipeline.ErrMalformed) {
			t.Errorf("list: %v", err)
		}
		strangers = append(strangers, strings.Split(err.Error(), `"`)[1])
	}
	if !slices.Equal(found, []pipeline.Digest{g}) {
		t.Errorf("found %v", found)
	}
	want := []string{"00/" + g.Hex(), "BA", "Thumbs.db", "ba/" + upper, "ff"}
	if diff := cmp.Diff(want, strangers); diff != "" {
		t.Errorf("strangers (-want +got):\n%s", diff)
	}
}

func TestOpenSweepsOnlyWhatDeadWritersLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := opened(t, dir)
	tmp := filepath.Join(dir, temporary)
	past := time.Now().Add(-time.Hour)
	plant := func(name string, at time.Time) {
		t.Helper()
		name = filepath.Join(tmp, name)
		if err := errors.Join(os.WriteFile(name, []byte("half"), 0o600), os.Chtimes(name, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	plant("put-dead", past)
	plant("put-younger-than-the-opening", time.Now().Add(time.Hour))
	plant("not-ours", past)
	alive, err := d.calls.create(tmp)
	if err != nil {
		t.Fatal(err)
	}
	defer alive.Close()
	if err := os.Chtimes(alive.Name(), past, past); err != nil {
		t.Fatal(err)
	}
	opened(t, dir)
	want := []string{"not-ours", filepath.Base(alive.Name()), "put-younger-than-the-opening"}
	slices.Sort(want)
	var got []string
	for name := range tree(t, tmp) {
		if name != "." {
			got = append(got, name)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tmp (-want +got):\n%s", diff)
	}
}

func TestOpenRefusesAFileForAFolder(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{name, filepath.Join(name, "vault")} {
		if _, err := Open(dir); !errors.Is(err, syscall.ENOTDIR) {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

func TestAPutDoesNotHoldOnToItsReadersBuffer(t *testing.T) {
	t.Parallel()
	d := opened(t, t.TempDir())
	b := []byte("abc")
	s, err := d.Put(t.Context(), bytes.NewBuffer(b))
	if err != nil {
		t.Fatal(err)
	}
	b[0] = 'x'
	if string(s.Head) != "abc" {
		t.Errorf("the head is now %q", s.Head)
	}
}

func TestRenamingNeverReplaces(t *testing.T) {
	t.Parallel()
	for name, rename := range map[string]func(from, to string) error{"as the system likes best": renameNew, "by a link": os.Link} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
			if err := errors.Join(os.WriteFile(from, []byte("new"), 0o600), os.WriteFile(to, []byte("old"), 0o400)); err != nil {
				t.Fatal(err)
			}
			if err := rename(from, to); !errors.Is(err, fs.ErrExist) {
				t.Errorf("onto another: %v", err)
			}
			if got, err := os.ReadFile(to); err != nil || string(got) != "old" {
				t.Errorf("the other now holds %q, %v", got, err)
			}
			if err := rename(from, filepath.Join(dir, "free")); err != nil {
				t.Errorf("to a free name: %v", err)
			}
		})
	}
}
