package receive

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"dokaz/pipeline"
)

// The limits of a list of names.
const (
	nameLimit  = 64 << 10   // bytes of one name
	namesTotal = 10_000_000 // names
)

// Names finds the files that r lists, each name ended by a NUL byte as find -print0 writes it, in the
// list's order. A name is taken as it is, from the working folder where it is relative. It names a file:
// a folder is left out, since find has listed its files too. A Candidate's Path is the name as it was
// written where that is relative and leads nowhere upwards, else its last element; so `find photos -print0`
// gives the same paths as walking photos.
//
// The error ends the list: of r, of ctx, or ErrRefused where a limit is passed, as when the names are
// separated by something else.
func Names(ctx context.Context, r io.Reader, o Options) iter.Seq2[Candidate, error] {
	return func(yield func(Candidate, error) bool) {
		except, err := identities(o.Except)
		list := bufio.NewScanner(r)
		list.Buffer(nil, nameLimit)
		list.Split(untilNUL)
		for n := 1; err == nil && list.Scan(); n++ {
			if err = ctx.Err(); err != nil {
				break
			}
			if n > namesTotal {
				err = fmt.Errorf("%w: the list has more than %d names", pipeline.ErrRefused, namesTotal)
				break
			}
			var c Candidate
			if c, err = named(list.Text(), except); err == nil && !yield(c, nil) {
				return
			}
		}
		if err == nil {
			err = list.Err()
		}
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("%w: a name of more than %d bytes; are the names separated by NUL?", pipeline.ErrRefused, nameLimit)
		}
		if err != nil {
			yield(Candidate{}, fmt.Errorf("receive: list of names: %w", err))
		}
	}
}

// untilNUL splits at NUL bytes; the last name may lack its own.
func untilNUL(b []byte, atEnd bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		return i + 1, b[:i], nil
	}
	if atEnd && len(b) > 0 {
		return len(b), b, nil
	}
	return 0, nil, nil
}

// named makes a candidate of one name. The error is ours.
func named(name string, except []os.FileInfo) (Candidate, error) {
	if name == "" {
		return Candidate{Path: localPath(name), Size: -1, LeftOut: leftOut(Missing, "an empty name")}, nil
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return Candidate{}, err
	}
	return found(localPath(name), place{name: abs}, abs, except)
}

// found makes a candidate of the file at a place whose absolute path is abs. The error is ours.
func found(shown string, at place, abs string, except []os.FileInfo) (Candidate, error) {
	info, err := at.look()
	if err == nil && inExcept(except, abs) {
		err = ownCase()
	}
	if err != nil {
		why, err := reasonOf(err)
		return Candidate{Path: shown, Size: -1, LeftOut: why}, err
	}
	return Candidate{Path: shown, Size: info.Size(), source: at}, nil
}
