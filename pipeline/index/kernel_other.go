//go:build !amd64

package index

// vectorKernels returns none: other processors run the plain kernel.
func vectorKernels() []kernel { return nil }
