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
	"strings"
	"syscall"

	"dokaz/pipeline"
)

// ManifestOptions say how a table of claims is read.
type ManifestOptions struct {
	Except []string // folders of which nothing is taken, such as the case folder
	// Absolute lets the table name files anywhere by absolute paths. Whoever sends a table could otherwise
	// have us take in any file of this machine; so it is for an analyst to allow, table by table.
	Absolute bool
}

// Manifest finds the files that a table of claims names, in the table's order and each with its claims.
// The table is comma, semicolon or tab separated UTF-8; its first row names the columns: path, and any of
// source, url, claimed_time, claimed_place, lat, lon, collector, consent, notes, sidecar (files given with it, "|" between their paths) and others. Paths are relative to the table's folder and stay inside it: one that leads
// out, by dots, by a symbolic link or by being absolute, is left out, as is a file that is missing. Two
// rows for one file are two candidates. A Candidate's Path is the row's path, of an absolute one the last
// element.
//
// The whole table is read once before the first candidate comes, and a table with an error gives nothing
// but that error: ErrMalformed or ErrRefused with line and column, or the file's own.
func Manifest(ctx context.Context, file string, o ManifestOptions) iter.Seq2[Candidate, error] {
	return func(yield func(Candidate, error) bool) {
		if err := manifest(ctx, file, o, yield); err != nil {
			yield(Candidate{}, fmt.Errorf("receive: table of claims %q: %w", file, err))
		}
	}
}

// manifest is Manifest but for its error. No error is returned once yield has had enough.
func manifest(ctx context.Context, file string, o ManifestOptions, yield func(Candidate, error) bool) error {
	except, err := identities(o.Except)
	if err != nil {
		return err
	}
	abs, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(abs, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return errors.Join(err, fmt.Errorf("%w: it is read twice and so must be a file", pipeline.ErrRefused))
	}
	for _, err := range readClaims(ctx, f, rowLimit) {
		if err != nil {
			return err
		}
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	for row, err := range readClaims(ctx, f, rowLimit) {
		if err != nil {
			return err
		}
		c, err := row.candidate(filepath.Dir(abs), except, o.Absolute)
		if err != nil {
			return err
		}
		if !yield(c, nil) {
			return nil
		}
	}
	return nil
}

// candidate finds the row's file below folder, and those that came with it. The error is ours.
func (r row) candidate(folder string, except []fs.FileInfo, absolute bool) (Candidate, error) {
	c, err := r.find(r.path, folder, except, absolute)
	if err != nil {
		return Candidate{}, err
	}
	for _, one := range r.with {
		sidecar, err := r.find(one, folder, except, absolute)
		if err != nil {
			return Candidate{}, err
		}
		c.With = append(c.With, sidecar)
	}
	c.Claims = r.claims
	return c, nil
}

// find finds one file that the row names.
func (r row) find(written, folder string, except []fs.FileInfo, absolute bool) (c Candidate, err error) {
	name := path.Clean(written)
	switch {
	case path.IsAbs(name) && absolute:
		c, err = found(localPath(name), place{name: name}, name, except)
	case path.IsAbs(name):
		c.LeftOut = leftOut(Outside, "an absolute path, which was not allowed to this table")
	case !filepath.IsLocal(name):
		c.LeftOut = leftOut(Outside, "it leads out of the table's folder")
	case name == ".":
		c.LeftOut = leftOut(Folder, "the table's own folder")
	default:
		c, err = found(name, place{folder, name}, filepath.Join(folder, name), except)
	}
	if err != nil {
		return Candidate{}, err
	}
	if c.LeftOut != nil {
		c.Path, c.Size = localPath(name), -1
		c.LeftOut = leftOut(c.LeftOut.Why, "line %d of the table: %s%s", r.line, c.LeftOut.Detail, hint(written, c.LeftOut.Why))
	}
	return c, nil
}

// hint helps with tables written on Windows.
func hint(name string, why Why) string {
	if why == Missing && strings.Contains(name, `\`) {
		return `; folders are separated by "/", not "\"`
	}
	return ""
}
