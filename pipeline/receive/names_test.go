package receive

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

func TestNamesInTheOrderOfTheList(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{"b.jpg": "", "a\nb.jpg": "", "sub/c.jpg": ""})
	in := func(name string) string { return filepath.Join(root, name) }
	ok(t, os.Symlink("b.jpg", in("link")))
	list := strings.Join([]string{in("sub/c.jpg"), in("b.jpg"), in("a\nb.jpg"), "", in("sub"), in("link"), in("nothing"), in("b.jpg")}, "\x00")
	want := []string{"c.jpg", "b.jpg", "a\nb.jpg", "unnamed: missing", "sub: folder", "link: symlink", "nothing: missing", "b.jpg"}
	for _, end := range []string{"", "\x00"} {
		got, _ := all(t, Names(t.Context(), iotest.OneByteReader(text(list+end)), Options{}))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("end %q (-want +got):\n%s", end, diff)
		}
	}
}

func TestNamesListed(t *testing.T) {
	// Not parallel: it goes to another working folder.
	root := plant(t, map[string]string{"sub/c.jpg": jpeg})
	t.Chdir(filepath.Dir(root))
	walked, _ := all(t, Walk(t.Context(), []string{"photos"}, Options{}))
	dotted, _ := all(t, Walk(t.Context(), []string{"photos/sub/.."}, Options{}))
	listed, cs := all(t, Names(t.Context(), text("photos/sub/c.jpg\x00"), Options{}))
	if diff := cmp.Diff(walked, listed); diff != "" {
		t.Errorf("paths walked and listed (-walked +listed):\n%s", diff)
	}
	if diff := cmp.Diff(walked, dotted); diff != "" {
		t.Errorf("paths walked straight and by dots:\n%s", diff)
	}
	t.Chdir(root) // a candidate stays good
	s, _, _ := station()
	if r := take(t, s, cs[0]); r.LeftOut != nil {
		t.Errorf("from another working folder: %v", r.LeftOut)
	}
	here, _ := all(t, Walk(t.Context(), []string{"."}, Options{}))
	up, _ := all(t, Names(t.Context(), text("../photos/sub/c.jpg\x00"), Options{}))
	if diff := cmp.Diff([]string{"photos/sub/c.jpg", "c.jpg"}, append(here, up...)); diff != "" {
		t.Errorf("by dots (-want +got):\n%s", diff)
	}
}

func TestNamesThatAreNotSeparatedByNUL(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		list string
		then error
		want error
	}{
		"a megabyte of lines": {strings.Repeat("photos/a.jpg\n", 100_000), nil, pipeline.ErrRefused},
		"the list breaks":     {"a.jpg\x00", broken, broken},
	} {
		r := text(c.list)
		if c.then != nil {
			r = iotest.DataErrReader(&then{r, c.then})
		}
		var last error
		for _, err := range Names(t.Context(), r, Options{}) {
			last = err
		}
		if !errors.Is(last, c.want) {
			t.Errorf("%s: got %v, want %v", name, last, c.want)
		}
	}
}

// then gives an error where r ends.
type then struct {
	r interface{ Read([]byte) (int, error) }
	e error
}

func (t *then) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if err != nil {
		err = t.e
	}
	return n, err
}
