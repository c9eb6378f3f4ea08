//go:build libav

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"dokaz/fixtures"
)

// serving is dokaz serve as a process of its own.
type serving struct {
	t       testing.TB
	process *exec.Cmd
	dir     string // the case
	address string
	review  string // a link into the review pages
}

// startServing starts the server on a case, on any free port.
func startServing(t testing.TB, dir string, more ...string) *serving {
	t.Helper()
	s := &serving{t: t, dir: dir}
	c, said := dokaz(context.WithoutCancel(t.Context()), append([]string{"serve", "--case", dir, "--listen", "127.0.0.1:0", "--jsonl"}, more...)...)
	s.process, c.Stdout = c, nil
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill() }) // where a test failed before it stopped it
	line, err := bufio.NewReader(out).ReadString('\n')
	var e struct{ Type, Address, Review string }
	if err == nil {
		err = json.Unmarshal([]byte(line), &e)
	}
	if err != nil || e.Type != "serving" {
		t.Fatalf("%v, %q\n%s", err, line, said)
	}
	s.address, s.review = e.Address, e.Review
	return s
}

// stop asks the server to end and fails where it does not end well.
func (s *serving) stop() {
	s.t.Helper()
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	if err := s.process.Wait(); err != nil {
		s.t.Errorf("dokaz serve ended with %v", err)
	}
}

// token makes a token.
func (s *serving) token(scopes ...string) string {
	s.t.Helper()
	c, said := dokaz(s.t.Context(), "token", "create", "--case", s.dir, "--name", "test", "--scope", strings.Join(scopes, ","), "--json")
	c.Stdout = nil
	out, err := c.Output()
	var made struct{ Token string }
	if err == nil {
		err = json.Unmarshal(out, &made)
	}
	if err != nil {
		s.t.Fatalf("%v\n%s", err, said)
	}
	return made.Token
}

// recipes are the fenced sh blocks of a document, each with what its answers are said to hold.
func recipes(t *testing.T, path string) (script string, expect [][]string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, block := range strings.Split(string(b), "```sh\n") {
		body, _, fenced := strings.Cut(block, "\n```")
		if i == 0 || !fenced {
			continue
		}
		var want []string
		for line := range strings.Lines(body) {
			if text, is := strings.CutPrefix(line, "# → "); is {
				want = append(want, strings.TrimSpace(text))
			}
		}
		expect = append(expect, want)
		script += body + "\necho; echo @@\n"
	}
	return script, expect
}

// TestRecipes runs docs/api.md against a real server.
func TestRecipes(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"bash", "curl", "openssl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("SKIPPED: the recipes need %s", program)
		}
	}
	script, expect := recipes(t, "../../docs/api.md")
	if len(expect) < 5 {
		t.Fatalf("only %d recipes: the test looks in the wrong place", len(expect))
	}
	set := fixtures.Dir(t, "test")
	dir := t.TempDir()
	s := startServing(t, filepath.Join(dir, "case"))
	file := filepath.Join(dir, "recipes.sh")
	if err := os.WriteFile(file, []byte("set -euo pipefail\n"+script), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "bash", file)
	c.Dir = dir
	c.Env = append(os.Environ(), "DOKAZ="+s.address, "TOKEN="+s.token("intake:write", "report:read", "webhook:write"), "PHOTO="+filepath.Join(set, "square-bare.jpg"))
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i, answer := range strings.Split(string(out), "\n@@\n") {
		if i == len(expect) {
			break
		}
		for _, want := range expect[i] {
			if !strings.Contains(answer, want) {
				t.Errorf("recipe %d: no %s in %s", i+1, want, answer)
			}
		}
	}
	s.stop()
}
