package index

import (
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// onCPU returns the time the processor gave to do, which runs on one thread.
func onCPU(do func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := threadTime()
	do()
	return threadTime() - before
}

func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// median returns the middle of several runs' times.
func median(runs int, do func()) time.Duration {
	times := make([]time.Duration, runs)
	for i := range times {
		times[i] = onCPU(do)
	}
	slices.Sort(times)
	return times[runs/2]
}
