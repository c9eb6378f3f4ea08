package vault

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
)

// writerEnv makes the test binary a process that puts its standard input into the shelf named.
const writerEnv = "DOKAZ_TEST_VAULT_WRITER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerEnv); dir != "" {
		os.Exit(writer(dir))
	}
	os.Exit(m.Run())
}

// saying says on standard output how much has been read so far, before each further read.
type saying struct {
	r    io.Reader
	read int
}

func (s *saying) Read(p []byte) (int, error) {
	fmt.Println(s.read)
	n, err := s.r.Read(p)
	s.read += n
	return n, err
}

func writer(dir string) int {
	d, err := Open(dir)
	if err == nil {
		_, err = d.Put(context.Background(), &saying{r: os.Stdin})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// startWriter starts a process that has written the given text and waits for more.
func startWriter(t *testing.T, dir, text string) (*exec.Cmd, io.WriteCloser) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), writerEnv+"="+dir)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(in, text); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == fmt.Sprint(len(text)) { // all of it is written, and more is asked for
			return c, in
		}
	}
	t.Fatal("the writer ended early")
	return nil, nil
}

// leftovers makes all temporary files look an hour old and returns how many there are after an Open.
func leftovers(t *testing.T, dir string) int {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, temporary, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if err := os.Chtimes(n, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	opened(t, dir)
	left, err := os.ReadDir(filepath.Join(dir, temporary))
	if err != nil {
		t.Fatal(err)
	}
	return len(left)
}

func TestAKilledWriterLeavesNothingAndALivingOneIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	alive, in := startWriter(t, dir, "the whole ")
	killed, _ := startWriter(t, dir, "half of ")
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := killed.Wait(); err == nil {
		t.Error("the killed writer ended well")
	}
	if got := leftovers(t, dir); got != 1 {
		t.Errorf("%d temporary files after the sweep, want the living writer's", got)
	}
	if named := wholeBlobs(t, dir); len(named) > 0 {
		t.Errorf("half written, yet there is %v", named)
	}
	if _, err := io.Copy(in, strings.NewReader("blob")); err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := alive.Wait(); err != nil {
		t.Errorf("the living writer: %v", err)
	}
	if err := opened(t, dir).Verify(t.Context(), pipeline.DigestOf([]byte("the whole blob"))); err != nil {
		t.Error(err)
	}
}
