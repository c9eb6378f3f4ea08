package receive

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

// accessTime is the time of last access.
func accessTime(info fs.FileInfo) time.Time {
	s := info.Sys().(*syscall.Stat_t)
	return time.Unix(s.Atim.Unix())
}

// asNobody runs f on a thread that has no more rights to files than any user, and then lets the thread end.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f() // the files are ours, but shut ones are shut to their owner too
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked
		if err := syscall.Setfsuid(65534); err != nil {
			t.Error(err)
			return
		}
		f()
	}()
	<-done
}

func TestAFileWhoseReadingFails(t *testing.T) {
	t.Parallel()
	// A regular file by its mode; reading its first page is an input/output error to root too.
	_, cs := all(t, Walk(t.Context(), []string{"/proc/self/mem"}, Options{}))
	s, v, _ := station()
	s.All = true
	r := take(t, s, cs[0])
	if r.LeftOut == nil || r.LeftOut.Why != Unreadable || r.LeftOut.Detail != "cannot be read: input/output error" {
		t.Errorf("got %+v", r)
	}
	if len(v.kept) > 0 {
		t.Error("something was kept of it")
	}
}

func TestReadingLeavesNoTraceAtTheSource(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{"a.jpg": jpeg})
	file := filepath.Join(root, "a.jpg")
	accessed, modified := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2002, 1, 1, 0, 0, 0, 0, time.UTC)
	ok(t, os.Chtimes(file, accessed, modified))
	before, err := os.Stat(root)
	ok(t, err)
	s, _, _ := station()
	one(t, s, root)
	after, err := os.Stat(root)
	ok(t, err)
	if !after.ModTime().Equal(before.ModTime()) {
		t.Error("something was written beside the source")
	}
	info, err := os.Stat(file)
	ok(t, err)
	if got := accessTime(info); !got.Equal(accessed) {
		t.Errorf("the time of last access is now %s", got)
	}
	if !info.ModTime().Equal(modified) {
		t.Errorf("the time of last change is now %s", info.ModTime())
	}
}

// TestWhatCannotBeRead works on another user's files. Tests often run as root, whom nothing is refused;
// then the thread takes another user's rights for the file system.
func TestWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{"1 shut.jpg": jpeg, "2 shut/a.jpg": jpeg, "3 open.jpg": jpeg})
	ok(t, os.Chmod(filepath.Join(root, "1 shut.jpg"), 0))
	ok(t, os.Chmod(filepath.Join(root, "2 shut"), 0))
	defer os.Chmod(filepath.Join(root, "2 shut"), 0o700) //nolint:errcheck // so that the folder can be cleared away
	for dir := filepath.Dir(root); dir != filepath.Clean(os.TempDir()) && dir != "/"; dir = filepath.Dir(dir) {
		ok(t, os.Chmod(dir, 0o755))
	}
	asNobody(t, func() {
		var names []string
		s, _, _ := station()
		for c, err := range Walk(t.Context(), []string{root}, Options{}) {
			ok(t, err)
			r, err := s.Take(t.Context(), c)
			ok(t, err)
			if r.LeftOut != nil {
				names = append(names, r.Path+": "+string(r.LeftOut.Why)+": "+r.LeftOut.Detail)
				continue
			}
			names = append(names, r.Path+" "+string(r.Item.Kind)) // another's file: O_NOATIME is refused, reading is not
		}
		want := []string{
			"photos/1 shut.jpg: unreadable: cannot be read: permission denied",
			"photos/2 shut: unreadable: cannot be read: permission denied",
			"photos/3 open.jpg " + string(pipeline.Photo),
		}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
