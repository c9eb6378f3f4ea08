package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// starter is this process's hold on its nursery: a process of this program that holds no evidence and starts the children.
//
// A child in a user namespace has to be forked, and forking this process would copy a catalog and an index again and again.
// The nursery is small. What its one starting thread has given up, no thread of a child ever had: a process can take
// from itself only what each of its threads gives up alone, and Go's runtime has several before our first line runs.
type starter struct {
	plan    plan
	foreign *foreignOrders // its children become this program
	handle  *os.Process
	errors  *os.File
	stderr  *tail
	dead    chan struct{} // closed when no word comes any more
	ended   chan struct{} // closed when the process is gone

	mu       sync.Mutex
	socket   int
	last     int
	children map[int]*process // that have not ended
}

// word is one message between this process and its nursery, of one child by its number, or of the nursery itself as 0.
type word struct {
	Child int
	Start *orders `json:",omitempty"` // with three descriptors: request, errors, reply
	Kill  bool    `json:",omitempty"`
	Pid   int     `json:",omitempty"` // it was started
	Layer string  `json:",omitempty"` // it was not, for this wall, where it is one
	Error string  `json:",omitempty"`
	Ended *end    `json:",omitempty"`
}

// end is how a process ended.
type end struct {
	Status   syscall.WaitStatus
	CPU      time.Duration
	Resident int64 // bytes, the most it had at once (getrusage(2), ru_maxrss)
}

// String says it as os.ProcessState does.
func (e end) String() string {
	if e.Status.Signaled() {
		return "signal: " + e.Status.Signal().String()
	}
	return fmt.Sprintf("exit status %d", e.Status.ExitStatus())
}

// maxWord bounds a message.
const maxWord = 8 << 10

// newStarter starts a nursery with what the plan has its thread give up.
func newStarter(p plan) (*starter, error) { return newStarterOf(orders{Plan: p}) }

// newStarterOf is newStarter for children that become somebody else's program.
func newStarterOf(o orders) (*starter, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("sandbox: socket: %w", err)
	}
	theirs := os.NewFile(uintptr(pair[1]), "nursery")
	defer theirs.Close()
	s := &starter{plan: o.Plan, foreign: o.Foreign, socket: pair[0], dead: make(chan struct{}), ended: make(chan struct{}), children: map[int]*process{}}
	started := make(chan error)
	go s.thread(theirs, started)
	if err := <-started; err != nil {
		return nil, errors.Join(fmt.Errorf("sandbox: start: %w", err), unix.Close(s.socket))
	}
	s.stderr = follow(s.errors)
	first, _, err := receiveWord(s.socket)
	if err == nil && first.Error != "" {
		err = wallError{first.Layer, errors.New(first.Error)}
	}
	go s.listen()
	if err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// thread starts the nursery and waits for its end on one thread, in the eyes of PR_SET_PDEATHSIG its parent.
func (s *starter) thread(socket *os.File, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := s.exec(socket)
	started <- err
	if err == nil {
		_, _ = s.handle.Wait()
		close(s.ended)
	}
}

