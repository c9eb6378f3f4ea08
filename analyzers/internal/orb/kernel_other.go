//go:build !amd64

package orb

// vectorKernels returns none: other processors run the plain kernel.
func vectorKernels() []kernel { return nil }
