package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline/display"

	"golang.org/x/term"
)

// terminal is where a verb reads and writes, and how.
type terminal struct {
	in       io.Reader
	out      io.Writer
	messages io.Writer
	flags    struct {
		caseDir, redis, language string
		workers                  int
		json, jsonl              bool
		pdf, unsafe              bool
	}
	mu sync.Mutex // events come from several goroutines
}

// config gives the effective configuration.
func (t *terminal) config() (wire.Config, []wire.Setting, error) {
	set := map[string]string{}
	if t.flags.caseDir != "" {
		set["case"] = t.flags.caseDir
	}
	if t.flags.redis != "" {
		set["redis"] = t.flags.redis
	}
	if t.flags.language != "" {
		set["language"] = t.flags.language
	}
	if t.flags.workers != 0 {
		set["workers"] = strconv.Itoa(t.flags.workers)
	}
	if t.flags.pdf {
		set["pdf"] = "true"
	}
	if t.flags.unsafe {
		set["child.unsafe"] = "true"
	}
	return wire.LoadConfig(set)
}

// document prints one JSON document, indented for people who read it.
func (t *terminal) document(v any) error {
	return t.encode(v, "  ")
}

// encode prints one JSON document; what is not visible in it is escaped, since it may be looked at on a terminal.
func (t *terminal) encode(v any, indent string) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := t.out.Write(display.JSON(b.Bytes()))
	return err
}

// eventSchema names the form of a line of --jsonl.
const eventSchema = "dokaz.event/v1"

// event prints one line of the event stream where that was asked for.
func (t *terminal) event(kind string, fields map[string]any) error {
	if !t.flags.jsonl {
		return nil
	}
	line := map[string]any{"schema": eventSchema, "type": kind}
	for k, v := range fields {
		line[k] = v
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.encode(line, "")
}

// plain is hostile text as one piece of a line.
func plain(s string) string { return display.Text(s) }

// printf writes a result for people; with --json or --jsonl it writes nothing. Hostile text in it goes through plain before; what was
// forgotten cannot act on a terminal, but could begin lines.
func (t *terminal) printf(format string, a ...any) {
	if t.flags.json || t.flags.jsonl {
		return
	}
	_, _ = io.WriteString(t.out, display.Lines(fmt.Sprintf(format, a...))) // a reader that went away has no use for an error
}

// say writes a message to stderr, as printf does.
func (t *terminal) say(format string, a ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = io.WriteString(t.messages, display.Lines(fmt.Sprintf(format, a...)))
}

// fault prints an error: as JSON on stdout in JSON modes, for people on stderr otherwise.
func (t *terminal) fault(f fault) {
	switch {
	case t.flags.jsonl:
		_ = t.event("error", map[string]any{"error": f})
		_ = t.event("summary", map[string]any{"exit_code": f.Exit})
	case t.flags.json:
		_ = t.document(map[string]any{"error": f})
	default:
		t.say("dokaz: %s (%s)\n  why: %s\n", f.What, f.Code, plain(f.Why))
		if f.Do != "" {
			t.say("  do:  %s\n", f.Do)
		}
	}
}

// isTerminal reports whether w is a terminal that may be drawn upon.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("CI") == ""
}

// size writes a number of bytes for people, in powers of 1,000.
func size(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB", "PB"}
	f, u := float64(n), 0
	for f >= 1000 && u < len(units)-1 {
		f, u = f/1000, u+1
	}
	if u == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", f, units[u])
}
