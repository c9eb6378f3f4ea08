//go:build libav

package media

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dokaz/analyzers/internal/libav"
	"dokaz/fixtures"
	"dokaz/pipeline"
)

// Files with which others once broke decoders end here in pictures or in an error, within a minute each.
func TestFilesThatBrokeDecoders(t *testing.T) {
	t.Parallel()
	root := filepath.Join(fixtures.SharedMedia(t), "robustness")
	shown, failed := 0, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, ok := pipeline.Sniff(data[:min(len(data), pipeline.SniffLength)])
		if !ok {
			return nil
		}
		began := time.Now()
		s, err := project(New(), f.Kind, f.Name, data)
		if took := time.Since(began); took > time.Minute {
			t.Errorf("%s took %v", d.Name(), took)
		}
		if len(s.frames) > 0 {
			shown++
		}
		if err != nil {
			failed++
		}
		if len(s.frames) == 0 && err == nil {
			t.Errorf("%s: neither pictures nor an error", d.Name())
		}
		if errors.Is(err, context.Canceled) || libav.Damage(err) != nil && len(s.frames) == 0 && f.Kind == pipeline.Photo {
			t.Errorf("%s: %v", d.Name(), err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files gave pictures, %d an error", shown, failed)
}
