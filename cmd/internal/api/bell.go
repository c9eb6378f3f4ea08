package api

import "sync"

// Bell wakes everybody who waits for a change. Its zero value is ready.
type Bell struct {
	mu    sync.Mutex
	sound chan struct{}
}

// Heard returns a channel that is closed at the next ring.
func (b *Bell) Heard() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sound == nil {
		b.sound = make(chan struct{})
	}
	return b.sound
}

// Ring wakes all who wait.
func (b *Bell) Ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sound != nil {
		close(b.sound)
		b.sound = nil
	}
}
