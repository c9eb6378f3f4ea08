package sandbox

import "golang.org/x/sys/unix"

// olderCalls are calls by their older names, which this architecture still has.
var olderCalls = []uintptr{unix.SYS_OPEN, unix.SYS_STAT, unix.SYS_LSTAT, unix.SYS_ACCESS, unix.SYS_READLINK, unix.SYS_ARCH_PRCTL, unix.SYS_SELECT, unix.SYS_POLL, unix.SYS_DUP2}
