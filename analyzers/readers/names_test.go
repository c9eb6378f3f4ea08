package readers

import (
	"testing"

	"dokaz/analyzers/internal/lexicon"
)

func TestTables(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"exiftool", "libav"} {
		if err := lexicon.Check(table(name), 2, 1); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
