//go:build libav

package libav

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"dokaz/fixtures"
)

// seeking counts the readings of a file.
type seeking struct {
	*os.File
	times int
}

func (s *seeking) ReadAt(b []byte, at int64) (int, error) {
	s.times++
	return s.File.ReadAt(b, at)
}

// TestReadingMakesNoBuffers opens a file of a thousand bytes that has the library read it some thirty thousand times. Not parallel: what is
// allocated is counted.
func TestReadingMakesNoBuffers(t *testing.T) {
	file, err := os.Open(filepath.Join(fixtures.SharedMedia(t), "robustness", "libheif-corpus", "clusterfuzz-testcase-minimized-file-fuzzer-5643900194127872.heic"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	st, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	s := &seeking{File: file}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if f, err := Open(context.Background(), s, st.Size(), "heic", Limits{}); err == nil {
		f.Close()
	}
	runtime.ReadMemStats(&after)
	if s.times < 10_000 {
		t.Errorf("read %d times: this file tells nothing", s.times)
	}
	if made := after.TotalAlloc - before.TotalAlloc; made > 4<<20 {
		t.Errorf("%d KiB allocated in %d readings", made>>10, s.times)
	}
}
