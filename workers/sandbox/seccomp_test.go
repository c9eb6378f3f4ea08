package sandbox

import (
	"encoding/binary"
	"testing"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// TestFilter runs the program in an interpreter that is not the kernel's, over calls as the kernel describes them.
func TestFilter(t *testing.T) {
	t.Parallel()
	const (
		allow = unix.SECCOMP_RET_ALLOW
		kill  = unix.SECCOMP_RET_KILL_PROCESS
		perm  = unix.SECCOMP_RET_ERRNO | int(unix.EPERM)
		nosys = unix.SECCOMP_RET_ERRNO | int(unix.ENOSYS)
		pid   = 4711
		arch  = unix.AUDIT_ARCH_X86_64
		high  = uint64(1) << 32
	)
	vm, err := bpf.NewVM(filter(arch, calls(pid)))
	if err != nil {
		t.Fatal(err)
	}
	thread := uint64(unix.CLONE_VM | unix.CLONE_SIGHAND | unix.CLONE_THREAD)
	for _, c := range []struct {
		name   string
		arch   uint32
		number uint32
		args   [6]uint64
		want   int
	}{
		{"read", arch, unix.SYS_READ, [6]uint64{}, allow},
		{"the last of the list", arch, unix.SYS_FCNTL, [6]uint64{9, unix.F_GETFL}, allow},
		{"read of another architecture", unix.AUDIT_ARCH_I386, unix.SYS_READ, [6]uint64{}, kill},
		{"read among the x32", arch, unix.SYS_READ | x32, [6]uint64{}, nosys},
		{"minus one", arch, 0xFFFFFFFF, [6]uint64{}, nosys},
		{"openat", arch, unix.SYS_OPENAT, [6]uint64{}, perm},
		{"openat, with arguments that look like allowed numbers", arch, unix.SYS_OPENAT, [6]uint64{0, 0, 0, 0, 0, 0}, perm},
		{"socket", arch, unix.SYS_SOCKET, [6]uint64{2, 1}, perm},
		{"execve", arch, unix.SYS_EXECVE, [6]uint64{}, perm},
		{"a call of tomorrow", arch, 999, [6]uint64{}, perm},
		{"clone3", arch, unix.SYS_CLONE3, [6]uint64{}, nosys},
		{"a thread", arch, unix.SYS_CLONE, [6]uint64{thread | unix.CLONE_FS | unix.CLONE_SETTLS}, allow},
		{"a process", arch, unix.SYS_CLONE, [6]uint64{uint64(unix.SIGCHLD)}, perm},
		{"a process whose flags are the number of read", arch, unix.SYS_CLONE, [6]uint64{unix.SYS_READ}, perm},
		{"a thread in a new network", arch, unix.SYS_CLONE, [6]uint64{thread | unix.CLONE_NEWNET}, perm},
		{"kill itself", arch, unix.SYS_KILL, [6]uint64{pid, 9}, allow},
		{"kill another", arch, unix.SYS_KILL, [6]uint64{pid + 1, 9}, perm},
		{"kill itself, in the lower half", arch, unix.SYS_KILL, [6]uint64{pid | high, 9}, perm},
		{"kill everybody", arch, unix.SYS_KILL, [6]uint64{^uint64(0), 9}, perm},
		{"receive the request", arch, unix.SYS_RECVMSG, [6]uint64{fdRequest}, allow},
		{"receive elsewhere", arch, unix.SYS_RECVMSG, [6]uint64{fdReply}, perm},
		{"put the input in its place", arch, unix.SYS_DUP3, [6]uint64{7, fdInput}, allow},
		{"put something over the reply", arch, unix.SYS_DUP3, [6]uint64{7, fdReply}, perm},
		{"read a limit", arch, unix.SYS_PRLIMIT64, [6]uint64{0, 7, 0, 0xC000000000}, allow},
		{"set a limit", arch, unix.SYS_PRLIMIT64, [6]uint64{0, 7, 0xC000000000, 0}, perm},
		{"read another's limit", arch, unix.SYS_PRLIMIT64, [6]uint64{1, 7, 0, 1}, perm},
		{"name a thread", arch, unix.SYS_PRCTL, [6]uint64{unix.PR_SET_NAME}, allow},
		{"become dumpable", arch, unix.SYS_PRCTL, [6]uint64{unix.PR_SET_DUMPABLE, 1}, perm},
		{"own signals", arch, unix.SYS_FCNTL, [6]uint64{4, unix.F_SETOWN}, perm},
	} {
		packet := binary.BigEndian.AppendUint32(nil, c.number) // the interpreter's words are those of a network
		packet = binary.BigEndian.AppendUint32(packet, c.arch)
		packet = binary.BigEndian.AppendUint64(packet, 0) // instruction pointer
		for _, a := range c.args {
			packet = binary.BigEndian.AppendUint32(packet, uint32(a))
			packet = binary.BigEndian.AppendUint32(packet, uint32(a>>32))
		}
		got, err := vm.Run(packet)
		if err != nil || got != c.want {
			t.Errorf("%s: %#x, want %#x, %v", c.name, got, c.want, err)
		}
	}
}
