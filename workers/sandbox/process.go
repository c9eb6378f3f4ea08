package sandbox

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
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
	starter *starter
	number  int      // by which the nursery knows it
	pid     int      // for people and tests: signals go through the nursery, which knows whether it is still this child's
	request int      // our end of the socket on which it waits
	reply   *os.File // our end of the pipe on which it answers
	errors  *os.File
	lines   *lines
	stderr  *tail
	groups  *groups
	group   *group     // nil without groups
	members *intake    // takes what an archive holds, where that was asked for
	hello   helloEvent // what ready heard
	started chan word
	exited  chan struct{} // closed when it has ended, its group is killed and state is set
	state   *end          // nil where the nursery is gone, which kills its children
	ended   time.Time     // when it had ended

	mu     sync.Mutex
	why    string // the cause we killed it for, "" where we did not
	isOver bool
}

// newProcess makes the pipes of a child; theirs are those for its errors and its reply.
func newProcess(s *starter, request int) (p *process, theirs [2]*os.File, err error) {
	p = &process{starter: s, request: request, started: make(chan word, 1), exited: make(chan struct{})}
	if p.errors, theirs[0], err = os.Pipe(); err != nil {
		return p, theirs, err
	}
	if p.reply, theirs[1], err = os.Pipe(); err != nil {
		return p, theirs, errors.Join(err, theirs[0].Close())
	}
	return p, theirs, nil
}

// follow begins to read what the child says.
func (p *process) follow() {
	p.lines = &lines{r: bufio.NewReaderSize(late{p}, 64<<10)}
	p.stderr = follow(p.errors)
}

// over is called once, with how the child ended.
func (p *process) over(e *end) {
	p.mu.Lock()
	p.isOver, p.state = true, e
	p.mu.Unlock()
	p.ended = time.Now()
	until := p.ended.Add(linger) // a grandchild that left the group may hold the pipes open
	_ = p.reply.SetReadDeadline(until)
	_ = p.errors.SetReadDeadline(until)
	close(p.exited)
}

// late reads a child's reply. What a child wrote before its end lies in the pipe however late we come to read it, as where what it gave
// out had to become durable meanwhile: each reading begun after the end has a linger of its own.
type late struct{ p *process }

func (l late) Read(b []byte) (int, error) {
	if l.p.gone() {
		until := time.Now().Add(linger)
		if most := l.p.ended.Add(lingerMost); until.After(most) {
			until = most
		}
		_ = l.p.reply.SetReadDeadline(until) // it was possible before
	}
	return l.p.reply.Read(b)
}

// kill kills the whole group for a cause; the first cause stands.
func (p *process) kill(why string) {
	p.mu.Lock()
	over := p.isOver
	if !over && p.why == "" {
		p.why = why
	}
	p.mu.Unlock()
	if !over {
		_ = p.starter.say(word{Child: p.number, Kill: true}) // a nursery that is gone has taken it along
	}
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
	if p.hello.Protocol == protocol {
		return nil // heard before
	}
	stop := context.AfterFunc(ctx, func() { p.kill("not needed any more") })
	defer stop()
	late := time.AfterFunc(readyWithin, func() { p.kill("no hello within " + seconds(readyWithin)) })
	defer late.Stop()
	e, err := p.lines.event()
	switch {
	case err == nil && e.Hello != nil && e.Hello.Protocol == protocol:
		p.hello = *e.Hello
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
	if p.state == nil {
		return errNursery
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

// join puts a started child into a control group of its own, where there are any.
func (p *process) join(g *groups) (err error) {
	if g == nil {
		return nil
	}
	p.groups = g
	if p.group, err = g.take(); err != nil {
		return err
	}
	err = g.join(p.group, p.pid)
	if errors.Is(err, os.ErrNotExist) { // somebody tidied up meanwhile
		if err = g.restore(p.group); err == nil {
			err = g.join(p.group, p.pid)
		}
	}
	return err
}

// dismiss ends a child whatever it is doing, and forgets it.
func (p *process) dismiss() error {
	p.kill("not needed any more")
	<-p.exited
	<-p.stderr.done
	if p.group != nil {
		p.groups.give(p.group)
		p.group = nil
	}
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
	end    end
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
	if p.state == nil {
		return examined{}, errNursery
	}
	e := examined{reply: said, cause: p.killedFor(), stderr: printable(p.stderr.text(), true), end: *p.state}
	switch {
	case err != nil:
		e.cause = err.Error()
	case said.complete && p.state.Status == 0:
		e.cause = "" // also where a kill came too late
	case e.cause != "":
	case p.group != nil && p.groups.overrun(p.group):
		e.cause = "out of memory under " + amount(p.groups.memory) + " memory limit"
	case p.state.Status != 0:
		e.cause = causeOfDeath(*p.state, p.stderr.text(), l)
	default:
		e.cause = violation{"it ended before bye"}.Error()
	}
	return e, nil
}
