package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"dokaz/pipeline"
)

// middleVerb makes the test binary a parent of children that the test can kill.
const middleVerb = "test-middle"

// heapWithoutWalls makes a child whose walls do not stand.
const heapWithoutWalls = 7

// TestMain plays the program: the test binary executes itself as child and as middle.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == Verb {
		if o, err := ordersOf(os.Args); err == nil && !o.Probe && o.Limits.Heap == heapWithoutWalls {
			fmt.Fprintln(os.Stderr, "seccomp: not permitted")
			os.Exit(exitWalls)
		}
		os.Exit(Main(stub))
	}
	if len(os.Args) > 1 && os.Args[1] == middleVerb {
		middle()
		return
	}
	if len(os.Args) > 1 && os.Args[1] == escapeVerb {
		if err := escapeMain(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	if nurseries, left := family(os.Getpid()); len(nurseries)+len(left) > 0 {
		fmt.Fprintln(os.Stderr, "FAIL: left behind:", nurseries, left)
		code = 1
	}
	os.Exit(code)
}

func ref(name string) pipeline.Ref { return pipeline.Ref{Analyzer: name, Version: 1, Parameters: "p"} }

func refsOf(names ...string) []pipeline.Ref {
	var out []pipeline.Ref
	for _, n := range names {
		out = append(out, ref(n))
	}
	return out
}

func tag(name, value string) pipeline.Tag {
	return pipeline.Tag{Reader: "stub", Name: name, Value: value}
}

// stub plays the analyzers: what each does stands in its name.
func stub(ctx context.Context, it pipeline.Item, o pipeline.Original, _ pipeline.Limits, names []string, sink Sink) error {
	if slices.Contains(names, "unfold") {
		return unfold(o, sink)
	}
	if slices.Contains(names, "watch-a") {
		sink.Start(ref("watch-a")) // two watchers at work together
		sink.Start(ref("watch-b"))
		if err := sink.Say(ref("watch-a"), pipeline.In("a"), tag("watch-a", "said")); err != nil {
			return err
		}
	}
	for _, n := range names {
		if strings.HasPrefix(n, "watch-") {
			continue
		}
		sink.Start(ref(n))
		err := stubs[n](ctx, o, func(f pipeline.Fact) error { return sink.Say(ref(n), pipeline.In("/"+n), f) })
		out := pipeline.Outcome{By: ref(n), Status: pipeline.Done, Took: time.Millisecond}
		if err != nil {
			out.Status, out.Reason = pipeline.Failed, err.Error()
		}
		if err := sink.End(out); err != nil {
			return err
		}
	}
	return nil
}

type say func(pipeline.Fact) error

var reached atomic.Int64 // keeps loops from being optimised away

var stubs = map[string]func(ctx context.Context, o pipeline.Original, s say) error{
	"one":    func(_ context.Context, _ pipeline.Original, s say) error { return s(tag("one", "1")) },
	"two":    func(_ context.Context, _ pipeline.Original, s say) error { return s(tag("two", "2")) },
	"silent": func(context.Context, pipeline.Original, say) error { return nil },
	"digest": func(_ context.Context, o pipeline.Original, s say) error {
		b, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size()))
		if err != nil {
			return err
		}
		return s(tag("digest", pipeline.DigestOf(b).String()))
	},
	"odd text": func(_ context.Context, _ pipeline.Original, s say) error { return s(tag("<\xff&\u202e>", "\x00\xc3(")) },
	"picture": func(_ context.Context, _ pipeline.Original, s say) error {
		b := []byte("thumb")
		return s(pipeline.Derivative{Role: "thumbnail", MediaType: "image/png", Digest: pipeline.DigestOf(b), Bytes: b})
	},
	"panic": func(_ context.Context, _ pipeline.Original, s say) error {
		if err := s(tag("panic", "before")); err != nil {
			return err
		}
		panic("no recovery here")
	},
	"nil": func(context.Context, pipeline.Original, say) error {
		var p *int
		*p = 1
		return nil
	},
	"escape": escaping,
	"int 80": gate,
	"threads": func(_ context.Context, _ pipeline.Original, s say) error {
		for i := range 10_000 {
			if i%10 == 0 {
				if err := s(tag("threads", strconv.Itoa(i))); err != nil {
					return err
				}
			}
			up := make(chan bool)
			go func() {
				runtime.LockOSThread()
				up <- true
				select {}
			}()
			<-up
		}
		return nil
	},
	"exit 2":  func(context.Context, pipeline.Original, say) error { os.Exit(2); return nil },
	"exit 0":  func(context.Context, pipeline.Original, say) error { os.Exit(0); return nil },
	"segv":    func(context.Context, pipeline.Original, say) error { return kill(syscall.SIGSEGV) },
	"sigkill": func(context.Context, pipeline.Original, say) error { return kill(syscall.SIGKILL) },
	"sleep":   func(context.Context, pipeline.Original, say) error { time.Sleep(time.Hour); return nil },
	"patient": func(ctx context.Context, _ pipeline.Original, s say) error {
		<-ctx.Done()
		return context.Cause(ctx)
	},
	"spin": func(context.Context, pipeline.Original, say) error {
		for {
			reached.Add(1)
		}
	},
	"hog": func(context.Context, pipeline.Original, say) error {
		b := make([]byte, 16<<30)
		reached.Store(int64(len(b)))
		return nil
	},
	"touch": func(context.Context, pipeline.Original, say) error {
		b := make([]byte, 1<<30)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		reached.Store(int64(b[len(b)/2]))
		return nil
	},
	"stack": func(context.Context, pipeline.Original, say) error { return deeper(0) },
	"flood": func(context.Context, pipeline.Original, say) error {
		f := os.NewFile(fdReply, "reply")
		line := []byte(`{"say":{"by":1,"where":{},"kind":"tag","fact":{"reader":"","group":"","name":"` + strings.Repeat("x", 1<<20) + `","value":""}}}` + "\n")
		for {
			if _, err := f.Write(line); err != nil {
				return err
			}
		}
	},
	"many lines": func(context.Context, pipeline.Original, say) error {
		f := os.NewFile(fdReply, "reply")
		line := []byte(strings.Repeat(`{"say":{"by":1,"where":{},"kind":"tag","fact":{"reader":"","group":"","name":"","value":""}}}`+"\n", 1000))
		for {
			if _, err := f.Write(line); err != nil {
				return err
			}
		}
	},
	"endless": func(context.Context, pipeline.Original, say) error {
		f := os.NewFile(fdReply, "reply")
		for {
			if _, err := f.Write(bytes.Repeat([]byte("x"), 1<<16)); err != nil {
				return err
			}
		}
	},
	"garbage": func(context.Context, pipeline.Original, say) error { return raw("what is this\n") },
	"impostor": func(context.Context, pipeline.Original, say) error {
		return raw(`{"say":{"by":7,"where":{},"kind":"tag","fact":{"reader":"","group":"","name":"","value":""}}}` + "\n")
	},
	"fork": func(_ context.Context, o pipeline.Original, s say) error {
		b, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size()))
		if err != nil {
			return err
		}
		return exec.Command("/bin/sleep", string(b)).Start()
	},
	"die once": func(_ context.Context, o pipeline.Original, s say) error {
		b, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size()))
		if err != nil {
			return err
		}
		if os.Mkdir(string(b), 0o755) == nil {
			os.Exit(3)
		}
		return s(tag("die once", "lives"))
	},
	"descriptors": func(_ context.Context, _ pipeline.Original, s say) error {
		for fd := range 1000 {
			flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
			if err != nil {
				continue
			}
			var st unix.Stat_t
			if err := unix.Fstat(fd, &st); err != nil {
				return err
			}
			if st.Mode&unix.S_IFMT == 0 {
				continue // the runtime's epoll and eventfd have no kind
			}
			mode := map[int]string{unix.O_RDONLY: "read", unix.O_WRONLY: "write", unix.O_RDWR: "both"}[flags&unix.O_ACCMODE]
			if err := s(tag(strconv.Itoa(fd), fmt.Sprintf("%#x %d %s", st.Mode&unix.S_IFMT, st.Size, mode))); err != nil {
				return err
			}
		}
		return nil
	},
	"environment": func(_ context.Context, _ pipeline.Original, s say) error {
		return s(tag("environment", strings.Join(os.Environ(), " ")))
	},
	"limits": func(_ context.Context, _ pipeline.Original, s say) error {
		for _, r := range rlimits(Limits{}, true) {
			var l unix.Rlimit
			if err := unix.Prlimit(0, r.resource, nil, &l); err != nil {
				return err
			}
			if err := s(tag(r.name, fmt.Sprint(l.Cur, " ", l.Max))); err != nil {
				return err
			}
		}
		return nil
	},
	"write": func(_ context.Context, o pipeline.Original, s say) error {
		_, err := unix.Pwrite(fdInput, []byte("tampered"), 0)
		return s(tag("write", fmt.Sprint(err)))
	},
	"talk": func(_ context.Context, _ pipeline.Original, s say) error {
		for i := range 20_000 {
			if err := s(tag(strconv.Itoa(i), "x")); err != nil {
				return err
			}
		}
		return nil
	},
	"talk too much": func(_ context.Context, _ pipeline.Original, s say) error {
		for {
			if err := s(tag("", strings.Repeat("x", 4<<20))); err != nil {
				return err
			}
		}
	},
}

