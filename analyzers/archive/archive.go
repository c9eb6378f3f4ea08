// Package archive opens zip, 7z and tar archives, the latter also compressed, and single compressed files, and gives out what
// they hold, each member whole or not at all.
//
// It knows how archives are laid out and what they can cost. It must not know paths: a member's name is a text to be told, and
// nothing here ever writes a file, follows a link or asks for a password. What becomes of the members it gives out is not its
// matter.
package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"dokaz/pipeline"
)

// Out takes what an archive holds, member by member.
type Out interface {
	// Begin begins a member.
	Begin(m pipeline.Member) error
	// Piece takes the next bytes of the member begun.
	Piece(b []byte) error
	// End ends it. A member that is not whole is not kept.
	End(whole bool) error
}

// Limits bound what one archive may unfold to.
type Limits = pipeline.ArchiveLimits

const (
	maxName   = 4 << 10 // bytes of a member's name that are told
	maxListed = 5_000   // members that are told one by one
	piece     = 256 << 10
)

// Analyzer opens archives.
type Analyzer struct {
	out    Out
	limits Limits
}

// New returns the analyzer with the default limits. Without out what is read is checked and dropped.
func New(out Out) Analyzer { return Within(pipeline.Limits{}, out) }

// Within is New with these limits.
func Within(l pipeline.Limits, out Out) Analyzer { return Analyzer{out, l.OrDefaults().Archive} }

// Spec declares it.
func (a Analyzer) Spec() pipeline.Spec {
	l := a.limits
	return pipeline.Spec{
		Name:    "archive",
		Version: 1,
		Parameters: fmt.Sprintf("zip, 7z, tar, gzip, bzip2, xz, zstd; at most %s members, %s bytes, %s times its size above %s bytes, %s bytes of dictionary",
			grouped(l.Members), grouped(l.Bytes), grouped(l.Ratio), grouped(l.Slack), grouped(l.Window)),
		Kinds:  []pipeline.Kind{pipeline.Other},
		Yields: []pipeline.FactKind{pipeline.KindTag},
	}
}

// Read gives out the members in the archive's order and tells of each as it ends: a Tag of group "member" whose ID counts
// members from 1, whose value is the name, and whose note says what is peculiar. Members that cannot be read, or are encrypted,
// are passed over and counted in the error at the end; a limit ends it at once, with ErrRefused.
func (a Analyzer) Read(ctx context.Context, it pipeline.Item, o pipeline.Original, say pipeline.Say) error {
	open, known := openers[it.Format]
	if !known {
		return fmt.Errorf("%w: no archive", pipeline.ErrUnsupported)
	}
	x := &unfolding{ctx: ctx, out: a.out, limits: pipeline.Limits{Archive: a.limits}.OrDefaults().Archive, size: o.Size(), say: say}
	err := open(x, o)
	if err == nil || x.entries > 0 {
		x.summarise(it.Format)
	}
	missing := x.verdict()
	if err != nil && missing != nil {
		return fmt.Errorf("%w; %w", err, missing)
	}
	return errors.Join(err, missing)
}

// unfolding is one archive being unfolded.
type unfolding struct {
	ctx    context.Context
	out    Out
	limits Limits
	size   int64
	say    pipeline.Say

	entries, whole, broken, encrypted, other int
	bytes                                    int64
	firstBroken                              error
}

// entry is one entry of an archive.
type entry struct {
	name     string
	modified string
	note     string                        // what it is, where it is no file: such entries are told of and not opened
	locked   bool                          // encrypted
	open     func() (io.ReadCloser, error) // nil where note is set
}

// announced checks a number of entries that an archive states before any is read.
func (x *unfolding) announced(entries int) error {
	if n := int64(entries); n > x.limits.Members {
		return pipeline.Over("archive members", n, x.limits.Members)
	}
	return nil
}

// take gives out one entry. The error ends the archive.
func (x *unfolding) take(e entry) error {
	if err := x.ctx.Err(); err != nil {
		return context.Cause(x.ctx)
	}
	x.entries++
	if err := x.announced(x.entries); err != nil {
		return err
	}
	switch {
	case e.note != "":
		x.other++
	case e.locked:
		x.encrypted++
		e.note = "encrypted, not opened"
	default:
		n, err := x.give(e)
		var ours fatal
		switch {
		case errors.As(err, &ours):
			return ours.error
		case errors.Is(err, pipeline.ErrRefused):
			return err
		case err != nil:
			x.broken++
			e.note = "not read: " + err.Error()
			if x.firstBroken == nil {
				x.firstBroken = fmt.Errorf("member %d: %w", x.entries, err)
			}
		default:
			x.whole++
			e.note = grouped(n) + " bytes"
		}
	}
	if x.entries <= maxListed {
		x.tell(e)
	}
	return nil
}

