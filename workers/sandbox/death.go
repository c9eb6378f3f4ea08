package sandbox

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"unicode"
	"unicode/utf8"
)

// Death is how one child died over an item.
type Death struct {
	Attempt int      // 1, 2 or 3
	Cause   string   // in words; equal for equal deaths, so that it may stand in a report's core
	Running []string // analyzers that had started and had no outcome, in the order of the list
	Stderr  string   // what the child wrote last, cleaned, at most 4 KiB; for people who mend it, never for a report
}

// maxStderr is how much of a child's standard error is kept: its beginning and its end, half each. A fatal
// error of the runtime stands first and is followed by stacks; a panic stands last, behind what C wrote.
const maxStderr = 4 << 10

// tail keeps the beginning and the end of what a child writes to standard error.
type tail struct {
	mu   sync.Mutex
	head []byte
	end  []byte
	done chan struct{} // closed at the end of the stream
}

func follow(r io.Reader) *tail {
	t := &tail{done: make(chan struct{})}
	go func() {
		defer close(t.done)
		buf := make([]byte, 4<<10)
		for {
			n, err := r.Read(buf)
			t.add(buf[:n])
			if err != nil {
				return
			}
		}
	}()
	return t
}

func (t *tail) add(b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := min(len(b), maxStderr/2-len(t.head))
	t.head = append(t.head, b[:n]...)
	t.end = append(t.end, b[n:]...)
	if over := len(t.end) - maxStderr/2; over > 0 {
		t.end = append(t.end[:0], t.end[over:]...)
	}
}

// text returns what was kept. The two halves meet at a line's end where something between them is lost.
func (t *tail) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.end) == maxStderr/2 {
		return string(t.head) + "\n" + string(t.end)
	}
	return string(t.head) + string(t.end)
}

// causeOfDeath names in words why a process ended, from its end and what it wrote.
func causeOfDeath(e end, stderr string, l Limits) string {
	ws, cpu := e.Status, e.CPU
	switch {
	case ws.Exited() && ws.ExitStatus() == exitCPU, ws.Signaled() && ws.Signal() == syscall.SIGKILL && cpu >= l.CPU:
		return "killed: CPU limit " + seconds(l.CPU)
	case ws.Signaled() && ws.Signal() == syscall.SIGKILL:
		return "killed by the system" // who and why is not told; most often its memory killer
	case ws.Signaled():
		return "signal: " + ws.Signal().String()
	}
	return causeOfExit(ws.ExitStatus(), stderr, l)
}

// causeOfExit reads what Go's runtime writes before it exits: it turns signals raised in C and failed
// allocations into text and exit code 2.
func causeOfExit(code int, stderr string, l Limits) string {
	exit := fmt.Sprintf("exit %d", code)
	said := ""
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(line)
		ours := strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ")
		if (ours || strings.HasPrefix(line, "runtime: ")) &&
			(strings.Contains(line, "out of memory") || strings.Contains(line, "cannot allocate memory")) {
			return "out of memory under " + amount(l.AddressSpace) + " address limit"
		}
		if name, ok := raised(line); ok && !strings.HasPrefix(said, "panic: ") { // a nil pointer in Go is a panic and raises SIGSEGV too
			return "signal: " + name
		}
		if said == "" && ours {
			said = line
		}
	}
	if said != "" {
		return exit + ": " + clean(said)
	}
	return exit
}

// raised tells which signal a line of the runtime's last words names.
func raised(line string) (string, bool) {
	line = strings.TrimPrefix(line, "[signal ")
	for _, s := range []struct {
		name   string
		signal syscall.Signal
	}{
		{"SIGSEGV:", syscall.SIGSEGV}, {"SIGBUS:", syscall.SIGBUS}, {"SIGFPE:", syscall.SIGFPE},
		{"SIGILL:", syscall.SIGILL}, {"SIGABRT:", syscall.SIGABRT}, {"SIGTRAP:", syscall.SIGTRAP},
	} {
		if strings.HasPrefix(line, s.name) {
			return s.signal.String(), true
		}
	}
	return "", false
}

// address is what differs between two equal deaths.
var address = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`0x[0-9a-fA-F]+|goroutine [0-9]+|pid[ =:]*[0-9]+`) })

// clean makes a child's text fit to stand in a cause: one line of at most 200 bytes without control or
// format characters, numbers of addresses, goroutines and processes left out.
func clean(s string) string {
	const limit = 200
	if len(s) > 4*limit {
		s = s[:4*limit]
	}
	s = printable(strings.ToValidUTF8(s, "\uFFFD"), false)
	s = address().ReplaceAllStringFunc(s, func(m string) string { return strings.TrimRight(m, "0123456789abcdefABCDEF") + "…" })
	if len(s) <= limit {
		return s
	}
	end := limit - len("…")
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// printable replaces what would act on a terminal or turn the direction of writing.
func printable(s string, newlines bool) string {
	return strings.Map(func(r rune) rune {
		if newlines && r == '\n' || !unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) {
			return r
		}
		return '\uFFFD'
	}, s)
}
