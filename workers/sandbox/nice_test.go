package sandbox

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// TestAChildGivesWay asks the kernel for a child's priority: it answers 20 less the nice value (getpriority(2)).
func TestAChildGivesWay(t *testing.T) {
	t.Parallel()
	runtime.LockOSThread() // see spawn
	defer runtime.UnlockOSThread()
	for _, nice := range []int{0, 7} {
		p, err := spawn(Limits{Nice: nice}.filled())
		if err != nil {
			t.Fatal(err)
		}
		own, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
		if err != nil {
			t.Fatal(err)
		}
		got, err := unix.Getpriority(unix.PRIO_PROCESS, p.handle.Pid)
		want := min(own, 20-nice)
		if nice == 0 {
			want = own
		}
		if err != nil || got != want {
			t.Errorf("nice %d: the kernel says %d, %v; want %d", nice, got, err, want)
		}
		if err := p.handle.Kill(); err != nil {
			t.Error(err)
		}
		<-p.exited
		if err := p.close(); err != nil {
			t.Error(err)
		}
	}
}
