//go:build libav

package analyzers

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"dokaz/analyzers/media"
	"dokaz/analyzers/readers"
	"dokaz/fixtures"
	"dokaz/pipeline"
)

// TestEveryDeclaredFactIsProduced looks at the fixtures until every analyzer has stated every kind of fact that it
// declares: a kind that nothing produces is a promise that nobody keeps.
func TestEveryDeclaredFactIsProduced(t *testing.T) {
	t.Parallel()
	missing := map[string]map[pipeline.FactKind]bool{}
	for _, a := range answered() {
		missing[a.Spec().Name] = map[pipeline.FactKind]bool{}
		for _, k := range a.Spec().Yields {
			missing[a.Spec().Name][k] = true
		}
	}
	for _, set := range []string{"test", "demo", "hostile"} {
		dir := fixtures.Dir(t, set)
		err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			b, err := os.ReadFile(p)
			if err == nil && len(b) < 4<<20 {
				look(t.Context(), b, missing)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	look(t.Context(), []byte(stamped), missing)
	look(t.Context(), []byte(attested), missing)
	for name, kinds := range missing {
		for k := range kinds {
			t.Errorf("%s declares %s and no fixture makes it say one", name, k)
		}
	}
}

// answered lists the analyzers where an ExifTool was asked, which calls each camera something that no camera is called.
func answered() []pipeline.Analyzer {
	return With(pipeline.Limits{}, Settings{ExifTool: readers.ExifTool{Version: "0", Output: []byte(`[{"SourceFile":"-","EXIF:IFD0:Model":{"id":272,"val":"no camera"}}]`)}})
}

// attested is a statement of ProofMode's.
const attested = `{"File Hash SHA256":"00","Manufacturer":"Some Maker","Hardware":"Some Phone","DeviceID":"1"}`

// look lets every analyzer with something still to show examine one file, and strikes out what it says. Errors of the
// files are not this test's matter.
func look(ctx context.Context, b []byte, missing map[string]map[pipeline.FactKind]bool) {
	f, ok := pipeline.Sniff(b)
	it := pipeline.Item{Digest: pipeline.DigestOf(b), Size: int64(len(b)), Kind: f.Kind, Format: f.Name}
	if !ok {
		it.Kind = pipeline.Other
	}
	var watches []pipeline.Watch
	var begin []func(pipeline.Footage)
	for _, a := range answered() {
		left := missing[a.Spec().Name]
		if len(left) == 0 || !examines(a.Spec(), it.Kind) {
			continue
		}
		say := func(_ pipeline.Where, f pipeline.Fact) { delete(left, pipeline.KindOf(f)) }
		switch a := a.(type) {
		case pipeline.Reader:
			_ = a.Read(ctx, it, held{bytes.NewReader(b)}, say)
		case pipeline.Watcher:
			begin = append(begin, func(s pipeline.Footage) {
				if w, err := a.Watch(it, s, say); err == nil {
					watches = append(watches, w)
				}
			})
		}
	}
	if len(begin) == 0 {
		return
	}
	_ = media.New().Project(ctx, it, held{bytes.NewReader(b)}, func(s pipeline.Footage) error {
		for _, do := range begin {
			do(s)
		}
		return nil
	}, func(f pipeline.Frame) error {
		for _, w := range watches {
			_ = w.Frame(ctx, f)
		}
		return nil
	})
	for _, w := range watches {
		_ = w.End(ctx)
	}
}
