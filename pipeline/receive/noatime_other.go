//go:build !linux

package receive

// noAccessTime is nothing where the system has no such flag.
const noAccessTime = 0
