package api

import (
	"os"
	"syscall"
	"testing"
)

// lockFile holds a file as one who writes a piece does.
func lockFile(t testing.TB, f *os.File) {
	t.Helper()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
}
