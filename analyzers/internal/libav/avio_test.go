//go:build libav

package libav

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"dokaz/fixtures"
	"dokaz/pipeline"
)

// TestReadingMakesNoBuffers opens a file of a thousand bytes that the library wants to read some thirty thousand times, mostly behind its end. Not parallel: what is
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
	head := make([]byte, min(st.Size(), pipeline.SniffLength))
	if _, err := file.ReadAt(head, 0); err != nil {
		t.Fatal(err)
	}
	format, _ := pipeline.Sniff(head)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if f, err := Open(context.Background(), file, st.Size(), format.Name, Limits{}); err == nil {
		_ = f.Packets(t.Context(), func(Packet) error { return nil }) // however it ends
		f.Close()
	}
	runtime.ReadMemStats(&after)
	if made := after.TotalAlloc - before.TotalAlloc; made > 4<<20 {
		t.Errorf("%d KiB allocated", made>>10)
	}
}