func kill(s syscall.Signal) error {
	if err := syscall.Kill(os.Getpid(), s); err != nil {
		return err
	}
	time.Sleep(time.Hour)
	return nil
}

func deeper(n int) error {
	var pad [1024]byte
	pad[n%1024] = 1
	if err := deeper(n + 1); err != nil { //nolint:staticcheck // it has to exhaust the stack
		return err
	}
	reached.Add(int64(pad[0]))
	return nil
}

func raw(s string) error {
	_, err := os.NewFile(fdReply, "reply").WriteString(s)
	time.Sleep(time.Hour)
	return err
}

// family scans /proc for the living nurseries of a process, and their children.
func family(parent int) (nurseries, children []int) {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, d := range dirs {
		stat, err := os.ReadFile(d + "/stat")
		if err != nil {
			continue
		}
		_, after, ok := strings.Cut(string(stat), ") ") // pid (comm) state ppid …
		f := strings.Fields(after)
		if !ok || len(f) < 2 || f[0] == "Z" || f[1] != strconv.Itoa(parent) {
			continue
		}
		cmd, _ := os.ReadFile(d + "/cmdline")
		pid, _ := strconv.Atoi(filepath.Base(d))
		switch {
		case !bytes.Contains(cmd, []byte("\x00"+Verb+"\x00")):
		case bytes.Contains(cmd, []byte(`"Nursery":true`)):
			_, own := family(pid)
			nurseries, children = append(nurseries, pid), append(children, own...)
		default:
			children = append(children, pid)
		}
	}
	return nurseries, children
}

