package receive

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sync/atomic"
	"time"

	"dokaz/pipeline"
)

// Candidate is something that Walk, Names, Manifest or Stream found, and Take may take.
type Candidate struct {
	// Path is where it lies relative to what the user named, with slashes, as the file system spells it:
	// hostile, perhaps no valid UTF-8, never absolute.
	Path string
	// Claims are what the giver says of it.
	Claims pipeline.Claims
	// Size is its length in bytes when it was found, for showing progress; -1 where that is not known.
	Size int64
	// With are the files that belong to it, by a table or by their names, and are to be taken with it.
	With []Candidate
	// LeftOut says why there is nothing to take; Take then returns it as it is.
	LeftOut *LeftOut

	source source
	beside *beside // of its folder: files that are named after its digest, which is not known yet
}

// source opens what a candidate stands for.
type source interface {
	// open returns a *LeftOut, or a system's error, where there is nothing to read.
	open() (stream, error)
}

// stream is a source while it is read.
type stream interface {
	io.ReadCloser
	// modified is when the source says it was last modified; zero where it does not say.
	modified() time.Time
	// changed says in words how the source differs from what it was when it was opened, given how many
	// bytes were sealed; "" where nothing shows.
	changed(sealed int64) string
}

// Stream makes a candidate of bytes that come from no file: standard input, an upload. The name is a
// claim like any other; of a path that is absolute or leads upwards only the last element is kept. The
// candidate can be taken once, and r is the caller's to close.
func Stream(name string, r io.Reader) Candidate {
	return Candidate{Path: localPath(name), Size: -1, source: &loose{r: r}}
}

// loose is a source that is a stream already.
type loose struct {
	r     io.Reader
	taken atomic.Bool
}

func (l *loose) open() (stream, error) {
	if l.taken.Swap(true) {
		return nil, leftOut(Unreadable, "its stream was taken already")
	}
	return l, nil
}

func (l *loose) Read(p []byte) (int, error) { return l.r.Read(p) }
func (l *loose) Close() error               { return nil }
func (l *loose) modified() time.Time        { return time.Time{} }
func (l *loose) changed(int64) string       { return "" }

// localPath is how a name that somebody wrote is recorded: relative and never upwards, or else its last element.
func localPath(name string) string {
	clean := path.Clean(name)
	if path.IsAbs(clean) || clean == ".." || len(clean) > 2 && clean[:3] == "../" {
		clean = path.Base(clean)
	}
	switch clean {
	case ".", "..", "/":
		return "unnamed"
	}
	return clean
}

// opened is a regular file of the source while it is read.
type opened struct {
	*os.File
	info fs.FileInfo // at opening
}

func (o *opened) modified() time.Time { return o.info.ModTime().UTC() }

func (o *opened) changed(sealed int64) string {
	now, err := o.Stat()
	switch {
	case err != nil:
		return fmt.Sprintf("after copying it could not be looked at: %s", err)
	case sealed != o.info.Size():
		return fmt.Sprintf("it had %d bytes when it was opened; %d were copied", o.info.Size(), sealed)
	case now.Size() != sealed:
		return fmt.Sprintf("%d bytes were copied; it has %d now", sealed, now.Size())
	case !now.ModTime().Equal(o.info.ModTime()):
		return "it was written to while it was copied"
	}
	return ""
}
