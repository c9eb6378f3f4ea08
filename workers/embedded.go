package workers

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// tickEvery is how often the embedded Redis is told that time has passed; it has no clock of its own.
const tickEvery = 100 * time.Millisecond

// renewAfter is how many tasks an embedded Redis carries before a fresh one takes its place: it remembers a
// version of every key it ever had, some 300 bytes for each task.
const renewAfter = 100_000

// embedded is a Redis inside this process. Connections are pipes in memory: there is no port and no socket.
type embedded struct {
	mu     sync.Mutex
	server *miniredis.Miniredis
	quit   chan struct{}
	ticker sync.WaitGroup
}

func embed() *embedded {
	e := &embedded{server: miniredis.NewMiniRedis(), quit: make(chan struct{})}
	e.ticker.Go(e.tick)
	return e
}

// client returns a client whose connections end in the server of the moment.
func (e *embedded) client() *redis.Client {
	return redis.NewClient(&redis.Options{
		Addr: "embedded",
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			c, err := e.now().Dial()
			return pipe{c}, err
		},
	})
}

// pipe is a connection whose end reads as one of a socket does: go-redis tries a command again after io.EOF
// and not after io.ErrClosedPipe.
type pipe struct{ net.Conn }

func (p pipe) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	return n, asEOF(err)
}

func (p pipe) Write(b []byte) (int, error) {
	n, err := p.Conn.Write(b)
	return n, asEOF(err)
}

func (p pipe) SetDeadline(t time.Time) error      { return asEOF(p.Conn.SetDeadline(t)) }
func (p pipe) SetReadDeadline(t time.Time) error  { return asEOF(p.Conn.SetReadDeadline(t)) }
func (p pipe) SetWriteDeadline(t time.Time) error { return asEOF(p.Conn.SetWriteDeadline(t)) }

func asEOF(err error) error {
	if errors.Is(err, io.ErrClosedPipe) {
		return io.EOF
	}
	return err
}

func (e *embedded) now() *miniredis.Miniredis {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.server
}

func (e *embedded) tick() {
	t := time.NewTicker(tickEvery)
	defer t.Stop()
	last := time.Now()
	for {
		select {
		case <-e.quit:
			return
		case <-t.C:
			now := time.Now()
			e.now().FastForward(now.Sub(last))
			last = now
		}
	}
}

// renew puts an empty server in the place of the present one, which is as harmless as wiping it.
func (e *embedded) renew() {
	e.mu.Lock()
	old := e.server
	e.server = miniredis.NewMiniRedis()
	e.mu.Unlock()
	old.Close()
}

func (e *embedded) close() {
	close(e.quit)
	e.ticker.Wait()
	e.now().Close()
}
