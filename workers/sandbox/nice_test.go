package sandbox

import (
	"testing"

	"golang.org/x/sys/unix"
)

// TestAChildGivesWay asks the kernel for a child's priority: it answers 20 less the nice value (getpriority(2)).
func TestAChildGivesWay(t *testing.T) {
	t.Parallel()
	s, err := newStarter(plan{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	for _, nice := range []int{0, 7} {
		p, err := s.start(orders{Limits: Limits{Nice: nice}.filled()})
		if err != nil {
			t.Fatal(err)
		}
		own, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
		if err != nil {
			t.Fatal(err)
		}
		got, err := unix.Getpriority(unix.PRIO_PROCESS, p.pid)
		want := min(own, 20-nice)
		if nice == 0 {
			want = own
		}
		if err != nil || got != want {
			t.Errorf("nice %d: the kernel says %d, %v; want %d", nice, got, err, want)
		}
		if err := p.dismiss(); err != nil {
			t.Error(err)
		}
	}
}