func (s *starter) exec(socket *os.File) error {
	argument, err := orders{Nursery: true, Plan: s.plan, Foreign: s.foreign}.argument()
	if err != nil {
		return err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	var stderr *os.File
	if s.errors, stderr, err = os.Pipe(); err != nil {
		return err
	}
	defer stderr.Close()
	s.handle, err = os.StartProcess("/proc/self/exe", []string{"dokaz", Verb, argument}, &os.ProcAttr{
		Dir:   "/",
		Env:   []string{"TZ=UTC", "GOTRACEBACK=none", "GOMAXPROCS=1"},
		Files: []*os.File{fdRequest: socket, fdNull: null, fdErrors: stderr, fdInput: null, fdReply: null},
		Sys:   &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		return errors.Join(err, s.errors.Close())
	}
	return nil
}

// listen hands on what the nursery says of its children. When it is gone, so are they.
func (s *starter) listen() {
	for {
		w, _, err := receiveWord(s.socket)
		s.mu.Lock()
		if err != nil {
			for _, p := range s.children {
				go p.over(nil)
			}
			clear(s.children)
			close(s.dead)
			s.mu.Unlock()
			return
		}
		p := s.children[w.Child]
		if w.Ended != nil {
			delete(s.children, w.Child)
		}
		s.mu.Unlock()
		switch {
		case p == nil:
		case w.Ended != nil:
			p.over(w.Ended)
		default:
			p.started <- w
		}
	}
}

// say sends one word with descriptors.
func (s *starter) say(w word, fds ...int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.dead:
		return errNursery
	default:
		return sendWord(s.socket, w, fds...)
	}
}

var errNursery = errors.New("sandbox: the process that starts children has ended")

// start starts one child.
func (s *starter) start(o orders) (*process, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("sandbox: socket: %w", err)
	}
	defer unix.Close(pair[1])
	p, theirs, err := newProcess(s, pair[0])
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sandbox: start: %w", err), p.close())
	}
	s.mu.Lock()
	s.last++
	p.number = s.last
	s.children[p.number] = p
	s.mu.Unlock()
	err = s.say(word{Child: p.number, Start: &o}, pair[1], int(theirs[0].Fd()), int(theirs[1].Fd()))
	err = errors.Join(err, theirs[0].Close(), theirs[1].Close())
	if err == nil {
		select {
		case w := <-p.started:
			p.pid = w.Pid
			if w.Error != "" {
				err = wallError{w.Layer, errors.New(w.Error)}
			}
		case <-p.exited:
			err = errNursery
		}
	}
	if err != nil {
		s.mu.Lock()
		delete(s.children, p.number)
		s.mu.Unlock()
		return nil, errors.Join(fmt.Errorf("sandbox: start: %w", err), p.close())
	}
	p.follow()
	return p, nil
}

// lost reports whether the nursery is gone.
func (s *starter) lost() bool {
	select {
	case <-s.dead:
		return true
	default:
		return false
	}
}

// stop ends the nursery, and with it all children there are. Only when no start is under way.
func (s *starter) stop() error {
	_ = unix.Shutdown(s.socket, unix.SHUT_RDWR) // it may be gone already
	<-s.dead
	late := time.AfterFunc(grace, func() { _ = s.handle.Kill() })
	defer late.Stop()
	<-s.ended
	<-s.stderr.done
	return errors.Join(unix.Close(s.socket), s.errors.Close())
}

func sendWord(socket int, w word, fds ...int) error {
	b, err := json.Marshal(w)
	if err != nil {
		return err
	}
	if len(b) > maxWord {
		return fmt.Errorf("a word of %d bytes", len(b))
	}
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	for {
		_, err := unix.SendmsgN(socket, b, rights, nil, unix.MSG_NOSIGNAL)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// receiveWord waits for one word and the descriptors that came with it. The end of the other side is errNursery.
func receiveWord(socket int) (w word, fds []int, err error) {
	b, rights := make([]byte, maxWord), make([]byte, unix.CmsgSpace(4*3))
	n, oob := 0, 0
	for {
		n, oob, _, _, err = unix.Recvmsg(socket, b, rights, unix.MSG_CMSG_CLOEXEC)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil || n == 0 {
		return w, nil, errors.Join(errNursery, err)
	}
	if oob > 0 {
		messages, err := unix.ParseSocketControlMessage(rights[:oob])
		if err != nil || len(messages) != 1 {
			return w, nil, fmt.Errorf("%d control messages: %w", len(messages), errors.Join(err, errNursery))
		}
		if fds, err = unix.ParseUnixRights(&messages[0]); err != nil {
			return w, nil, err
		}
	}
	return w, fds, strictly(b[:n], &w)
}
