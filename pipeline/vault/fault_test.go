package vault

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

// faulty passes calls on to the real file system, notes them, and fails on command: the call numbered
// fail, or, where it is dead, that one and all after it, as for a process that was killed there.
type faulty struct {
	calls
	fail int // 1 is the first; 0 never
	with error
	dead bool
	log  []string
}

var errKilled = errors.New("killed")

// step notes a call and says how it is to fail.
func (f *faulty) step(op, name string) error {
	f.log = append(f.log, op+" "+role(name))
	if n := len(f.log); f.fail == n || f.dead && f.fail != 0 && f.fail < n {
		return f.with
	}
	return nil
}

// role names a path by what it is to a shelf.
func role(name string) string {
	switch base := filepath.Base(name); {
	case base == temporary:
		return "tmp"
	case strings.HasPrefix(base, prefix):
		return "temporary"
	case len(base) == 64:
		return "blob"
	case len(base) == 2:
		return "shard"
	}
	return "shelf"
}

func (f *faulty) create(dir string) (*os.File, error) {
	if err := f.step("create", dir); err != nil {
		return nil, err
	}
	return f.calls.create(dir)
}

// write lets half of the bytes through before it fails, as a full disk does.
func (f *faulty) write(to *os.File, b []byte) error {
	if err := f.step("write", to.Name()); err != nil {
		return errors.Join(f.calls.write(to, b[:len(b)/2]), err)
	}
	return f.calls.write(to, b)
}

func (f *faulty) seal(to *os.File) error {
	if err := f.step("seal", to.Name()); err != nil {
		return err
	}
	return f.calls.seal(to)
}

func (f *faulty) sync(to *os.File) error {
	if err := f.step("sync", to.Name()); err != nil {
		return err
	}
	return f.calls.sync(to)
}

func (f *faulty) rename(from, to string) error {
	if err := f.step("rename", to); err != nil {
		return err
	}
	return f.calls.rename(from, to)
}

func (f *faulty) mkdir(name string) error {
	if err := f.step("mkdir", name); err != nil {
		return err
	}
	return f.calls.mkdir(name)
}

func (f *faulty) syncDir(name string) error {
	if err := f.step("syncdir", name); err != nil {
		return err
	}
	return f.calls.syncDir(name)
}

func (f *faulty) remove(name string) error {
	if err := f.step("remove", name); err != nil {
		return err
	}
	return f.calls.remove(name)
}

// large is a blob of several writes.
var large = bytes.Repeat([]byte("evidence"), (2*chunk+100)/8)

func TestAPutIsDurableBeforeItReturns(t *testing.T) {
	t.Parallel()
	f := &faulty{calls: system{}}
	d, err := open(filepath.Join(t.TempDir(), "vault"), f)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"mkdir shelf", "syncdir shelf", "mkdir tmp"}, f.log); diff != "" {
		t.Errorf("open (-want +got):\n%s", diff)
	}
	for _, c := range []struct {
		name string
		want []string
	}{
		{"the first put", []string{
			"create tmp", "write temporary", "write temporary", "write temporary",
			"mkdir shard", "syncdir shelf", // the shard's own name is durable before a blob lies in it
			"seal temporary", "sync temporary", "rename blob", "syncdir shard", "remove temporary",
		}},
		{"the same bytes again", []string{
			"create tmp", "write temporary", "write temporary", "write temporary",
			"sync blob", "syncdir shard", "remove temporary",
		}},
	} {
		f.log = nil
		if _, err := d.Put(t.Context(), bytes.NewReader(large)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, f.log); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// wholeBlobs fails the test where a final name holds bytes that are not its own, and returns the names.
// It looks at the folder by itself, not through the shelf.
func wholeBlobs(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Base(filepath.Dir(p)) == temporary {
			return err
		}
		b, err := os.ReadFile(p)
		if got := fmt.Sprintf("%x", sha256.Sum256(b)); got != e.Name() {
			t.Errorf("%s holds %d bytes of digest %s", e.Name(), len(b), got)
		}
		names = append(names, e.Name())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestEveryCallOfAPutMayFail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		before [][]byte // what is on the shelf already
		dead   bool
	}{
		{"one call fails on an empty shelf", nil, false},
		{"one call fails, bytes are known", [][]byte{large}, false},
		{"killed, on an empty shelf", nil, true},
		{"killed, bytes are known", [][]byte{large}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			fail := 0
			for failed := true; failed; {
				fail++
				failed = putWithFault(t, fail, c.before, c.dead)
			}
			if want := 7; fail < want {
				t.Errorf("a put makes %d calls, want at least %d: the sweep tests nothing", fail-1, want-1)
			}
		})
	}
}

