package main

import (
	"errors"
	"fmt"
	"io/fs"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline"
)

// code is a process exit code.
type code int

// The exit codes.
const (
	exitOK          code = 0
	exitInternal    code = 1
	exitUsage       code = 2
	exitSomeFailed  code = 3
	exitFindings    code = 4
	exitIntegrity   code = 5
	exitBusy        code = 6
	exitMissing     code = 7
	exitInterrupted code = 130
)

const exitTable = `Exit codes:

      0  done
      1  internal error
      2  usage or configuration
      3  finished, some items failed (their reports say what and why)
      4  findings matched --fail-on
      5  integrity failure: kept bytes are no longer those that were received
      6  somebody else has the case
      7  something the job needs is missing: see 'dokaz doctor'
    130  interrupted; the same command goes on where it stopped`

// exit ends the command with a code; a quiet one has said already what there is to say.
type exit struct {
	code  code
	quiet bool
}

func (e exit) Error() string { return fmt.Sprintf("exit %d", e.code) }

// fault is an error as a person needs it.
type fault struct {
	Code string `json:"code"` // stable
	What string `json:"what"`
	Why  string `json:"why,omitempty"`
	Do   string `json:"do,omitempty"`
	Exit code   `json:"exit_code"`
	err  error
}

func (f fault) Error() string { return f.What + ": " + f.Why }
func (f fault) Unwrap() error { return f.err }

func usage(err error) error {
	return fault{Code: "DKZ-0002", What: "The command line cannot be understood", Why: err.Error(), Do: "dokaz --help", Exit: exitUsage, err: err}
}

// explain turns any error into what, why and what to do.
func explain(err error) fault {
	var f fault
	if errors.As(err, &f) {
		return f
	}
	f = fault{Code: "DKZ-0001", What: "Something went wrong inside", Why: err.Error(), Do: "run 'dokaz doctor'; nothing received so far is lost, and the same command goes on where it stopped", Exit: exitInternal, err: err}
	switch {
	case errors.Is(err, pipeline.ErrBusy):
		f.Code, f.What, f.Exit = "DKZ-0006", "Somebody else has the case", exitBusy
		f.Do = "wait for the other dokaz to end, or let both share one queue with --redis"
	case errors.Is(err, wire.ErrNoCase):
		f.Code, f.What, f.Exit = "DKZ-0003", "There is no case here", exitUsage
		f.Do = "name the folder with --case, or make a case with 'dokaz run PATH…'"
	case errors.Is(err, wire.ErrConfig):
		f.Code, f.What, f.Exit = "DKZ-0004", "The configuration cannot be used", exitUsage
		f.Do = "dokaz config show --origin"
	case errors.Is(err, pipeline.ErrCorrupt):
		f.Code, f.What, f.Exit = "DKZ-0005", "Kept bytes are no longer those that were put", exitIntegrity
		f.Do = "do not work on this case; compare it with a backup"
	case errors.Is(err, pipeline.ErrNotFound):
		f.Code, f.What, f.Exit = "DKZ-0008", "Nothing is known under this name", exitUsage
		f.Do = "dokaz status --items lists what the case holds"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		f.Code, f.What, f.Exit = "DKZ-0009", "A file cannot be opened", exitUsage
		f.Do = "check the path and its permissions"
	case errors.Is(err, pipeline.ErrMalformed):
		f.Code, f.What, f.Exit = "DKZ-0010", "The input is not of its form", exitUsage
		f.Do = ""
	}
	return f
}
