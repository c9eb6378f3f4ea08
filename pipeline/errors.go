package pipeline

import "errors"

// Sentinels are compared with errors.Is; they say what a caller can do next.
var (
	// ErrNotFound says that nothing is kept under the name asked for.
	ErrNotFound = errors.New("not found")
	// ErrCorrupt says that kept bytes are no longer those that were put: an integrity failure, never repaired silently.
	ErrCorrupt = errors.New("corrupt")
	// ErrMalformed says that text given to us is not of its form.
	ErrMalformed = errors.New("malformed")
	// ErrRefused says that a limit or a policy forbids going on with this item; the text names limit and value.
	ErrRefused = errors.New("refused")
	// ErrUnsupported says that this build or this method has no way to read the item: recorded as skipped.
	ErrUnsupported = errors.New("unsupported")
	// ErrSuperseded says that another worker holds or finished the work: drop the result quietly.
	ErrSuperseded = errors.New("superseded")
	// ErrUnfinished says that a step got on and wants to be carried out again: no failure, however often.
	ErrUnfinished = errors.New("unfinished")
	// ErrBusy says that somebody else holds the case.
	ErrBusy = errors.New("busy")
)
