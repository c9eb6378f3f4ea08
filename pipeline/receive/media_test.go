package receive

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// media is the folder of real media with ground truth that lies beside the repository on machines that have it.
const media = "../../../shared/media"

// TestRealMedia takes in a tree of real files and compares the digests with those that sha256sum wrote.
func TestRealMedia(t *testing.T) {
	t.Parallel()
	f, err := os.Open(filepath.Join(media, "MANIFEST.sha256"))
	if err != nil {
		t.Skipf("SKIPPED, no real media here: %v", err)
	}
	defer f.Close()
	want := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		digest, name, _ := strings.Cut(lines.Text(), "  ./")
		want["media/"+name] = digest
	}
	s, _, _ := station()
	s.All = true
	got := map[string]string{}
	for c, err := range Walk(t.Context(), []string{media}, Options{Hidden: true}) {
		ok(t, err)
		if r := take(t, s, c); r.LeftOut == nil && c.Path != "media/MANIFEST.sha256" {
			got[r.Path] = r.Item.Digest.Hex()
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got) < 500 {
		t.Errorf("%d files (-want +got):\n%s", len(got), diff)
	}
}
