package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"dokaz/pipeline"
)

// escapeVerb makes the test binary a parent whose child tries to escape, under a user of the test's choice.
const escapeVerb = "test-escape"

// target is what a hostile child is told about the world outside.
type target struct {
	Parent   int    // process
	Other    string // file of another case
	TCP, UDP int    // ports on this machine on which somebody listens
	Path     string // socket
	Abstract string // socket
	Folder   string // in which everybody may write
}

// escape is one attempt; what it returns decides: no error, or one that only a call that was let through gives, is an escape.
type escape struct {
	name  string
	twice bool // also denied where there is no filter, by namespaces and Landlock
	try   func(target) error
}

// made tries a system call with arguments that can do no harm: let through, it complains of them.
func made(number uintptr, args ...uintptr) func(target) error {
	return func(target) error {
		var a [6]uintptr
		copy(a[:], args)
		if _, _, errno := unix.Syscall6(number, a[0], a[1], a[2], a[3], a[4], a[5]); errno != 0 {
			return errno
		}
		return nil
	}
}

func opening(flags int, of func(target) string) func(target) error {
	return func(t target) error {
		fd, err := unix.Open(of(t), flags|unix.O_CLOEXEC, 0o600)
		if err == nil {
			_ = unix.Close(fd)
		}
		return err
	}
}

// cause strips an error to the system's number.
func cause(_ any, err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}

var local = [4]byte{127, 0, 0, 1}

// sending opens a socket and sends a word to an address.
func sending(family, kind int, to func(target) unix.Sockaddr) func(target) error {
	return func(t target) error {
		fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		if err := unix.Connect(fd, to(t)); err != nil && err != unix.EINPROGRESS {
			return err
		}
		_, err = unix.Write(fd, []byte("knock"))
		return err
	}
}

