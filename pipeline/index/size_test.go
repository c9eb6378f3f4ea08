package index

import (
	"testing"
	"unsafe"

	"dokaz/pipeline"
)

// A kept frame with its time and mark costs at most 1.3 times its hash.
func TestAFrameCostsLittleBesideItsHash(t *testing.T) {
	t.Parallel()
	kept := float64(unsafe.Sizeof(block{})+unsafe.Sizeof([blockRows]float64{})) / blockRows
	if hash := float64(unsafe.Sizeof(pipeline.Hash256{})); kept > 1.3*hash {
		t.Errorf("%.1f bytes for a hash of %.0f", kept, hash)
	}
}
