package sandbox

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Waits of the parent.
const (
	readyWithin = 15 * time.Second // for a child's hello
	grace       = 5 * time.Second  // for a child's end after its reply
	linger      = time.Second      // for what may still come through the pipes after a child's end
	lingerMost  = 10 * time.Minute // for what is still in the reply's pipe then, where we read it slowly
)

// process is one started child.
type process struct {
	handle  *os.Process
	request int      // our end of the socket on which it waits
	reply   *os.File // our end of the pipe on which it answers
	errors  *os.File
	lines   *lines
	stderr  *tail
	members *intake       // takes what an archive holds, where that was asked for
	exited  chan struct{} // closed when it has ended, its group is killed and state is set
	state   *os.ProcessState
	waitErr error
	end     time.Time // when it had ended

	mu     sync.Mutex
	why    string // the cause we killed it for, "" where we did not
	reaped bool
}

// spawn starts a child. It must be called on a thread that outlives the child: the kernel kills a child
// with PR_SET_PDEATHSIG when the thread that started it ends (prctl(2)).
func spawn(l Limits) (*process, error) {
	argument, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("sandbox: socket: %w", err)
	}
	theirs := os.NewFile(uintptr(pair[1]), "request")
	defer theirs.Close()
	p := &process{request: pair[0], exited: make(chan struct{})}
	err = p.exec([]string{"dokaz", Verb, string(argument)}, l, theirs)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sandbox: start: %w", err), p.close())
	}
	p.lines = &lines{r: bufio.NewReaderSize(late{p}, 64<<10)}
	p.stderr = follow(p.errors)
	go p.await()
	return p, nil
}

// exec makes the pipes and starts the program that is running now, whatever stands under its name today.
func (p *process) exec(argv []string, l Limits, request *os.File) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	var reply, stderr *os.File
	if p.reply, reply, err = os.Pipe(); err != nil {
		return err
	}
	defer reply.Close()
	if p.errors, stderr, err = os.Pipe(); err != nil {
		return err
	}
	defer stderr.Close()
	p.handle, err = os.StartProcess("/proc/self/exe", argv, &os.ProcAttr{
		Dir: "/",
		Env: []string{
			"TZ=UTC", "GOTRACEBACK=none",
			"GOMAXPROCS=" + strconv.Itoa(l.Processors),
			"GOMEMLIMIT=" + strconv.FormatInt(l.Heap, 10),
		},
		Files: []*os.File{fdRequest: request, fdNull: null, fdErrors: stderr, fdInput: null, fdReply: reply},
		Sys:   &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		return err
	}
	if err := giveWay(p.handle.Pid, l.Nice); err != nil {
		return errors.Join(fmt.Errorf("nice %d: %w", l.Nice, err), p.handle.Kill())
	}
	return nil
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

// await waits for the child's end, kills what is left of its group while the group's number is still its
// own, and only then lets the kernel forget it.
func (p *process) await() {
	for {
		err := unix.Waitid(unix.P_PID, p.handle.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	p.mu.Lock()
	_ = unix.Kill(-p.handle.Pid, unix.SIGKILL) // ESRCH is the common case: nobody else is in the group
	p.state, p.waitErr = p.handle.Wait()
	p.reaped = true
	p.mu.Unlock()
	p.end = time.Now()
	end := p.end.Add(linger) // a grandchild that left the group may hold the pipes open
	_ = p.reply.SetReadDeadline(end)
	_ = p.errors.SetReadDeadline(end)
	close(p.exited)
}

// late reads a child's reply. What a child wrote before its end lies in the pipe however late we come to read it, as where what it gave
// out had to become durable meanwhile: each reading begun after the end has a linger of its own.
type late struct{ p *process }

func (l late) Read(b []byte) (int, error) {
	if l.p.gone() {
		until := time.Now().Add(linger)
		if most := l.p.end.Add(lingerMost); until.After(most) {
			until = most
		}
		_ = l.p.reply.SetReadDeadline(until) // it was possible before
	}
	return l.p.reply.Read(b)
}

// kill kills the whole group for a cause; the first cause stands.
func (p *process) kill(why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reaped {
		return
	}
	if p.why == "" {
		p.why = why
	}
	_ = unix.Kill(-p.handle.Pid, unix.SIGKILL) // ESRCH: it ended just now, await sees to it
}

// gone reports whether the child has ended already.
func (p *process) gone() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// killedFor returns the cause we killed it for, "" where it ended by itself. Only after exited.
func (p *process) killedFor() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.why
}

// ready waits for the child's hello: its walls stand. A child that ends before is our failure.
func (p *process) ready(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { p.kill("not needed any more") })
	defer stop()
	late := time.AfterFunc(readyWithin, func() { p.kill("no hello within " + seconds(readyWithin)) })
	defer late.Stop()
	e, err := p.lines.event()
	switch {
	case err == nil && e.Hello != nil && e.Hello.Protocol == protocol:
		return nil
	case err == nil:
		err = errors.New("another hello than ours")
	}
	p.kill(err.Error())
	<-p.exited
	<-p.stderr.done
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("sandbox: the child did not put up its walls (%v): %s", p.state, printable(p.stderr.text(), true))
}

// ask sends the request with the item's descriptor.
func (p *process) ask(r request, input int) error {
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("sandbox: request: %w", err)
	}
	if len(body) > maxRequest {
		return fmt.Errorf("sandbox: request of %d bytes, the limit is %d", len(body), maxRequest)
	}
	message := append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
	rights := unix.UnixRights(input)
	for len(message) > 0 {
		n, err := unix.SendmsgN(p.request, message, rights, nil, unix.MSG_NOSIGNAL)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return fmt.Errorf("sandbox: request: %w", err)
		}
		message, rights = message[n:], nil
	}
	return nil
}