var escapes = []escape{
	{"read a file of everybody", true, opening(unix.O_RDONLY, func(target) string { return "/etc/passwd" })},
	{"read a file of another case", true, opening(unix.O_RDONLY, func(t target) string { return t.Other })},
	{"read a file through /proc/self/root", true, opening(unix.O_RDONLY, func(target) string { return "/proc/self/root/etc/passwd" })},
	{"read the parent's memory through /proc", true, opening(unix.O_RDONLY, func(t target) string { return fmt.Sprintf("/proc/%d/mem", t.Parent) })},
	{"list a folder", true, opening(unix.O_RDONLY|unix.O_DIRECTORY, func(target) string { return "/" })},
	{"write a file", true, opening(unix.O_WRONLY|unix.O_CREAT, func(t target) string { return filepath.Join(t.Folder, "written") })},
	{"reopen the original for writing", false, opening(unix.O_RDWR, func(target) string { return "/proc/self/fd/3" })},
	{"write to the original", false, made(unix.SYS_PWRITE64, fdInput, 0, 0, 0)},
	{"truncate the original", false, made(unix.SYS_FTRUNCATE, fdInput, 0)},
	{"change the original's mode", false, made(unix.SYS_FCHMOD, fdInput, 0o444)},
	{"look whether a file is there", false, func(t target) error { var st unix.Stat_t; return unix.Stat(t.Other, &st) }},
	{"read a link", false, func(target) error { return cause(os.Readlink("/proc/self/exe")) }},
	{"make a folder", true, func(t target) error { return unix.Mkdir(filepath.Join(t.Folder, "made"), 0o700) }},
	{"make a device", false, made(unix.SYS_MKNODAT, ^uintptr(99), 0)},
	{"open by handle", false, made(unix.SYS_OPEN_BY_HANDLE_AT, ^uintptr(99), 0, 0)},
	{"openat2", false, made(unix.SYS_OPENAT2, ^uintptr(99), 0, 0, 24)},
	{"connect over TCP", true, sending(unix.AF_INET, unix.SOCK_STREAM, func(t target) unix.Sockaddr { return &unix.SockaddrInet4{Addr: local, Port: t.TCP} })},
	{"send over UDP", true, sending(unix.AF_INET, unix.SOCK_DGRAM, func(t target) unix.Sockaddr { return &unix.SockaddrInet4{Addr: local, Port: t.UDP} })},
	{"connect to a socket with a path", false, sending(unix.AF_UNIX, unix.SOCK_STREAM, func(t target) unix.Sockaddr { return &unix.SockaddrUnix{Name: t.Path} })},
	{"connect to an abstract socket", true, sending(unix.AF_UNIX, unix.SOCK_STREAM, func(t target) unix.Sockaddr { return &unix.SockaddrUnix{Name: t.Abstract} })},
	{"netlink socket", false, made(unix.SYS_SOCKET, unix.AF_NETLINK, unix.SOCK_RAW, 0)},
	{"pair of sockets", false, func(target) error { _, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0); return err }},
	{"send on a descriptor that is no socket", false, made(unix.SYS_SENDMSG, fdReply, 0, 0)},
	{"receive on another descriptor", false, made(unix.SYS_RECVMSG, fdReply, 0, 0)},
	{"execute", false, func(target) error { return unix.Exec("/no/such/program", []string{"x"}, nil) }},
	{"execute a memory file", false, func(target) error {
		fd, err := unix.MemfdCreate("x", 0)
		if err != nil {
			return err
		}
		return made(unix.SYS_EXECVEAT, uintptr(fd), 0, 0, 0, unix.AT_EMPTY_PATH)(target{})
	}},
	{"fork", false, func(target) error { return cause(syscall.ForkExec("/bin/true", []string{"true"}, nil)) }},
	{"clone with a new user namespace", false, made(unix.SYS_CLONE, unix.CLONE_NEWUSER|unix.CLONE_VM|unix.CLONE_SIGHAND|unix.CLONE_THREAD|unix.CLONE_FS, 0)},
	{"clone3", false, made(unix.SYS_CLONE3, 0, 0)},
	{"trace the parent", true, func(t target) error { return unix.PtraceSeize(t.Parent) }},
	{"be traced", false, made(unix.SYS_PTRACE, ^uintptr(0))},
	{"read the parent's memory", true, func(t target) error {
		var b [8]byte
		vec := []unix.Iovec{{Base: &b[0], Len: 8}}
		return cause(unix.ProcessVMReadv(t.Parent, vec, []unix.RemoteIovec{{Base: 4096, Len: 8}}, 0))
	}},
	{"write to the parent's memory", false, made(unix.SYS_PROCESS_VM_WRITEV, 0, 0, 0, 0, 0, 1)},
	{"signal the parent", true, func(t target) error { return unix.Kill(t.Parent, unix.SIGURG) }},
	{"signal a thread of the parent", true, func(t target) error { return unix.Tgkill(t.Parent, t.Parent, unix.SIGURG) }},
	{"signal the group", false, made(unix.SYS_KILL, 0, 0)},
	{"queue a signal", false, made(unix.SYS_RT_SIGQUEUEINFO, 1, 0, 0)},
	{"hold a process by descriptor", true, func(t target) error { return cause(unix.PidfdOpen(t.Parent, 0)) }},
	{"mount", false, made(unix.SYS_MOUNT, 1, 1, 1)},
	{"unmount", false, made(unix.SYS_UMOUNT2, 1, 0)},
	{"another root", false, made(unix.SYS_CHROOT, 1)},
	{"new mount interface", false, made(unix.SYS_FSOPEN, 1)},
	{"unshare", false, made(unix.SYS_UNSHARE, unix.CLONE_NEWUTS<<8)},
	{"enter a namespace", false, made(unix.SYS_SETNS, fdNull, 0)},
	{"keys", false, made(unix.SYS_KEYCTL, ^uintptr(0))},
	{"add a key", false, made(unix.SYS_ADD_KEY, 1)},
	{"BPF", false, made(unix.SYS_BPF, ^uintptr(0), 0, 0)},
	{"performance counters", false, made(unix.SYS_PERF_EVENT_OPEN, 1)},
	{"io_uring", false, made(unix.SYS_IO_URING_SETUP, 0, 0)},
	{"userfaultfd", false, made(unix.SYS_USERFAULTFD, ^uintptr(0))},
	{"become dumpable", false, made(unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 1)},
	{"outlive the parent", false, made(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, 0)},
	{"another filter", false, made(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, 0)},
	{"ask for a privilege back", false, made(unix.SYS_CAPSET, 0, 0)},
	{"become root", false, made(unix.SYS_SETRESUID, 0, 0, 0)},
	{"raise a limit", false, func(target) error {
		return unix.Prlimit(0, unix.RLIMIT_CORE, &unix.Rlimit{Cur: 0, Max: 0}, nil)
	}},
	{"limit the parent", false, func(t target) error { return unix.Prlimit(t.Parent, unix.RLIMIT_CORE, nil, &unix.Rlimit{}) }},
	{"give less way", false, made(unix.SYS_SETPRIORITY, unix.PRIO_PROCESS, 0, 0)},
	{"shared memory", false, made(unix.SYS_SHMGET, 0, 0, 0)},
	{"terminal input", false, made(unix.SYS_IOCTL, fdNull, unix.TIOCSTI, 0)},
	{"own the signals of a descriptor", false, made(unix.SYS_FCNTL, fdReply, unix.F_SETOWN, ^uintptr(0))},
	{"watch files", false, made(unix.SYS_INOTIFY_ADD_WATCH, fdNull, 0, 0)},
	{"kernel module", false, made(unix.SYS_FINIT_MODULE, ^uintptr(0), 0, 0)},
	{"kernel log", false, made(unix.SYS_SYSLOG, 99)},
	{"clock", false, made(unix.SYS_CLOCK_SETTIME, 99, 0)},
	{"name of the machine", false, made(unix.SYS_SETHOSTNAME, 1, ^uintptr(0))},
	{"accounting", false, made(unix.SYS_ACCT, 1)},
	{"swap", false, made(unix.SYS_SWAPON, 1, ^uintptr(0))},
	{"restart the machine", false, made(unix.SYS_REBOOT, 0, 0, 0)},
	{"x32 number", false, made(x32 | 39)},
}

