package workers

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// server is a private redis-server on a socket of its own, keeping nothing on disk.
type server struct {
	t    *testing.T
	dir  string
	cmd  *exec.Cmd
	addr string
}

func serve(t *testing.T) *server {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("SKIPPED: no redis-server on this machine; the queue is tested over the embedded one only (apt-get install redis-server)")
	}
	dir, err := os.MkdirTemp("", "r") // a socket's path has to be short
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, dir: dir, addr: "unix://" + filepath.Join(dir, "s")}
	t.Cleanup(func() {
		s.kill()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	s.start(path)
	return s
}

func (s *server) start(path string) {
	s.t.Helper()
	s.cmd = exec.Command(path, "--port", "0", "--unixsocket", filepath.Join(s.dir, "s"), "--save", "", "--appendonly", "no", "--dir", s.dir)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	c := s.client()
	defer c.Close()
	eventually(s.t, 10*time.Second, "redis-server", func() bool { return c.Ping(context.Background()).Err() == nil })
}

// kill is kill -9.
func (s *server) kill() {
	if s.cmd == nil {
		return
	}
	if err := s.cmd.Process.Kill(); err != nil {
		s.t.Error(err)
	}
	_ = s.cmd.Wait() // it was killed, and says so
	s.cmd = nil
}

func (s *server) restart() {
	path := s.cmd.Path
	s.kill()
	s.start(path)
}

func (s *server) client() *redis.Client {
	opt, err := parseAddress(s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	return redis.NewClient(opt)
}

// transports runs a test over the embedded Redis and over a real one.
func transports(t *testing.T, f func(t *testing.T, s *server)) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		f(t, nil)
	})
	t.Run("redis-server", func(t *testing.T) {
		t.Parallel()
		f(t, serve(t))
	})
}

// address is "" for the embedded one.
func (s *server) address() string {
	if s == nil {
		return ""
	}
	return s.addr
}
