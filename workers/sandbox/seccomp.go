package sandbox

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// architectures are those whose system calls the list names (include/uapi/linux/audit.h).
var architectures = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}

// x32 marks the second set of numbers under the architecture amd64, with calls of its own (asm/unistd.h).
const x32 = 0x40000000

// call is a system call that a child may make. Of several under one number, one has to fit.
type call struct {
	number uintptr
	when   []argument // all of them; none is any argument
}

// argument demands that argument n, masked, has this value.
type argument struct {
	n           uint32
	mask, value uint64
}

const whole = ^uint64(0)

// calls is everything that the Go runtime, C with threads, and decoders of WebAssembly need once they hold their
// descriptors. What is not here is refused: among others open, stat, socket, connect, exec, fork, ptrace, mount.
func calls(pid int) []call {
	var out []call
	for _, n := range []uintptr{
		unix.SYS_READ, unix.SYS_READV, unix.SYS_PREAD64, unix.SYS_WRITE, unix.SYS_WRITEV, unix.SYS_CLOSE, unix.SYS_FSTAT, unix.SYS_LSEEK,
		unix.SYS_MMAP, unix.SYS_MPROTECT, unix.SYS_MUNMAP, unix.SYS_MREMAP, unix.SYS_MADVISE, unix.SYS_BRK, // also executable pages
		unix.SYS_FUTEX, unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ, unix.SYS_SET_TID_ADDRESS, unix.SYS_GETTID, unix.SYS_GETPID,
		unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY, unix.SYS_RESTART_SYSCALL, unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
		unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK,
		unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_CLOCK_GETTIME, unix.SYS_CLOCK_GETRES, unix.SYS_GETTIMEOFDAY,
		unix.SYS_GETRANDOM, unix.SYS_GETRUSAGE,
		unix.SYS_EPOLL_CREATE1, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT, unix.SYS_EVENTFD2,
	} {
		out = append(out, call{number: n})
	}
	// A thread, with none of the flags that make a process or a namespace (clone(2)); signals to ourselves only.
	const thread = unix.CLONE_VM | unix.CLONE_SIGHAND | unix.CLONE_THREAD
	const spaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET
	self := argument{0, whole, uint64(pid)}
	out = append(out,
		call{unix.SYS_CLONE, []argument{{0, thread | spaces, thread}}},
		call{unix.SYS_TGKILL, []argument{self}},
		call{unix.SYS_KILL, []argument{self}},
		call{unix.SYS_RECVMSG, []argument{{0, whole, fdRequest}}}, // the request; afterwards it is the null device
		call{unix.SYS_DUP3, []argument{{1, whole, fdRequest}}},
		call{unix.SYS_DUP3, []argument{{1, whole, fdInput}}},
		call{unix.SYS_PRLIMIT64, []argument{{0, whole, 0}, {2, whole, 0}}}, // reading one's own
		call{unix.SYS_PRCTL, []argument{{0, whole, unix.PR_SET_NAME}}},
		call{unix.SYS_PRCTL, []argument{{0, whole, unix.PR_SET_VMA}}}, // Go names its memory
	)
	for _, cmd := range []uint64{unix.F_GETFD, unix.F_SETFD, unix.F_GETFL} {
		out = append(out, call{unix.SYS_FCNTL, []argument{{1, whole, cmd}}})
	}
	return out
}

// foreignCalls is what a child needs besides to become a program that opens its own files: still no sockets, no processes, no tracing.
// The program runs no further one than those that Landlock lets it run.
func foreignCalls() []call {
	var out []call
	for _, n := range []uintptr{
		unix.SYS_EXECVE, unix.SYS_OPENAT, unix.SYS_NEWFSTATAT, unix.SYS_READLINKAT, unix.SYS_FACCESSAT, unix.SYS_GETCWD,
		unix.SYS_GETUID, unix.SYS_GETEUID, unix.SYS_GETGID, unix.SYS_GETEGID, unix.SYS_GETPPID, unix.SYS_UNAME, unix.SYS_PSELECT6, unix.SYS_PPOLL,
	} {
		out = append(out, call{number: n})
	}
	for _, n := range olderCalls {
		out = append(out, call{number: n})
	}
	for _, cmd := range []uint64{unix.F_SETFL, unix.F_DUPFD, unix.F_DUPFD_CLOEXEC} {
		out = append(out, call{unix.SYS_FCNTL, []argument{{1, whole, cmd}}})
	}
	const winsize, termios = 0x5413, 0x5401 // TIOCGWINSZ, TCGETS: whether it speaks to a terminal
	for _, cmd := range []uint64{winsize, termios} {
		out = append(out, call{unix.SYS_IOCTL, []argument{{1, whole, cmd}}})
	}
	return append(out, call{unix.SYS_DUP3, []argument{{1, whole, fdNull}}}) // its output
}

