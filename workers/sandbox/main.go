package sandbox

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"dokaz/pipeline"
)

// Run examines an item in the child, within limits. Analyzers are the names asked for, in the order of the list; each must
// get one outcome. An error ends the child with exit code 1 and is a death to the parent.
type Run func(ctx context.Context, it pipeline.Item, o pipeline.Original, l pipeline.Limits, analyzers []string, sink Sink) error

// Sink takes what the analyzers say to the parent. Its shape is that of examine.Sink.
type Sink interface {
	Start(ref pipeline.Ref)
	Say(ref pipeline.Ref, where pipeline.Where, f pipeline.Fact) error
	End(out pipeline.Outcome) error
}

// Main is the child's life: walls, hello, one request, one reply. The program calls it when its first
// argument is Verb, before it does anything else, and exits with what it returns.
func Main(run Run) int {
	o, err := ordersOf(os.Args)
	if err == nil {
		err = closeStrangers()
	}
	if err == nil && o.Nursery {
		if err := serveNursery(o.Plan, o.Foreign); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return 0
	}
	var hello helloEvent
	if err == nil {
		hello, err = raise(o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitWalls
	}
	out := newVoice(os.NewFile(fdReply, "reply"))
	if err := out.write(event{Hello: &hello}); err != nil {
		return 1 // nobody is there to be told
	}
	if o.Foreign != nil {
		if err := o.Foreign.become(); !errors.Is(err, io.EOF) {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return 0
	}
	r, err := receive()
	if errors.Is(err, io.EOF) {
		return 0 // not needed
	}
	if err == nil {
		err = answer(o.Limits, r, out, run)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// ordersOf reads the second argument.
func ordersOf(args []string) (o orders, err error) {
	if len(args) != 3 || args[1] != Verb {
		return o, fmt.Errorf("%s is started by the program itself, not by people", Verb)
	}
	if err := strictly([]byte(args[2]), &o); err != nil {
		return o, fmt.Errorf("orders: %w", err)
	}
	o.Limits = o.Limits.filled()
	return o, nil
}

// answer lets the analyzers examine and says bye.
func answer(l Limits, r request, out *voice, run Run) error {
	o, err := openOriginal()
	if err != nil {
		return err
	}
	out.expect(r.Analyzers)
	out.unfolds = r.Members
	out.aside = r.Aside
	names := make([]string, len(r.Analyzers))
	for i, ref := range r.Analyzers {
		names[i] = ref.Analyzer
	}
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	go hurry(ctx, stop, l)
	if err := run(ctx, r.Item, o, r.Limits, names, out); err != nil {
		return err
	}
	if out.err != nil {
		return out.err
	}
	return out.write(event{Bye: &byeEvent{}})
}

// hurry ends the analyzers' context shortly before a hard limit would end the process.
func hurry(ctx context.Context, stop context.CancelCauseFunc, l Limits) {
	began := time.Now()
	tick := time.NewTicker(min(soft(l.Wall), 250*time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if limit := soft(l.Wall); time.Since(began) >= limit {
			stop(fmt.Errorf("%w: time limit of %s reached", pipeline.ErrRefused, seconds(limit)))
		}
		var use unix.Rusage
		if err := unix.Getrusage(unix.RUSAGE_SELF, &use); err != nil {
			continue // the hard limit stands
		}
		cpu := time.Duration(use.Utime.Nano() + use.Stime.Nano())
		if limit := soft(l.CPU); cpu >= limit {
			stop(fmt.Errorf("%w: CPU limit of %s reached", pipeline.ErrRefused, seconds(limit)))
		}
	}
}

// receive reads the one request, and the socket it came by becomes the null device.
func receive() (request, error) {
	r, err := receiveRequest()
	if err != nil {
		return r, err
	}
	return r, unix.Dup3(fdNull, fdRequest, 0)
}

// receiveRequest reads a request and puts the item's descriptor in its place. io.EOF means that the parent closed without asking.
func receiveRequest() (request, error) {
	var r request
	head := make([]byte, 4)
	rights := make([]byte, unix.CmsgSpace(4))
	n, oobn, err := receiveFirst(head, rights)
	if err != nil {
		return r, fmt.Errorf("request: %w", err)
	}
	if n == 0 {
		return r, io.EOF
	}
	if err := placeInput(rights[:oobn]); err != nil {
		return r, fmt.Errorf("request: %w", err)
	}
	if _, err := io.ReadFull(os.Stdin, head[n:]); err != nil {
		return r, fmt.Errorf("request: %w", err)
	}
	size := binary.BigEndian.Uint32(head)
	if size > maxRequest {
		return r, fmt.Errorf("request of %d bytes", size)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(os.Stdin, body); err != nil {
		return r, fmt.Errorf("request: %w", err)
	}
	if err := strictly(body, &r); err != nil {
		return r, fmt.Errorf("request: %w", err)
	}
	return r, nil
}

func receiveFirst(head, rights []byte) (n, oobn int, err error) {
	for {
		n, oobn, _, _, err = unix.Recvmsg(fdRequest, head, rights, unix.MSG_CMSG_CLOEXEC)
		if !errors.Is(err, unix.EINTR) {
			return n, oobn, err
		}
	}
}

// placeInput takes the one descriptor that came with the request and makes it fdInput.
func placeInput(rights []byte) error {
	messages, err := unix.ParseSocketControlMessage(rights)
	if err != nil || len(messages) != 1 {
		return fmt.Errorf("%d control messages: %w", len(messages), errors.Join(err, errNoInput))
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return fmt.Errorf("%d descriptors: %w", len(fds), errors.Join(err, errNoInput))
	}
	if fds[0] == fdInput {
		return nil
	}
	return errors.Join(unix.Dup3(fds[0], fdInput, unix.O_CLOEXEC), unix.Close(fds[0]))
}

var errNoInput = errors.New("not the one descriptor expected")

// lowDescriptors is below which the runtime's own descriptors lie, which are the first it opens.
const lowDescriptors = 64

// closeStrangers closes every descriptor that is not ours to have, such as one that leaked into the parent
// from its own parent. The runtime's own event descriptors stay.
func closeStrangers() error {
	if err := unix.CloseRange(lowDescriptors, math.MaxUint32, 0); err != nil {
		return fmt.Errorf("descriptors: %w", err)
	}
	for fd := fdReply + 1; fd < lowDescriptors; fd++ {
		to, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd)) // the folder itself is no longer ours to list
		if errors.Is(err, os.ErrNotExist) || strings.HasPrefix(to, "anon_inode:[event") {
			continue // nothing there, or the runtime's epoll and eventfd
		}
		if err := unix.Close(fd); err != nil {
			return fmt.Errorf("descriptor %d (%s): %w", fd, to, err)
		}
	}
	for _, fd := range []int{fdInput, fdReply} {
		unix.CloseOnExec(fd)
	}
	return nil
}

// original is the item's bytes behind the child's input descriptor. Reads are positional (pread(2)).
type original struct {
	*os.File
	size int64
}

func (o original) Size() int64 { return o.size }

func openOriginal() (original, error) {
	f := os.NewFile(fdInput, "original")
	st, err := f.Stat()
	if err != nil {
		return original{}, fmt.Errorf("original: %w", err)
	}
	return original{f, st.Size()}, nil
}
