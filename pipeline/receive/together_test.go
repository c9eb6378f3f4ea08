package receive

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

// together gives what a walk finds, each with what belongs to it, and what taking it records: of each item by its name, the names in its receipts of what came with it.
func together(t *testing.T, root string, o Options) (found []string, given map[string]string) {
	t.Helper()
	s, _, b := station()
	s.All = true
	names := map[pipeline.Digest]string{}
	for c, err := range Walk(t.Context(), []string{root}, o) {
		if err != nil {
			t.Fatal(err)
		}
		line := seen(c)
		for _, w := range c.With {
			line += " + " + seen(w)
		}
		found = append(found, line)
		results, err := s.TakeTogether(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.LeftOut == nil {
				names[r.Item.Digest] = filepath.Base(r.Path)
			}
		}
	}
	given = map[string]string{}
	for _, r := range b.receipts {
		for claim, value := range r.Claims.Other {
			if name, is := strings.CutPrefix(claim, pipeline.ClaimSidecar); is {
				d, err := pipeline.ParseDigest(strings.TrimPrefix(value, "sha256:"))
				if err != nil || names[d] != name {
					t.Errorf("%s names %s as %s", r.Path, names[d], name)
				}
				given[r.Path] += name + " "
			}
		}
	}
	return found, given
}

// TestWhatIsNamedAfterAFileComesWithIt: signatures beside their files are given with them, by the name or by the digest; nothing is lost on the way.
func TestWhatIsNamedAfterAFileComesWithIt(t *testing.T) {
	t.Parallel()
	hex := pipeline.DigestOf([]byte(jpeg + "b")).Hex()
	files := map[string]string{
		"a.jpg": jpeg, "a.jpg.asc": "s", "a.jpg.proof.csv": "c", "a.jpg.proof.csv.asc": "cs", "pubkey.asc": "k",
		"b.jpg": jpeg + "b", hex + ".asc": "bs", strings.ToUpper(hex) + ".OTS": "bo",
		"gone.jpg.asc": "g", "folder/": "", "folder.asc": "f", "link.jpg.asc": "l", "c.jpg": jpeg + "c", "notes.txt": "n",
		"sub/d.jpg": jpeg + "d", "sub/d.jpg.sig": "ds",
	}
	root := plant(t, files)
	ok(t, os.Symlink("a.jpg", filepath.Join(root, "link.jpg")))
	ok(t, os.Symlink("a.jpg.asc", filepath.Join(root, "c.jpg.asc")))
	found, given := together(t, root, Options{Together: true})
	want := []string{
		"photos/" + strings.ToUpper(hex) + ".OTS", "photos/" + hex + ".asc",
		"photos/a.jpg + photos/a.jpg.asc + photos/a.jpg.proof.csv + photos/a.jpg.proof.csv.asc + photos/pubkey.asc",
		"photos/b.jpg", "photos/c.jpg", "photos/c.jpg.asc: symlink", "photos/folder.asc", "photos/gone.jpg.asc", "photos/link.jpg: symlink", "photos/link.jpg.asc",
		"photos/notes.txt", "photos/pubkey.asc", "photos/sub/d.jpg + photos/sub/d.jpg.sig",
	}
	if want[0] > want[1] {
		want[0], want[1] = want[1], want[0]
	}
	if d := cmp.Diff(want, found); d != "" {
		t.Errorf("found (-want +got):\n%s", d)
	}
	count := map[string]int{}
	for name, all := range given {
		count[name] = len(strings.Fields(all))
	}
	if d := cmp.Diff(map[string]int{"photos/a.jpg": 4, "photos/b.jpg": 3, "photos/sub/d.jpg": 1}, count); d != "" {
		t.Errorf("given (-want +got):\n%s: %v", d, given)
	}
	found, given = together(t, root, Options{})
	if len(given) > 0 || len(found) != len(files)-1+2 {
		t.Errorf("without: %q, %v", found, given)
	}
}

// TestATableNamesWhatCameWithAFile: files of the sidecar column are given with the row's; one that is missing is told, and the row's file is taken all the same.
func TestATableNamesWhatCameWithAFile(t *testing.T) {
	t.Parallel()
	root := plant(t, map[string]string{"a.jpg": jpeg, "a.jpg.asc": "s", "keys/k.asc": "k", "b.jpg": jpeg + "b"})
	table := filepath.Join(root, "claims.csv")
	ok(t, os.WriteFile(table, []byte("path,sidecar,notes\na.jpg,a.jpg.asc|keys/k.asc|../out.asc,n\nb.jpg,none.asc,\nnone.jpg,a.jpg.asc,\n"), 0o600))
	s, _, b := station()
	var left []string
	for c, err := range Manifest(t.Context(), table, ManifestOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		results, err := s.TakeTogether(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.LeftOut != nil {
				left = append(left, r.Path+": "+string(r.LeftOut.Why))
			}
		}
	}
	if d := cmp.Diff([]string{"out.asc: outside", "none.asc: missing", "none.jpg: missing", "a.jpg.asc: not_media"}, left); d != "" {
		t.Errorf("left out (-want +got):\n%s", d)
	}
	given := map[string]int{}
	for _, r := range b.receipts {
		for claim := range r.Claims.Other {
			if strings.HasPrefix(claim, pipeline.ClaimSidecar) {
				given[r.Path]++
			}
		}
		if r.Path == "a.jpg" && r.Claims.Notes != "n" {
			t.Errorf("claims of the row: %+v", r.Claims)
		}
	}
	if d := cmp.Diff(map[string]int{"a.jpg": 2}, given); d != "" {
		t.Errorf("given (-want +got):\n%s", d)
	}
}
