package sandbox

import (
	"fmt"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// rlimit is one limit of setrlimit(2).
type rlimit struct {
	name       string
	resource   int
	soft, hard uint64
}

// rlimits gives the limits. The CPU limit's soft side raises SIGXCPU, on which the child ends itself and
// says why; one that cannot is killed by the kernel a second later. The others have equal sides. The number of threads
// is counted per user, so it bounds a child only where it has a user namespace of its own.
func rlimits(l Limits, own bool) []rlimit {
	cpu := uint64(l.CPU.Seconds())
	out := []rlimit{
		{"RLIMIT_AS", unix.RLIMIT_AS, l.AddressSpace, l.AddressSpace},
		{"RLIMIT_CPU", unix.RLIMIT_CPU, cpu, cpu + 1},
		{"RLIMIT_FSIZE", unix.RLIMIT_FSIZE, 0, 0},
		{"RLIMIT_NOFILE", unix.RLIMIT_NOFILE, maxDescriptors, maxDescriptors},
		{"RLIMIT_CORE", unix.RLIMIT_CORE, 0, 0},
	}
	if own {
		out = append(out, rlimit{"RLIMIT_NPROC", unix.RLIMIT_NPROC, maxThreads, maxThreads})
	}
	return out
}

// applyRlimits sets each limit and reads it back. What is lower already is kept. Only a process with
// CAP_SYS_RESOURCE could raise them again.
func applyRlimits(l Limits, own bool) error {
	over := make(chan os.Signal, 1)
	signal.Notify(over, unix.SIGXCPU) // Go's runtime swallows it otherwise
	go func() {
		<-over
		os.Exit(exitCPU)
	}()
	for _, r := range rlimits(l, own) {
		var now unix.Rlimit
		if err := unix.Getrlimit(r.resource, &now); err != nil {
			return fmt.Errorf("read %s: %w", r.name, err)
		}
		want := unix.Rlimit{Cur: min(r.soft, now.Max), Max: min(r.hard, now.Max)}
		if err := unix.Setrlimit(r.resource, &want); err != nil {
			return fmt.Errorf("set %s to %d: %w", r.name, want.Cur, err)
		}
		if err := unix.Getrlimit(r.resource, &now); err != nil {
			return fmt.Errorf("read %s: %w", r.name, err)
		}
		if now != want {
			return fmt.Errorf("%s is %d of %d, not %d of %d", r.name, now.Cur, now.Max, want.Cur, want.Max)
		}
	}
	return nil
}

func rlimitsDetail(l Limits, own bool) string {
	out := fmt.Sprintf("address space %s, CPU %s, wall clock %s, no file growth, %d descriptors, no core file",
		amount(l.AddressSpace), seconds(l.CPU), seconds(l.Wall), maxDescriptors)
	if own {
		out += fmt.Sprintf(", %d threads", maxThreads)
	}
	return out
}
