package receive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Options say what is looked for.
type Options struct {
	Hidden bool     // names that begin with a dot too; one that the user names is always looked at
	Except []string // folders that are never entered, such as the case folder
	// Together gives a Candidate the files of its folder that are named after it, as detached signatures are; those do not come by themselves then.
	Together bool
}

// The limits of a walk.
const (
	depthLimit = 250       // folders inside each other
	namesLimit = 5_000_000 // names in one folder
)

// Walk finds the files under roots, which are files and folders that a user named, in the order of roots
// and in each folder by the bytes of the names, so that two walks over equal trees are equal. Whatever is
// met and cannot be taken comes as a Candidate with LeftOut, a folder once and not its contents, and the
// walk goes on: nothing is passed over in silence. Symbolic links are never followed, roots included.
//
// A Candidate's Path begins with the last element of its root's name. It stays good after the walk. The
// error ends the walk: ctx, or this process' own means.
func Walk(ctx context.Context, roots []string, o Options) iter.Seq2[Candidate, error] {
	return func(yield func(Candidate, error) bool) {
		w := walk{ctx: ctx, options: o, yield: yield}
		w.except, w.err = identities(o.Except)
		for _, root := range roots {
			if w.err != nil || !w.root(root) {
				break
			}
		}
		if w.err != nil {
			yield(Candidate{}, fmt.Errorf("receive: %w", w.err))
		}
	}
}

// walk is one walk at work. Its methods report whether to go on.
type walk struct {
	ctx     context.Context //nolint:containedctx // lives as long as the walk's own call
	options Options
	except  []fs.FileInfo
	yield   func(Candidate, error) bool
	err     error // why it ended
}

// identities looks at the folders that are not to be entered. One that is not there yet cannot be met.
func identities(folders []string) ([]fs.FileInfo, error) {
	var out []fs.FileInfo
	for _, f := range folders {
		info, err := os.Stat(f)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("a folder not to be entered: %w", err)
		}
		out = append(out, info)
	}
	return out, nil
}

// isExcept reports whether info is one of the folders that are not to be entered.
func isExcept(except []fs.FileInfo, info fs.FileInfo) bool {
	return slices.ContainsFunc(except, func(e fs.FileInfo) bool { return os.SameFile(e, info) })
}

// inExcept reports whether a file with that absolute path lies somewhere inside a folder not to be entered.
func inExcept(except []fs.FileInfo, abs string) bool {
	if len(except) == 0 {
		return false
	}
	for dir := filepath.Dir(abs); ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil && isExcept(except, info) {
			return true
		}
		if dir == filepath.Dir(dir) {
			return false
		}
	}
}

func ownCase() *LeftOut {
	return leftOut(OwnCase, "it belongs to the case itself")
}

// give passes a candidate on.
func (w *walk) give(c Candidate) bool {
	if w.err = w.ctx.Err(); w.err != nil {
		return false
	}
	return w.yield(c, nil)
}

// leave passes on that something is left out, or ends the walk where the fault is ours.
func (w *walk) leave(name string, err error) bool {
	why, err := reasonOf(err)
	if err != nil {
		w.err = err
		return false
	}
	return w.give(Candidate{Path: name, Size: -1, LeftOut: why})
}

func (w *walk) root(name string) bool {
	abs, err := filepath.Abs(name)
	if err != nil {
		w.err = err
		return false
	}
	base := strings.TrimPrefix(filepath.Base(abs), "/") // nothing where the root is the file system's
	info, err := os.Lstat(abs)
	switch {
	case err != nil:
		return w.leave(base, err)
	case inExcept(w.except, abs):
		return w.leave(base, ownCase())
	case info.IsDir():
		return w.rootFolder(abs, base, info)
	case !info.Mode().IsRegular():
		return w.leave(base, reasonOfMode(info.Mode()))
	}
	return w.give(Candidate{Path: base, Size: info.Size(), source: place{name: abs}})
}

func (w *walk) rootFolder(abs, base string, info fs.FileInfo) bool {
	r, err := os.OpenRoot(abs)
	if err != nil {
		return w.leave(base, err)
	}
	defer r.Close()
	now, err := r.Stat(".")
	if err == nil && !os.SameFile(info, now) {
		err = leftOut(Unreadable, "it was exchanged while it was opened")
	}
	if err != nil {
		return w.leave(base, err)
	}
	return w.folder(r, now, place{folder: abs}, base, 1)
}

// folder walks the open folder r, which is info and lies at the place at, known to the user as shown.
func (w *walk) folder(r *os.Root, info fs.FileInfo, at place, shown string, depth int) bool {
	if isExcept(w.except, info) {
		return w.leave(shown, ownCase())
	}
	if depth > depthLimit {
		return w.leave(shown, leftOut(TooDeep, "more than %d folders inside each other", depthLimit))
	}
	names, err := namesIn(r)
	if err != nil {
		return w.leave(shown, err)
	}
	together := w.beside(names, r.Lstat, at, shown)
	for _, name := range names {
		if together.takes(name) {
			continue
		}
		if !w.entry(r, name, at.in(name), path.Join(shown, name), depth, together) {
			return false
		}
	}
	return true
}

func (w *walk) entry(r *os.Root, name string, at place, shown string, depth int, together *beside) bool {
	info, err := r.Lstat(name)
	switch {
	case err != nil:
		return w.leave(shown, err)
	case strings.HasPrefix(name, ".") && !w.options.Hidden:
		return w.leave(shown, leftOut(Hidden, "its name begins with a dot"))
	case info.Mode().IsRegular():
		return w.give(Candidate{Path: shown, Size: info.Size(), source: at, With: together.of(name), beside: together})
	case !info.IsDir():
		return w.leave(shown, reasonOfMode(info.Mode()))
	}
	sub, info, err := enter(r, name)
	if err != nil {
		return w.leave(shown, err)
	}
	defer sub.Close()
	return w.folder(sub, info, at, shown, depth+1)
}

// namesIn lists the open folder r by the bytes of the names.
func namesIn(r *os.Root) ([]string, error) {
	f, err := r.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var names []string
	for {
		some, err := f.Readdirnames(4096)
		names = append(names, some...)
		switch {
		case len(names) > namesLimit:
			return nil, leftOut(TooMany, "a folder of more than %d names", namesLimit)
		case errors.Is(err, io.EOF):
			slices.Sort(names)
			return names, nil
		case err != nil:
			return nil, err
		}
	}
}
