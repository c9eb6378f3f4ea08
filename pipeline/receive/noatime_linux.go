package receive

import "syscall"

// noAccessTime asks open(2) not to change the file's time of last access.
const noAccessTime = syscall.O_NOATIME
