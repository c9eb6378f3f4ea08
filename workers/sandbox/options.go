package sandbox

import (
	"fmt"
	"time"

	"dokaz/pipeline"
)

// Verb is the hidden first argument under which the program has to call Main.
const Verb = "examine-child"

// Limits bound one child. A member that is not positive stands for its default.
type Limits struct {
	AddressSpace uint64        // bytes of virtual memory (RLIMIT_AS); default 6 GiB. WebAssembly decoders reserve 2 GiB and more
	CPU          time.Duration // processor time, whole seconds (RLIMIT_CPU); default 60 s
	Wall         time.Duration // from the request to the child's end; default 120 s
	Heap         int64         // bytes at which Go's collector works hard (GOMEMLIMIT); default 2 GiB
	Processors   int           // GOMAXPROCS; default 1, since as many children run as there are workers
	Nice         int           // how far the child at least gives way to other processes (nice(2)), 0 to 19
}

// Defaults and fixed limits.
const (
	defaultAddressSpace = 6 << 30
	defaultCPU          = 60 * time.Second
	defaultWall         = 120 * time.Second
	defaultHeap         = 2 << 30
	defaultCopy         = 1 << 30
	maxDescriptors      = 32
	maxThreads          = 64
)

func (l Limits) filled() Limits {
	if l.AddressSpace == 0 {
		l.AddressSpace = defaultAddressSpace
	}
	if l.CPU <= 0 {
		l.CPU = defaultCPU
	}
	if l.Wall <= 0 {
		l.Wall = defaultWall
	}
	if l.Heap <= 0 {
		l.Heap = defaultHeap
	}
	if l.Processors <= 0 {
		l.Processors = 1
	}
	l.CPU = (l.CPU + time.Second - 1).Truncate(time.Second)
	return l
}

// soft is when the child itself asks its analyzers to stop, so that what they have is not lost to a kill:
// five sixths of a hard limit.
func soft(hard time.Duration) time.Duration { return hard / 6 * 5 }

// Options say how to run children.
type Options struct {
	Limits Limits
	Spares int   // children started ahead and waiting, to hide their start: one per worker. 0 means 1, below 0 none
	Copy   int64 // largest original without a descriptor that is copied into memory for the child, bytes; 0 means 1 GiB

	Files pipeline.Limits // what one file may make the analyzers do; told to each child in its request

	Without []string // names of Removable layers that are not put up, to measure what they cost
	Unsafe  bool     // examine even where too few walls stand; told as a layer of its own

	tree tree // of tests
}

func (o Options) filled() Options {
	o.Limits = o.Limits.filled()
	if o.tree.self == "" {
		o.tree = kernelsTree()
	}
	if o.Spares == 0 {
		o.Spares = 1
	}
	o.Spares = max(o.Spares, 0)
	if o.Copy == 0 {
		o.Copy = defaultCopy
	}
	return o
}

// amount writes a number of bytes with the largest unit that keeps it whole.
func amount(n uint64) string {
	for _, u := range []struct {
		size uint64
		name string
	}{{1 << 40, "TiB"}, {1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n >= u.size && n%u.size == 0 {
			return fmt.Sprintf("%d %s", n/u.size, u.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

// seconds writes a duration in seconds.
func seconds(d time.Duration) string { return fmt.Sprintf("%g s", d.Seconds()) }