// tell says one entry.
func (x *unfolding) tell(e entry) {
	name, cut := e.name, false
	if len(name) > maxName {
		name, cut = name[:maxName], true
	}
	x.say(pipeline.In("member "+strconv.Itoa(x.entries)), pipeline.Tag{
		Reader: "archive", Group: "member", ID: strconv.Itoa(x.entries), Name: "name", Value: readable(name), Cut: cut, Note: e.note,
	})
}

// fatal ends an archive, where other errors end a member.
type fatal struct{ error }

func (f fatal) Unwrap() error { return f.error }

// give reads one member to its end and gives its bytes out.
func (x *unfolding) give(e entry) (n int64, err error) {
	r, err := e.open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	if x.out != nil {
		if err := x.out.Begin(pipeline.Member{Name: []byte(e.name), Modified: e.modified}); err != nil {
			return 0, fatal{err}
		}
	}
	n, err = x.pour(r)
	if x.out != nil {
		if ended := x.out.End(err == nil); ended != nil {
			return n, fatal{errors.Join(err, ended)}
		}
	}
	return n, err
}

// pour copies a member's bytes, and stops where the archive has unfolded to more than it may.
func (x *unfolding) pour(r io.Reader) (n int64, err error) {
	buf := make([]byte, piece)
	for err == nil {
		if x.ctx.Err() != nil {
			return n, fatal{context.Cause(x.ctx)}
		}
		var got int
		got, err = fill(r, buf)
		x.bytes += int64(got)
		n += int64(got)
		if over := x.over(); over != nil {
			return n, fatal{over}
		}
		if got > 0 && x.out != nil {
			if err := x.out.Piece(buf[:got]); err != nil {
				return n, fatal{err}
			}
		}
	}
	if err == io.EOF { //nolint:errorlint // one that wraps EOF is a broken stream, not its end
		err = nil
	}
	return n, err
}

// emptyReads is how many reads in a row may give neither bytes nor an error.
const emptyReads = 100

// fill reads until buf is full or r ends, and returns r's own error.
func fill(r io.Reader, buf []byte) (n int, err error) {
	for empty := 0; n < len(buf) && err == nil; {
		var got int
		got, err = r.Read(buf[n:])
		n += got
		if empty++; got > 0 {
			empty = 0
		} else if empty == emptyReads && err == nil {
			err = io.ErrNoProgress
		}
	}
	return n, err
}

func (x *unfolding) over() error {
	if x.bytes > x.limits.Bytes {
		return pipeline.Over("archive bytes", x.bytes, x.limits.Bytes)
	}
	if most := x.limits.Ratio * max(x.size, 1); x.bytes > x.limits.Slack && x.bytes > most {
		return pipeline.Over("archive ratio", (x.bytes+x.size-1)/max(x.size, 1), x.limits.Ratio)
	}
	return nil
}

func (x *unfolding) summarise(format string) {
	for _, s := range []struct {
		name  string
		value int64
	}{
		{"entries", int64(x.entries)}, {"members", int64(x.whole)}, {"bytes", x.bytes}, {"encrypted", int64(x.encrypted)},
		{"not_read", int64(x.broken)}, {"no_files", int64(x.other)},
	} {
		x.say(pipeline.In(format), pipeline.Tag{Reader: "archive", Group: "archive", Name: s.name, Value: strconv.FormatInt(s.value, 10)})
	}
}

// verdict says what is missing at the archive's end.
func (x *unfolding) verdict() error {
	var parts []string
	if x.encrypted > 0 {
		parts = append(parts, fmt.Sprintf("encrypted members %s of %s, not opened", grouped(int64(x.encrypted)), grouped(int64(x.entries))))
	}
	if x.broken > 0 {
		parts = append(parts, fmt.Sprintf("members not read %s of %s, first %v", grouped(int64(x.broken)), grouped(int64(x.entries)), x.firstBroken))
	}
	if len(parts) == 0 {
		return nil
	}
	return errors.New(strings.Join(parts, "; "))
}

// readable is a name as text: bytes that are not UTF-8 stand as U+FFFD and two hexadecimal digits.
func readable(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var out strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n <= 1 {
			fmt.Fprintf(&out, "\uFFFD%02X", s[0])
		} else {
			out.WriteString(s[:n])
		}
		s = s[n:]
	}
	return out.String()
}

// grouped writes n with a comma before each three digits.
func grouped(n int64) string { return pipeline.Grouped(n) }