// putWithFault puts with one fault and reports whether a Put makes so many calls.
func putWithFault(t *testing.T, fail int, before [][]byte, dead bool) bool {
	t.Helper()
	dir := t.TempDir()
	for _, b := range before {
		if _, err := opened(t, dir).Put(t.Context(), bytes.NewReader(b)); err != nil {
			t.Fatal(err)
		}
	}
	f := &faulty{calls: system{}, with: errKilled, dead: dead}
	d, err := open(dir, f)
	if err != nil {
		t.Fatal(err)
	}
	f.log, f.fail = nil, fail
	s, err := d.Put(t.Context(), bytes.NewReader(large))
	if len(f.log) < fail {
		if err != nil {
			t.Errorf("no call failed, yet: %v", err)
		}
		return false
	}
	failing := f.log[fail-1]
	switch {
	case failing == "remove temporary": // the bytes are safe by then
		if err != nil || s.SHA256 != pipeline.DigestOf(large) {
			t.Errorf("call %d (%s) failed: %v", fail, failing, err)
		}
	case !errors.Is(err, errKilled):
		t.Errorf("call %d (%s) failed, yet put says %v", fail, failing, err)
	}
	named := wholeBlobs(t, dir)
	if after := slices.Index(f.log, "rename blob"); len(before) == 0 && len(named) > 0 && (after < 0 || after+1 >= fail) {
		t.Errorf("call %d (%s) failed before the rename, yet there is %v", fail, failing, named)
	}
	// The same shelf works again where the fault passes, and so does one opened after a restart.
	if f.fail = 0; !dead {
		verifyPut(t, d, fail, failing)
	}
	verifyPut(t, opened(t, dir), fail, failing)
	if left, err := os.ReadDir(filepath.Join(dir, temporary)); err != nil || len(left) > 0 {
		t.Errorf("call %d (%s) failed: %v, %v left under tmp/ after a restart", fail, failing, err, left)
	}
	return true
}

func verifyPut(t *testing.T, d *Disk, fail int, failing string) {
	t.Helper()
	s, err := d.Put(t.Context(), bytes.NewReader(large))
	if err == nil {
		err = d.Verify(t.Context(), s.SHA256)
	}
	if err != nil {
		t.Errorf("after call %d (%s) had failed: %v", fail, failing, err)
	}
	if got := wholeBlobs(t, d.dir); len(got) != 1 {
		t.Errorf("after call %d (%s) had failed: blobs %v", fail, failing, got)
	}
}

func TestEveryCallOfOpenMayFail(t *testing.T) {
	t.Parallel()
	for fail := 1; ; fail++ {
		dir := filepath.Join(t.TempDir(), "case", "vault")
		f := &faulty{calls: system{}, with: errKilled, fail: fail}
		_, err := open(dir, f)
		if len(f.log) < fail {
			break
		}
		if !errors.Is(err, errKilled) {
			t.Errorf("call %d (%s) failed, yet open says %v", fail, f.log[fail-1], err)
		}
		verifyPut(t, opened(t, dir), fail, f.log[fail-1])
	}
}