// living reports whether a process runs (a zombie does not).
func living(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, after, ok := strings.Cut(string(stat), ") ")
	return ok && !strings.HasPrefix(after, "Z") && !strings.HasPrefix(after, "X")
}

// eventually polls until is holds.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if is() {
			return
		}
		if time.Now().After(end) {
			t.Fatal("in vain waited for: " + what)
		}
	}
}

// bytesOriginal is an original without a descriptor.
type bytesOriginal struct{ *bytes.Reader }

func (bytesOriginal) Close() error { return nil }

func inMemory(s string) (pipeline.Item, pipeline.Original) {
	return pipeline.Item{Digest: pipeline.DigestOf([]byte(s)), Size: int64(len(s)), Kind: pipeline.Photo},
		bytesOriginal{bytes.NewReader([]byte(s))}
}

// fileOriginal is an original in a file, as the vault's are.
type fileOriginal struct {
	bytesOriginal
	file *os.File
}

func (f fileOriginal) File() *os.File { return f.file }

func inFile(t *testing.T, s string, flag int) (pipeline.Item, pipeline.Original) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "original")
	if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, flag, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	it, o := inMemory(s)
	return it, fileOriginal{o.(bytesOriginal), f}
}

// middle examines something that never ends, so that the test can kill it in the middle.
func middle() {
	c, err := New(Options{Limits: Limits{AddressSpace: testSpace}, Spares: 2})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	c.Warm()
	it, o := inMemory("x")
	_, err = c.Examine(context.Background(), it, o, refsOf("sleep"))
	fmt.Fprintln(os.Stderr, err)
}
