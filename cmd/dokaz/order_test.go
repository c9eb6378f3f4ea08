package main

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"dokaz/fixtures"

	"github.com/google/go-cmp/cmp"
)

// TestOrderAndWorkersChangeNothing takes one set in, in different orders and with different numbers of workers.
func TestOrderAndWorkersChangeNothing(t *testing.T) {
	testOrders(t, fixtures.Dir(t, "demo"), []string{"1", "4"})
}

// TestChaosFullOrder does it with all of the shared media.
func TestChaosFullOrder(t *testing.T) {
	if !*chaos {
		t.Skip("SKIPPED: the long form of TestOrderAndWorkersChangeNothing; run it with make chaos")
	}
	testOrders(t, fixtures.SharedMedia(t), []string{"1", "2", "8"})
}

// testOrders runs everything under a folder once for each number of workers, each time shuffled anew: whatever these
// change, they change between two of the runs.
func testOrders(t *testing.T, in string, workers []string) {
	t.Helper()
	files := filesUnder(t, in)
	var first outcome
	for i, n := range workers {
		shuffle(files, uint64(i))
		list := filepath.Join(t.TempDir(), "files")
		if err := os.WriteFile(list, bytes.Join(files, []byte{0}), 0o600); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "case")
		finish(t, "run", "--all", "--files-from0", list, "--workers", n, "--case", dir)
		got := leftBy(t, dir)
		t.Logf("%s workers, order %d: %d items, %d matches", n, i, len(got.Cores), len(got.Matches))
		if i == 0 {
			first = got
			continue
		}
		if diff := cmp.Diff(first.Matches, got.Matches); diff != "" || len(got.Matches) == 0 {
			t.Errorf("%s workers and order %d change the matches (-first +now), of which there are %d:\n%.4000s", n, i, len(got.Matches), diff)
		}
		if diff := cmp.Diff(first.Cores, got.Cores); diff != "" {
			t.Errorf("%s workers and order %d change reports (-first +now):\n%.4000s", n, i, diff)
		}
	}
}

func filesUnder(t *testing.T, dir string) (files [][]byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			files = append(files, []byte(p))
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files in %s: %v", len(files), dir, err)
	}
	return files
}

func shuffle(files [][]byte, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 8))
	r.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
}
