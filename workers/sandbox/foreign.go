package sandbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"dokaz/pipeline"
)

// Program is somebody else's program that reads one file after another and answers questions about each. It runs within the walls of a
// child, with a wider list of system calls, since it has to open its own files, and with those files open to it and no others.
type Program struct {
	Path      string
	Arguments []string
	Run       []string // files that may be executed
	Readable  []string // files and folders that may be read
	Copy      int64    // largest file that it is shown, bytes: it is copied for it
	Answer    int64    // longest answer, bytes
	Wall      time.Duration
	Files     int // that one process is shown before another takes its place
}

// ForeignFile is the path under which the program finds what it is asked about.
const ForeignFile = "/proc/self/fd/3"

// Limits of such a program's process, for all of its files.
const (
	foreignSpace = 3 << 30
	foreignCPU   = 5 * time.Minute
)

// ErrForeign says that the program gave no answer: it died, was killed for its slowness or said too much.
var ErrForeign = errors.New("no answer")

// Foreign runs such a program. It is safe for concurrent use; each process answers one question at a time.
type Foreign struct {
	program Program
	orders  orders
	mu      sync.Mutex
	starter *starter
	idle    []*conversation
	closed  bool
	busy    sync.WaitGroup
}

// conversation is one process of the program and the memory through which it is shown files.
type conversation struct {
	*process
	file  *os.File // in memory; its bytes are those of the file asked about
	shown int
}

// Foreign returns the way to run a program within the walls that stand round children here. ErrUnwalled says that they are too few for a
// program that opens files: without Landlock it could read anything, and without namespaces or seccomp send it away.
func (c *Child) Foreign(p Program) (*Foreign, error) {
	w := c.orders.Plan
	if !w.Landlock || !w.Namespaces && !w.Seccomp {
		return nil, fmt.Errorf("%w for somebody else's program", ErrUnwalled)
	}
	l := Limits{AddressSpace: foreignSpace, CPU: foreignCPU, Wall: p.Wall, Nice: c.opt.Limits.Nice}.filled()
	f := &Foreign{program: p, orders: orders{Limits: l, Plan: w, Foreign: &foreignOrders{Path: p.Path, Arguments: p.Arguments, Run: p.Run, Readable: p.Readable}}}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, ErrClosed
	}
	c.foreign = append(c.foreign, f)
	return f, nil
}

// Ask shows the program a file and a question, and returns what it says before the line mark. ErrForeign says that it had no answer, and
// ErrRefused that the file is too large; both are the file's. Any other error is ours.
func (f *Foreign) Ask(ctx context.Context, o pipeline.Original, question []byte, mark string) (_ []byte, err error) {
	if o.Size() > f.program.Copy {
		return nil, fmt.Errorf("%w: a file of %d bytes, the limit is %d", pipeline.ErrRefused, o.Size(), f.program.Copy)
	}
	c, err := f.take(ctx)
	if err != nil {
		return nil, err
	}
	defer f.busy.Done()
	if err := c.show(o); err != nil {
		return nil, errors.Join(err, c.end())
	}
	answer, err := c.ask(ctx, question, mark, f.program)
	if err != nil || c.shown >= f.program.Files {
		return answer, errors.Join(err, c.end())
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.idle = append(f.idle, c)
	return answer, nil
}

// take returns an idle process, or one started now.
func (f *Foreign) take(ctx context.Context) (*conversation, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, ErrClosed
	}
	for len(f.idle) > 0 {
		c := f.idle[len(f.idle)-1]
		f.idle = f.idle[:len(f.idle)-1]
		if !c.gone() {
			f.busy.Add(1)
			return c, nil
		}
		if err := c.end(); err != nil {
			return nil, err
		}
	}
	if f.starter == nil || f.starter.lost() {
		if f.starter != nil {
			if err := f.starter.stop(); err != nil {
				return nil, err
			}
		}
		s, err := newStarterOf(f.orders)
		if err != nil {
			f.starter = nil
			return nil, err
		}
		f.starter = s
	}
	c, err := f.begin(ctx)
	if err == nil {
		f.busy.Add(1)
	}
	return c, err
}

