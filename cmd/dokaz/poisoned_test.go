package main

import (
	"bytes"
	"context"
	"os"
	"syscall"
	"time"

	"dokaz/pipeline"
	"dokaz/workers/sandbox"
)

// Marks at the end of an item over which the test's child comes to grief.
const (
	markDies  = "DOKAZ-POISON-DIES"
	markHangs = "DOKAZ-POISON-HANGS"
)

// hangs is how long an item marked so holds its child, whatever its context says.
const hangs = 3 * time.Second

// poisoned puts, before what the child does, the harm that an item's last bytes ask for.
func poisoned(run sandbox.Run) sandbox.Run {
	return func(ctx context.Context, it pipeline.Item, o pipeline.Original, l pipeline.Limits, names []string, sink sandbox.Sink) error {
		end := make([]byte, min(o.Size(), 32))
		if _, err := o.ReadAt(end, o.Size()-int64(len(end))); err != nil && o.Size() > 0 && int64(len(end)) != o.Size() {
			return err
		}
		switch {
		case bytes.HasSuffix(end, []byte(markDies)):
			return syscall.Kill(os.Getpid(), syscall.SIGSEGV)
		case bytes.HasSuffix(end, []byte(markHangs)):
			time.Sleep(hangs)
		}
		return run(ctx, it, o, l, names, sink)
	}
}
