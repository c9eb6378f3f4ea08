//go:build !amd64

package sandbox

// olderCalls are calls by older names, of which this architecture has none.
var olderCalls []uintptr