// begin starts a process and hands it the memory that it will read.
func (f *Foreign) begin(ctx context.Context) (*conversation, error) {
	fd, err := unix.MemfdCreate("shown", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("sandbox: memory file: %w", err)
	}
	c := &conversation{file: os.NewFile(uintptr(fd), "shown")}
	if c.process, err = f.starter.start(f.orders); err != nil {
		return nil, errors.Join(err, c.file.Close())
	}
	if err = c.ready(ctx); err == nil {
		err = c.process.ask(request{}, fd)
	}
	if err != nil {
		return nil, errors.Join(err, c.end())
	}
	return c, nil
}

// show puts a file's bytes in the place of those shown before.
func (c *conversation) show(o pipeline.Original) error {
	c.shown++
	if err := c.file.Truncate(0); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	n, err := io.Copy(io.NewOffsetWriter(c.file, 0), io.NewSectionReader(o, 0, o.Size()))
	if err == nil && n != o.Size() {
		err = fmt.Errorf("%w: %d of %d bytes could be read", pipeline.ErrCorrupt, n, o.Size())
	}
	if err != nil {
		return fmt.Errorf("sandbox: copy the original: %w", err)
	}
	return nil
}

// ask puts one question. A process that was killed has no further answers.
func (c *conversation) ask(ctx context.Context, question []byte, mark string, p Program) ([]byte, error) {
	late := time.AfterFunc(p.Wall, func() { c.kill("killed: wall clock " + seconds(p.Wall)) })
	defer late.Stop()
	stop := context.AfterFunc(ctx, func() { c.kill("not needed any more") })
	defer stop()
	for len(question) > 0 {
		n, err := unix.SendmsgN(c.request, question, nil, nil, unix.MSG_NOSIGNAL)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return nil, c.died(ctx, err)
		}
		question = question[max(n, 0):]
	}
	var answer []byte
	for {
		line, err := c.lines.r.ReadSlice('\n')
		if answer = append(answer, line...); int64(len(answer)) > p.Answer {
			c.kill(fmt.Sprintf("an answer of more than %s", amount(uint64(p.Answer))))
			return nil, c.died(ctx, nil)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err != nil:
			return nil, c.died(ctx, err)
		case string(line) == mark+"\n":
			return answer[:len(answer)-len(line)], nil
		}
	}
}

// died tells why no answer came.
func (c *conversation) died(ctx context.Context, err error) error {
	c.kill("it said nothing more")
	<-c.exited
	<-c.stderr.done
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if c.state == nil {
		return errNursery
	}
	why := c.killedFor()
	if why == "" || c.state.Status.Exited() {
		why = "it ended: " + c.state.String()
	}
	if text := printable(c.stderr.text(), true); text != "" {
		why += ": " + text
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, unix.EPIPE) {
		why += ": " + err.Error()
	}
	return fmt.Errorf("%w: %s", ErrForeign, clean(why))
}

func (c *conversation) end() error { return errors.Join(c.dismiss(), c.file.Close()) }

// close ends all of its processes, once those at work have answered.
func (f *Foreign) close() error {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.busy.Wait()
	var err error
	for _, c := range f.idle {
		err = errors.Join(err, c.end())
	}
	f.idle = nil
	if f.starter != nil {
		err = errors.Join(err, f.starter.stop())
	}
	return err
}

// foreignOrders is what a child is to become.
type foreignOrders struct {
	Path      string
	Arguments []string
	Run       []string
	Readable  []string
}

// become executes the program in the child's place, with the questions as its input, the reply as its output and the file shown as
// descriptor 3. It returns only where that fails.
func (o foreignOrders) become() error {
	if _, err := receiveRequest(); err != nil {
		return err
	}
	if err := unix.Dup3(fdReply, fdNull, 0); err != nil {
		return err
	}
	if _, err := unix.FcntlInt(fdInput, unix.F_SETFD, 0); err != nil {
		return err
	}
	return fmt.Errorf("%s: %w", o.Path, unix.Exec(o.Path, slices.Concat([]string{o.Path}, o.Arguments), foreignEnvironment))
}

// foreignEnvironment is all that the program learns of the machine: no zone and no language, and Perl's tables in one order.
var foreignEnvironment = []string{"TZ=UTC", "LC_ALL=C", "PATH=/nowhere", "HOME=/nowhere", "PERL_HASH_SEED=0"}