// Offsets of struct seccomp_data (seccomp(2)). Both architectures are little-endian.
const (
	atNumber       = 0
	atArchitecture = 4
	atArguments    = 16
)

// filter is the list as a program for the kernel: another architecture kills, x32 and clone3 do not exist, what is not
// listed is not permitted. C libraries fall back from clone3, whose flags lie in memory where a filter cannot look, to clone.
func filter(architecture uint32, list []call) []bpf.Instruction {
	word := func(at uint32) bpf.Instruction { return bpf.LoadAbsolute{Off: at, Size: 4} }
	failure := func(e unix.Errno) bpf.Instruction { return bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(e)} }
	out := []bpf.Instruction{
		word(atArchitecture),
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: architecture, SkipTrue: 1},
		bpf.RetConstant{Val: unix.SECCOMP_RET_KILL_PROCESS},
		word(atNumber),
		bpf.JumpIf{Cond: bpf.JumpLessThan, Val: x32, SkipTrue: 1},
		failure(unix.ENOSYS),
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.SYS_CLONE3, SkipTrue: 1},
		failure(unix.ENOSYS),
	}
	for i, c := range list {
		if slices.ContainsFunc(list[:i], func(e call) bool { return e.number == c.number }) {
			continue // it stands with the first of its number
		}
		var body []bpf.Instruction
		for _, other := range list[i:] {
			if other.number == c.number {
				body = append(body, granted(other.when)...)
			}
		}
		body = append(body, failure(unix.EPERM)) // not reached where one of them has no condition
		out = append(out, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(c.number), SkipTrue: uint8(len(body))})
		out = append(out, body...)
	}
	return append(out, failure(unix.EPERM))
}

// granted allows where all conditions hold, and falls through otherwise. It may load over the number.
func granted(when []argument) []bpf.Instruction {
	var checks []bpf.Instruction
	for _, a := range when {
		for half := range uint32(2) {
			mask, value := uint32(a.mask>>(32*half)), uint32(a.value>>(32*half))
			if mask != 0 {
				checks = append(checks, bpf.LoadAbsolute{Off: atArguments + 8*a.n + 4*half, Size: 4},
					bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: mask}, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: value})
			}
		}
	}
	for i, c := range checks {
		if j, ok := c.(bpf.JumpIf); ok {
			j.SkipTrue = uint8(len(checks) - i) // behind the permission
			checks[i] = j
		}
	}
	return append(checks, bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW})
}

// applySeccomp puts the filter on every thread of the process (seccomp(2), SECCOMP_FILTER_FLAG_TSYNC) and tries it.
func applySeccomp(foreign bool) error {
	architecture, ok := architectures[runtime.GOARCH]
	if !ok {
		return fmt.Errorf("no list of system calls for %s", runtime.GOARCH)
	}
	list := calls(unix.Getpid())
	if foreign {
		list = append(list, foreignCalls()...)
	}
	raw, err := bpf.Assemble(filter(architecture, list))
	if err != nil {
		return err
	}
	code := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		code[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	program := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	switch {
	case errno != 0:
		return errno
	case thread != 0:
		return fmt.Errorf("thread %d has a filter of its own", thread)
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	switch {
	case err == nil:
		return errors.Join(errors.New("a socket could be opened"), unix.Close(fd))
	case !errors.Is(err, unix.EPERM):
		return fmt.Errorf("a socket is answered with %w", err)
	}
	return nil
}
