package main

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// failing are the calls on files that a disk may answer with an error of input or output. Not among them is write, by which Go's runtime
// also wakes its own threads, which no disk can refuse: the sweep of powercut_test.go lets it fail from a run's start.
const failing = "pread64,pwrite64,fsync,fdatasync,ftruncate,renameat2,linkat,unlinkat"

// canFailCalls says loudly where no calls of a running process can be made to fail.
func canFailCalls(t *testing.T) bool {
	t.Helper()
	victim := exec.Command("sleep", "60")
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = victim.Process.Kill()
		_ = victim.Wait()
	}()
	if err := failCalls(victim.Process.Pid, 1, 50*time.Millisecond); err != nil {
		t.Logf("NO INPUT OR OUTPUT FAILS: %v", err)
		return false
	}
	return true
}

// failCalls lets every n-th call on a file of each thread of a process, and of those it starts, fail with EIO for some time (strace(1)).
func failCalls(pid, n int, during time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), during+20*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, "strace", "-f", "-o", "/dev/null", "-e", "trace="+failing, "-e", "signal=none",
		"-e", fmt.Sprintf("inject=%s:error=EIO:when=%d+%d", failing, n, n), "-p", strconv.Itoa(pid))
	said, err := c.StderrPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	attached := make([]byte, 4096)
	k, _ := said.Read(attached) // "Process 1 attached", or what is wrong
	time.Sleep(during)
	if err := c.Process.Signal(syscall.SIGINT); err != nil { // it detaches from everything; that it has ended is told by Wait
		err = fmt.Errorf("strace ended by itself: %s", attached[:k])
		_ = c.Wait()
		return err
	}
	_ = c.Wait() // it ends as one that was interrupted
	if string(attached[:min(k, 15)]) != "strace: Process" {
		return fmt.Errorf("strace: %s", attached[:k])
	}
	return nil
}
