package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"dokaz/pipeline"
)

// testimony is what one analyzer said in one attempt.
type testimony struct {
	started      bool
	ended        bool
	outcome      pipeline.Outcome
	measurements []pipeline.Measurement
}

// reply is what one child said.
type reply struct {
	heard       []testimony // one for each analyzer asked
	derivatives map[pipeline.Digest][]byte
	complete    bool // ended with bye and nothing behind it
}

// violation says how a reply broke the rules. Its text holds nothing that differs between two equal runs.
type violation struct{ text string }

func (v violation) Error() string { return "reply refused: " + v.text }

func violates(format string, a ...any) error { return violation{clean(fmt.Sprintf(format, a...))} }

// lines reads a bounded stream of lines.
type lines struct {
	r     *bufio.Reader
	bytes int64
	count int
	more  int64 // bytes allowed beyond maxReply, and a line for each piece of them
}

// next returns the next line without its end, valid until the next call. A last line without an end is
// what a dying child leaves behind: io.EOF.
func (l *lines) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	var long []byte
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(long)+len(line) > maxLine {
			return nil, violates("a line of more than %s", amount(maxLine))
		}
		if l.bytes+int64(len(long)+len(line)) > maxReply+l.more {
			return nil, violates("more than %s", amount(maxReply))
		}
		long = append(long, line...)
		line, err = l.r.ReadSlice('\n')
	}
	if long != nil {
		line = append(long, line...)
	}
	l.bytes += int64(len(line))
	l.count++
	switch {
	case len(line) > maxLine:
		return nil, violates("a line of more than %s", amount(maxLine))
	case l.bytes > maxReply+l.more:
		return nil, violates("more than %s", amount(maxReply))
	case int64(l.count) > maxLines+l.more/minPiece:
		return nil, violates("more than %d lines", maxLines)
	case err != nil:
		return nil, io.EOF // also a deadline after the process's end: nothing more can come
	}
	return line[:len(line)-1], nil
}

func (l *lines) event() (event, error) {
	var e event
	b, err := l.next()
	if err != nil {
		return e, err
	}
	if err := strictly(b, &e); err != nil {
		return e, violates("%v", err)
	}
	if e.set() != 1 {
		return e, violates("a line with %d events", e.set())
	}
	return e, nil
}

// listen reads a reply to its end. The error is a violation; what was said lawfully before it is returned too.
func listen(l *lines, refs []pipeline.Ref) (reply, error) {
	r := reply{heard: make([]testimony, len(refs)), derivatives: map[pipeline.Digest][]byte{}}
	for {
		e, err := l.event()
		switch {
		case errors.Is(err, io.EOF):
			return r, nil
		case err != nil:
			return r, err
		case r.complete:
			return r, violates("an event after bye")
		}
		if err := r.take(e, refs); err != nil {
			return r, err
		}
	}
}

func (r *reply) take(e event, refs []pipeline.Ref) error {
	switch {
	case e.Start != nil:
		t, err := r.of(e.Start.By)
		if err != nil {
			return err
		}
		if t.started || t.ended {
			return violates("%s starts again", refs[e.Start.By].Analyzer)
		}
		t.started = true
	case e.Say != nil:
		return r.takeSay(e.Say, refs)
	case e.End != nil:
		return r.takeEnd(e.End, refs)
	case e.Bye != nil:
		for i := range r.heard {
			if !r.heard[i].ended {
				return violates("bye without an outcome of %s", refs[i].Analyzer)
			}
		}
		r.complete = true
	case e.Hello != nil:
		return violates("hello in the middle")
	default:
		return violates("a member that nobody asked for")
	}
	return nil
}

// of returns the testimony of an analyzer by its number in the request.
func (r *reply) of(by int) (*testimony, error) {
	if by < 0 || by >= len(r.heard) {
		return nil, violates("analyzer %d was not asked", by)
	}
	return &r.heard[by], nil
}

func (r *reply) takeSay(e *sayEvent, refs []pipeline.Ref) error {
	t, err := r.of(e.By)
	if err != nil {
		return err
	}
	if !t.started || t.ended {
		return violates("%s speaks out of turn", refs[e.By].Analyzer)
	}
	f, err := lawfulFact(e.Kind, e.Fact)
	if err != nil {
		return violates("%v", err)
	}
	d, is := f.(pipeline.Derivative)
	switch {
	case is && pipeline.DigestOf(e.Bytes) != d.Digest:
		return violates("a derivative does not have the digest it states")
	case is && (len(e.Bytes) == 0 || len(e.Bytes) > maxDerivativeBytes):
		return violates("a derivative of %d bytes", len(e.Bytes))
	case is && r.derivatives[d.Digest] == nil && len(r.derivatives) >= maxDerivatives:
		return violates("more than %d derivatives", maxDerivatives)
	case is:
		r.derivatives[d.Digest] = e.Bytes
	case len(e.Bytes) > 0:
		return violates("bytes beside a %s", e.Kind)
	}
	t.measurements = append(t.measurements, pipeline.Measurement{By: refs[e.By], Where: e.Where, Fact: f})
	return nil
}

func (r *reply) takeEnd(e *endEvent, refs []pipeline.Ref) error {
	t, err := r.of(e.By)
	if err != nil {
		return err
	}
	if t.ended {
		return violates("%s ends again", refs[e.By].Analyzer)
	}
	switch e.Status {
	case pipeline.Done, pipeline.Partial, pipeline.Failed, pipeline.Refused, pipeline.Skipped:
	default:
		return violates("%s ends with no status we know", refs[e.By].Analyzer)
	}
	if len(e.Reason) > maxReason || !utf8.ValidString(e.Reason) {
		return violates("%s gives too long a reason", refs[e.By].Analyzer)
	}
	t.ended = true
	t.outcome = pipeline.Outcome{By: refs[e.By], Status: e.Status, Reason: e.Reason, Took: max(e.Took, 0)}
	return nil
}
