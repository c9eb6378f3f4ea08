package sandbox

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// nursery starts children at its parent's word, all on this thread: in the eyes of PR_SET_PDEATHSIG it is theirs.
type nursery struct {
	null    *os.File
	outside map[string]string // the namespaces of this process

	mu     sync.Mutex
	living map[int]*os.Process // by the parent's number; one that ended is here until it is reaped
}

// serveNursery is the life of a nursery: it gives up what the plan says, and serves until its parent closes.
func serveNursery(p plan, foreign *foreignOrders) error {
	runtime.LockOSThread() // and never unlocked
	n := nursery{living: map[int]*os.Process{}}
	var err error
	if n.outside, err = namespacesHere(); err == nil {
		n.null, err = os.OpenFile(os.DevNull, os.O_RDWR, 0)
	}
	if err == nil {
		err = p.onThisThread(foreign)
	}
	if err := n.say(refusal(0, err)); err != nil {
		return err
	}
	for {
		w, fds, err := receiveWord(fdRequest)
		switch {
		case errors.Is(err, errNursery):
			return nil
		case err != nil:
			return err
		case w.Start != nil && len(fds) == 3:
			if err := n.start(w.Child, *w.Start, fds); err != nil {
				return err
			}
		case w.Kill:
			n.kill(w.Child)
		default:
			return fmt.Errorf("a word without sense, with %d descriptors", len(fds))
		}
	}
}

func refusal(child int, err error) word {
	w := word{Child: child}
	if err != nil {
		var wall wallError
		errors.As(err, &wall)
		w.Layer, w.Error = wall.layer, err.Error()
		if wall.err != nil {
			w.Error = wall.err.Error()
		}
	}
	return w
}

func (n *nursery) say(w word) error { return sendWord(fdRequest, w) }

// start starts a child on the descriptors request, errors and reply, and tells its number or what is wrong.
func (n *nursery) start(number int, o orders, fds []int) error {
	o.Outside = n.outside
	files := make([]*os.File, len(fds))
	for i, fd := range fds {
		files[i] = os.NewFile(uintptr(fd), "child's")
	}
	handle, err := n.exec(o, files[0], files[1], files[2])
	for _, f := range files {
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return n.say(refusal(number, err))
	}
	n.mu.Lock()
	n.living[number] = handle
	n.mu.Unlock()
	if err := n.say(word{Child: number, Pid: handle.Pid}); err != nil {
		return err
	}
	go n.await(number, handle)
	return nil
}

// exec starts the program that is running now, whatever stands under its name today.
func (n *nursery) exec(o orders, request, stderr, reply *os.File) (*os.Process, error) {
	argument, err := o.argument()
	if err != nil {
		return nil, err
	}
	attr := syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	layer := ""
	if o.Plan.Namespaces {
		attr.Cloneflags, layer = namespaceFlags, layerNamespaces
	}
	p, err := os.StartProcess("/proc/self/exe", []string{"dokaz", Verb, argument}, &os.ProcAttr{
		Dir: "/",
		Env: []string{
			"TZ=UTC", "GOTRACEBACK=none",
			"GOMAXPROCS=" + strconv.Itoa(o.Limits.Processors),
			"GOMEMLIMIT=" + strconv.FormatInt(o.Limits.Heap, 10),
		},
		Files: []*os.File{fdRequest: request, fdNull: n.null, fdErrors: stderr, fdInput: n.null, fdReply: reply},
		Sys:   &attr,
	})
	if err != nil {
		return nil, wallError{layer, err}
	}
	if err := giveWay(p.Pid, o.Limits.Nice); err != nil {
		return nil, errors.Join(fmt.Errorf("nice %d: %w", o.Limits.Nice, err), p.Kill())
	}
	return p, nil
}

// await waits for a child's end, kills what is left of its group while the group's number is still its
// own, lets the kernel forget it, and tells.
func (n *nursery) await(number int, handle *os.Process) {
	for {
		err := unix.Waitid(unix.P_PID, handle.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	n.mu.Lock()
	_ = unix.Kill(-handle.Pid, unix.SIGKILL) // ESRCH is the common case: nobody else is in the group
	state, err := handle.Wait()
	delete(n.living, number)
	n.mu.Unlock()
	e := end{}
	if err == nil {
		status, _ := state.Sys().(syscall.WaitStatus)
		e = end{Status: status, CPU: state.UserTime() + state.SystemTime()}
		if use, ok := state.SysUsage().(*syscall.Rusage); ok {
			e.Resident = int64(use.Maxrss) << 10
		}
	}
	if n.say(word{Child: number, Ended: &e}) != nil {
		os.Exit(0) // nobody is there to be told
	}
}

// kill kills a child's whole group.
func (n *nursery) kill(number int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if p := n.living[number]; p != nil {
		_ = unix.Kill(-p.Pid, unix.SIGKILL) // ESRCH: it ended just now, await sees to it
	}
}

// giveWay raises a child's nice value, that of its group: all its threads so far, and new ones are as those that start them
// (setpriority(2)). What gives way further already is left.
func giveWay(pid, nice int) error {
	own, err := unix.Getpriority(unix.PRIO_PROCESS, pid) // the system call says 20 less the nice value
	if errors.Is(err, unix.ESRCH) || err == nil && 20-own >= nice {
		return nil
	}
	if err == nil {
		err = unix.Setpriority(unix.PRIO_PGRP, pid, nice)
	}
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	return err
}
