package vault

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"dokaz/pipeline"
)

// List gives the digests of all that is kept, in ascending order, by their names: nothing is read or
// verified. What stands in the shelf's folder and is not the shelf's own (a foreign file, a folder where a
// blob should be) comes as an error with ErrMalformed that names it, and the list goes on; after any other
// error it ends. Blobs put while the list runs may or may not be in it.
func (d *Disk) List(ctx context.Context) iter.Seq2[pipeline.Digest, error] {
	return func(yield func(pipeline.Digest, error) bool) {
		entries, err := os.ReadDir(d.dir)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			yield(pipeline.Digest{}, fmt.Errorf("vault: list: %w", err))
			return
		}
		for _, e := range entries {
			if e.Name() == temporary && e.IsDir() {
				continue
			}
			if !isShard(e) {
				if !yield(pipeline.Digest{}, stranger(e.Name())) {
					return
				}
				continue
			}
			if !d.listShard(ctx, e.Name(), yield) {
				return
			}
		}
	}
}

// listShard lists one folder and reports whether to go on.
func (d *Disk) listShard(ctx context.Context, name string, yield func(pipeline.Digest, error) bool) bool {
	entries, err := os.ReadDir(filepath.Join(d.dir, name))
	if err != nil {
		yield(pipeline.Digest{}, fmt.Errorf("vault: list: %w", err))
		return false
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			yield(pipeline.Digest{}, fmt.Errorf("vault: list: %w", err))
			return false
		}
		g, err := pipeline.ParseDigest(e.Name())
		if err != nil || !e.Type().IsRegular() || g.Hex() != e.Name() || g.Hex()[:2] != name {
			g, err = pipeline.Digest{}, stranger(filepath.Join(name, e.Name()))
		}
		if !yield(g, err) {
			return false
		}
	}
	return true
}

// isShard reports whether e is a folder named by two lower-case hexadecimal digits.
func isShard(e fs.DirEntry) bool {
	name := e.Name()
	return e.IsDir() && len(name) == 2 && isDigit(name[0]) && isDigit(name[1])
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' || 'a' <= b && b <= 'f' }

func stranger(name string) error {
	return fmt.Errorf("vault: list: %w: %q is not of the shelf's making", pipeline.ErrMalformed, name)
}