// escaping plays an analyzer that tries them all.
func escaping(_ context.Context, o pipeline.Original, s say) error {
	var t target
	if err := json.NewDecoder(io.NewSectionReader(o, 0, o.Size())).Decode(&t); err != nil {
		return err
	}
	for _, e := range escapes {
		if err := s(tag(e.name, fmt.Sprint(e.try(t)))); err != nil {
			return err
		}
	}
	return nil
}

// refusals are answers of walls. Of namespaces and Landlock alone they may be that something is not there.
var (
	refusals = []error{unix.EPERM, unix.EACCES, unix.ENOSYS}
	absences = []error{unix.ENETUNREACH, unix.ENETDOWN, unix.ECONNREFUSED, unix.ESRCH, unix.ENOENT}
)

func isOne(text string, of []error) bool {
	return slices.ContainsFunc(of, func(e error) bool { return e.Error() == text })
}

// escapeAs lets a child of a process of this user try, and returns its answers by the attempt's name.
func escapeAs(t *testing.T, uid uint32, without []string, told target) (map[string]string, []pipeline.Layer) {
	t.Helper()
	order, err := json.Marshal(escapeOrder{without, told})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/proc/self/exe", escapeVerb, string(order))
	cmd.Dir = "/"
	if uid != 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	}
	out, err := cmd.Output()
	if err != nil {
		var e *exec.ExitError
		errors.As(err, &e)
		t.Fatalf("%v: %s%s", err, out, e.Stderr)
	}
	var r escapeResult
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v: %q", err, out)
	}
	return r.Answers, r.Layers
}

type escapeOrder struct {
	Without []string
	Told    target
}

type escapeResult struct {
	Answers map[string]string
	Layers  []pipeline.Layer
}

// escapeMain is the life of the parent of an escaping child.
func escapeMain() error {
	var o escapeOrder
	if err := json.Unmarshal([]byte(os.Args[2]), &o); err != nil {
		return err
	}
	c, err := New(Options{Limits: Limits{AddressSpace: testSpace}, Without: o.Without, Unsafe: len(o.Without) > 1})
	if err != nil {
		return err
	}
	o.Told.Parent = os.Getpid()
	content, err := json.Marshal(o.Told)
	if err != nil {
		return err
	}
	it, original := inMemory(string(content))
	r, err := c.Examine(context.Background(), it, original, refsOf("escape"))
	if err = errors.Join(err, c.Close()); err != nil {
		return err
	}
	if got := verdicts(r); !slices.Equal(got, []string{"escape done"}) {
		return fmt.Errorf("%q %v", got, r.Deaths)
	}
	out := escapeResult{map[string]string{}, r.Layers}
	for _, m := range r.Examination.Measurements {
		if f, ok := m.Fact.(pipeline.Tag); ok {
			out.Answers[f.Name] = f.Value
		}
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

// world listens where a child could knock, and says how often somebody did.
func world(t *testing.T) (target, func() int) {
	t.Helper()
	dir, err := os.MkdirTemp("", "dokaz-escape-") // not t.TempDir, which others may not enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	told := target{Other: filepath.Join(dir, "other"), Path: filepath.Join(dir, "socket"), Abstract: fmt.Sprintf("@dokaz-escape-%d-%d", os.Getpid(), time.Now().UnixNano()), Folder: dir}
	if err := errors.Join(os.WriteFile(told.Other, []byte("another case"), 0o644), os.Chmod(dir, 0o777)); err != nil {
		t.Fatal(err)
	}
	tcp, err1 := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IP(local[:])})
	udp, err2 := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IP(local[:])})
	path, err3 := net.ListenUnix("unix", &net.UnixAddr{Name: told.Path})
	abstract, err4 := net.ListenUnix("unix", &net.UnixAddr{Name: told.Abstract})
	if err := errors.Join(err1, err2, err3, err4, os.Chmod(told.Path, 0o777)); err != nil {
		t.Fatal(err)
	}
	told.TCP, told.UDP = tcp.Addr().(*net.TCPAddr).Port, udp.LocalAddr().(*net.UDPAddr).Port
	return told, func() int {
		knocks := 0
		soon := func() time.Time { return time.Now().Add(100 * time.Millisecond) }
		for _, l := range []interface {
			net.Listener
			SetDeadline(time.Time) error
		}{tcp, path, abstract} {
			for _ = l.SetDeadline(soon()); ; knocks++ {
				c, err := l.Accept()
				if err != nil {
					break
				}
				_ = c.Close()
			}
			_ = l.Close()
		}
		for _ = udp.SetDeadline(soon()); ; knocks++ {
			if _, _, err := udp.ReadFrom(make([]byte, 16)); err != nil {
				break
			}
		}
		_ = udp.Close()
		return knocks
	}
}
