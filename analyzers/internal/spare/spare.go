// Package spare keeps one piece of memory for whoever wants one next. A sync.Pool is emptied by the garbage collector, which runs every few milliseconds where many
// small files are read, and large pieces are then made, cleared and thrown away again and again.
//
// It knows when a piece is free. It must not know what it holds; whoever takes one clears what must be clear, and bounds what is given back.
package spare

import "sync/atomic"

// Of keeps one T at most. It is safe for concurrent use: who finds none gets a new one.
type Of[T any] struct{ kept atomic.Pointer[T] }

// Take gives the piece that is kept, as it was given back, or a new one.
func (o *Of[T]) Take() *T {
	if t := o.kept.Swap(nil); t != nil {
		return t
	}
	return new(T)
}

// Give keeps a piece, which nobody may use any longer, in place of the one kept before.
func (o *Of[T]) Give(t *T) { o.kept.Store(t) }
