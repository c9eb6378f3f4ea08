package catalog

import (
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// thisBoot asks the kernel (random(4), clock_gettime(2)). The clock has an offset of its own in each time namespace (time_namespaces(7)).
func thisBoot() boot {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	var now unix.Timespec
	if err != nil || unix.ClockGettime(unix.CLOCK_BOOTTIME, &now) != nil {
		return boot{}
	}
	space, _ := os.Readlink("/proc/self/ns/time") // none before Linux 5.6
	return boot{strings.TrimSpace(string(id)) + " " + space, func() time.Duration {
		var now unix.Timespec
		_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &now) // it did above
		return time.Duration(now.Nano())
	}}
}