// dismiss ends a child whatever it is doing, and forgets it.
func (p *process) dismiss() error {
	p.kill("not needed any more")
	<-p.exited
	<-p.stderr.done
	return p.close()
}

func (p *process) close() error {
	err := unix.Close(p.request)
	for _, f := range []*os.File{p.reply, p.errors} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}

// examined is what one child made of its item: what it said, and what it died of, "" where it came to its end.
type examined struct {
	reply
	cause  string
	stderr string
}

// examine lets a ready child examine. The error is ours: a request that could not be sent, or ctx's cause.
func (p *process) examine(ctx context.Context, r request, input int, l Limits) (examined, error) {
	wall := time.AfterFunc(l.Wall, func() { p.kill("killed: wall clock " + seconds(l.Wall)) })
	defer wall.Stop()
	stop := context.AfterFunc(ctx, func() { p.kill("not needed any more") })
	defer stop()
	if err := p.ask(r, input); err != nil {
		return examined{}, err
	}
	said, err := p.hear(r)
	if err != nil {
		p.kill(err.Error())
	}
	slow := time.AfterFunc(grace, func() { p.kill(violation{"the child did not end with it"}.Error()) })
	defer slow.Stop()
	<-p.exited
	<-p.stderr.done
	if ctx.Err() != nil {
		return examined{}, context.Cause(ctx)
	}
	if p.waitErr != nil {
		return examined{}, fmt.Errorf("sandbox: wait: %w", p.waitErr)
	}
	e := examined{reply: said, cause: p.killedFor(), stderr: printable(p.stderr.text(), true)}
	switch {
	case err != nil:
		e.cause = err.Error()
	case said.complete && p.state.Success():
		e.cause = "" // also where a kill came too late
	case e.cause != "":
	case !p.state.Success():
		e.cause = causeOfDeath(p.state, p.stderr.text(), l)
	default:
		e.cause = violation{"it ended before bye"}.Error()
	}
	return e, nil
}
