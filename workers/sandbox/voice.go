package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"dokaz/pipeline"
)

// voice is the child's side of the reply: it writes each event at once, so that a sudden death loses nothing
// that was said before, and keeps within the bounds the parent demands.
type voice struct {
	mu          sync.Mutex
	w           io.Writer
	numbers     map[pipeline.Ref]int
	bytes       int
	lines       int
	derivatives map[pipeline.Digest]bool
	unfolds     bool   // members of an archive were asked for
	aside       []byte // what the analyzers are told besides
	err         error  // the first that could not be returned
}

func newVoice(w io.Writer) *voice {
	return &voice{w: w, numbers: map[pipeline.Ref]int{}, derivatives: map[pipeline.Digest]bool{}}
}

// expect names the analyzers that will speak.
func (v *voice) expect(refs []pipeline.Ref) {
	for i, r := range refs {
		v.numbers[r] = i
	}
}

// Aside returns what the parent has the analyzers told besides the item, nil where it has nothing.
func (v *voice) Aside() []byte { return v.aside }

func (v *voice) number(ref pipeline.Ref) (int, error) {
	n, ok := v.numbers[ref]
	if !ok {
		return 0, fmt.Errorf("analyzer %s version %d with parameters %q was not asked", ref.Analyzer, ref.Version, ref.Parameters)
	}
	return n, nil
}

// Start implements Sink. What goes wrong is told by the next Say or End.
func (v *voice) Start(ref pipeline.Ref) {
	v.mu.Lock()
	defer v.mu.Unlock()
	n, err := v.number(ref)
	if err == nil {
		err = v.write(event{Start: &startEvent{By: n}})
	}
	if v.err == nil {
		v.err = err
	}
}

// Say implements Sink. ErrRefused means that the reply's bounds are reached.
func (v *voice) Say(ref pipeline.Ref, where pipeline.Where, f pipeline.Fact) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err != nil {
		return v.err
	}
	n, err := v.number(ref)
	if err != nil {
		return err
	}
	e := sayEvent{By: n, Where: where}
	if e.Kind, e.Fact, err = writeFact(f); err != nil {
		return err
	}
	if d, ok := f.(pipeline.Derivative); ok {
		if !v.derivatives[d.Digest] && len(v.derivatives) >= maxDerivatives {
			return fmt.Errorf("%w: limit of %d derivatives in one reply reached", pipeline.ErrRefused, maxDerivatives)
		}
		v.derivatives[d.Digest] = true
		e.Bytes = d.Bytes
	}
	line, err := encode(event{Say: &e})
	switch {
	case err != nil:
		return err
	case len(line) > maxLine:
		return fmt.Errorf("%w: limit of %s for one fact reached", pipeline.ErrRefused, amount(maxLine))
	case v.bytes+len(line) > maxReply-reserved:
		return fmt.Errorf("%w: limit of %s in one reply reached", pipeline.ErrRefused, amount(maxReply))
	case v.lines+1 > maxLines-reservedLines:
		return fmt.Errorf("%w: limit of %d lines in one reply reached", pipeline.ErrRefused, maxLines)
	}
	return v.put(line)
}

// End implements Sink.
func (v *voice) End(out pipeline.Outcome) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err != nil {
		return v.err
	}
	n, err := v.number(out.By)
	if err != nil {
		return err
	}
	return v.write(event{End: &endEvent{By: n, Status: out.Status, Reason: out.Reason, Took: out.Took}})
}

func (v *voice) write(e event) error {
	line, err := encode(e)
	if err != nil {
		return err
	}
	return v.put(line)
}

func (v *voice) put(line []byte) error {
	v.bytes += len(line)
	v.lines++
	if _, err := v.w.Write(line); err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	return nil
}

func encode(e event) ([]byte, error) {
	b, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("reply: %w", err)
	}
	return append(b, '\n'), nil
}
