package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// below are the processes that a process started, and those that these started: the run's children are started by one that does nothing
// else.
func below(pid int) (out []int) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // a process that ended has none
	for _, list := range tasks {
		b, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		for _, f := range strings.Fields(string(b)) {
			if n, err := strconv.Atoi(f); err == nil {
				out = append(append(out, n), below(n)...)
			}
		}
	}
	return out
}

// faultNames are what may happen, in the proportions of their number.
var faultNames = []string{
	"run killed", "run killed", "run killed", "run killed", "run stopped", "child killed", "child killed", "redis killed", "redis wiped", "redis stopped",
	"disk full", "calls failed", "clock set forward", "clock set back",
}

// farAhead bounds how far clocks are set at once, and in all.
const farAhead = 48 * time.Hour

// fault does one thing, and undoes it where it would last.
func (s *shaking) fault() {
	name := faultNames[s.rnd.IntN(len(faultNames))]
	pause := time.Duration(50+s.rnd.IntN(250)) * time.Millisecond
	switch name {
	case "run killed":
		_ = s.run.Process.Kill()
		<-s.ended
	case "run stopped":
		_ = s.run.Process.Signal(syscall.SIGSTOP)
		time.Sleep(pause)
		_ = s.run.Process.Signal(syscall.SIGCONT)
	case "clock set forward", "clock set back":
		by := time.Second + time.Duration(s.rnd.Int64N(int64(farAhead)))
		if name == "clock set back" {
			by = -by
		}
		if !canSetClock || (s.ahead+by).Abs() > farAhead || setClock(s.run.Process.Pid, s.ahead+by) != nil {
			return // the run may have ended just now
		}
		s.ahead += by
	case "calls failed":
		if !s.calls || failCalls(s.run.Process.Pid, 1+s.rnd.IntN(12), pause) != nil {
			return
		}
	case "child killed":
		list := below(s.run.Process.Pid)
		if len(list) == 0 {
			return
		}
		_ = syscall.Kill(list[s.rnd.IntN(len(list))], syscall.SIGKILL)
	case "redis killed":
		s.redis.kill()
		time.Sleep(pause)
		s.redis.start()
	case "redis wiped":
		if err := exec.Command("redis-cli", "-s", s.redis.socket(), "flushall").Run(); err != nil {
			s.t.Error(err)
		}
	case "redis stopped":
		_ = s.redis.server.Process.Signal(syscall.SIGSTOP)
		time.Sleep(pause)
		_ = s.redis.server.Process.Signal(syscall.SIGCONT)
	case "disk full":
		if !s.disk {
			return
		}
		ballast := filepath.Join(filepath.Dir(s.dir), "ballast")
		_ = exec.Command("dd", "if=/dev/zero", "of="+ballast, "bs=64k", "status=none").Run() // it ends for want of room
		time.Sleep(pause)
		if err := os.Remove(ballast); err != nil {
			s.t.Error(err)
		}
	}
	s.counts[name]++
}

// smallDisk mounts a file system of its own, and says loudly where it may not.
func smallDisk(t *testing.T, bytes int) (dir string, own bool) {
	t.Helper()
	dir = t.TempDir()
	if said, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+strconv.Itoa(bytes), "dokaz-test", dir).CombinedOutput(); err != nil {
		t.Logf("NO FULL DISKS are tried: mount: %v %s", err, said)
		return dir, false
	}
	t.Cleanup(func() {
		if said, err := exec.Command("umount", "--lazy", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, said)
		}
	})
	return dir, true
}
