package receive

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

func TestManifestStaysInItsFolder(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{"a.jpg": jpeg, "sub/b.jpg": jpeg, "claims/": ""})
	outside := filepath.Join(filepath.Dir(root), "secret.jpg")
	ok(t, os.WriteFile(outside, []byte(jpeg), 0o600))
	ok(t, os.Symlink(outside, filepath.Join(root, "link.jpg")))
	ok(t, os.Symlink("..", filepath.Join(root, "up")))
	ok(t, os.Symlink("sub", filepath.Join(root, "alias")))
	ok(t, syscall.Mkfifo(filepath.Join(root, "pipe.jpg"), 0o600))
	table := filepath.Join(root, "claims.csv")
	rows := []string{
		"sub/b.jpg", "a.jpg", "./sub/../a.jpg", "a.jpg", "nothing.jpg", `sub\b.jpg`, "../secret.jpg", "sub/../../secret.jpg",
		outside, "/etc/passwd", "link.jpg", "up/secret.jpg", "alias/b.jpg", "pipe.jpg", "sub", ".", "..", "a.jpg/under",
		"nul\x00.jpg",
	}
	ok(t, os.WriteFile(table, []byte("path,notes\n"+strings.Join(rows, ",x\n")+",x\n"), 0o600))
	want := []string{
		"sub/b.jpg", "a.jpg", "a.jpg", "a.jpg", "nothing.jpg: missing", `sub\b.jpg: missing`, "secret.jpg: outside", "secret.jpg: outside",
		"secret.jpg: outside", "passwd: outside", "link.jpg: symlink", "up/secret.jpg: symlink", "alias/b.jpg: symlink", "pipe.jpg: not_regular",
		"sub: folder", "unnamed: folder", "unnamed: outside", "a.jpg/under: missing",
		"nul\x00.jpg: unreadable",
	}
	got, cs := all(t, Manifest(t.Context(), table, ManifestOptions{}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, c := range cs {
		if c.Claims.Notes != "x" {
			t.Errorf("%s: claims %+v", seen(c), c.Claims)
		}
	}
	if got := cs[5].LeftOut.Detail; got != `line 7 of the table: no such file; folders are separated by "/", not "\"` {
		t.Errorf("a name with a backslash: %s", got)
	}
	if got, want := cs[13].LeftOut.Detail, "line 15 of the table: a named pipe, not a file"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for i, want := range map[int]string{
		7: "line 9 of the table: it leads out of the table's folder",
		8: "line 10 of the table: an absolute path, which was not allowed to this table",
	} {
		if got := cs[i].LeftOut.Detail; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	want[8] = "secret.jpg"
	got, _ = all(t, Manifest(t.Context(), table, ManifestOptions{Absolute: true}))
	if diff := cmp.Diff(append(want[:9:9], "passwd"), got[:10]); diff != "" {
		t.Errorf("with Absolute (-want +got):\n%s", diff)
	}
}

func TestClaimsReachTheReceipt(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{"a.jpg": jpeg})
	table := filepath.Join(root, "claims.csv")
	ok(t, os.WriteFile(table, []byte("path;source;tags\na.jpg;Radio;x\na.jpg;Radio;y\na.jpg;Radio;x\n"), 0o600))
	s, _, b := station()
	_, cs := all(t, Manifest(t.Context(), table, ManifestOptions{}))
	for _, c := range cs {
		take(t, s, c)
	}
	var got []pipeline.Claims
	for _, r := range b.receipts {
		got = append(got, r.Claims)
	}
	want := []pipeline.Claims{
		{Source: "Radio", Other: map[string]string{"tags": "x"}},
		{Source: "Radio", Other: map[string]string{"tags": "y"}}, // the third row is the first again
	}
	if diff := cmp.Diff(want, got); diff != "" || len(b.items) != 1 || b.receipts[0].Path != "a.jpg" {
		t.Errorf("%d items, path %q; claims (-want +got):\n%s", len(b.items), b.receipts[0].Path, diff)
	}
}

func TestAManifestWithAnErrorGivesNothingElse(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{"a.jpg": jpeg})
	table := filepath.Join(root, "claims.csv")
	ok(t, os.WriteFile(table, []byte("path,notes\na.jpg,x\na.jpg\n"), 0o600))
	ok(t, syscall.Mkfifo(filepath.Join(root, "pipe.csv"), 0o600))
	for name, want := range map[string]error{
		table: pipeline.ErrMalformed, filepath.Join(root, "pipe.csv"): pipeline.ErrRefused, root: pipeline.ErrRefused,
		filepath.Join(root, "none.csv"): os.ErrNotExist,
	} {
		n := 0
		for c, err := range Manifest(t.Context(), name, ManifestOptions{}) {
			if n++; !errors.Is(err, want) {
				t.Errorf("%s: got %s, %v; want %v", filepath.Base(name), seen(c), err, want)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d answers", filepath.Base(name), n)
		}
	}
}
