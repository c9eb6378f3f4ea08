package main

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

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

// known says of the errors that can be told apart what happened and what to do; the first that fits counts.
var known = []struct {
	is error
	fault
}{
	{pipeline.ErrBusy, fault{Code: "DKZ-0006", What: "Somebody else has the case", Exit: exitBusy,
		Do: "wait for the other dokaz to end, or let both share one queue with --redis"}},
	{wire.ErrNoCase, fault{Code: "DKZ-0003", What: "There is no case here", Exit: exitUsage,
		Do: "name the folder with --case, or make a case with 'dokaz run PATH…'"}},
	{wire.ErrConfig, fault{Code: "DKZ-0004", What: "The configuration cannot be used", Exit: exitUsage, Do: "dokaz config show --origin"}},
	{wire.ErrQueue, fault{Code: "DKZ-0007", What: "The Redis named cannot serve as the queue", Exit: exitMissing,
		Do: "start it (apt-get install redis-server), or leave --redis away to use the queue inside the process"}},
	{wire.ErrUnwalled, fault{Code: "DKZ-0013", What: "This machine cannot hold a hostile file, so none is examined", Exit: exitMissing,
		Do: "see docs/isolation.md for what gives the walls back; --unsafe-no-sandbox examines without them, and every report will say so"}},
	{pipeline.ErrCorrupt, fault{Code: "DKZ-0005", What: "Kept bytes are no longer those that were put", Exit: exitIntegrity,
		Do: "do not work on this case; compare it with a backup"}},
	{pipeline.ErrNotFound, fault{Code: "DKZ-0008", What: "Nothing is known under this name", Exit: exitUsage,
		Do: "dokaz status --items lists what the case holds"}},
	{syscall.ENOSPC, fault{Code: "DKZ-0011", What: "The disk is full", Exit: exitInternal,
		Do: "make room where the case lies and repeat the command: nothing received so far is lost"}},
	{fs.ErrNotExist, fault{Code: "DKZ-0009", What: "A file cannot be opened", Exit: exitUsage, Do: "check the path"}},
	{fs.ErrPermission, fault{Code: "DKZ-0009", What: "A file cannot be opened", Exit: exitUsage, Do: "check its permissions"}},
	{pipeline.ErrMalformed, fault{Code: "DKZ-0010", What: "The input is not of its form", Exit: exitUsage}},
}

// explain turns any error into what, why and what to do.
func explain(err error) fault {
	var f fault
	if errors.As(err, &f) {
		return f
	}
	f = fault{Code: "DKZ-0001", What: "Something went wrong inside", Exit: exitInternal,
		Do: "run 'dokaz doctor'; nothing received so far is lost, and the same command goes on where it stopped"}
	for _, k := range known {
		if errors.Is(err, k.is) {
			f = k.fault
			break
		}
	}
	f.Why, f.err = err.Error(), err
	return f
}
