package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// parts are what a long test has done so far, by name, kept beside its figures, so that it may be stopped and goes on where it stopped.
// Only parts of one key belong together: of one program over one input.
type parts[T any] struct {
	t     *testing.T
	path  string // "" keeps nothing
	key   string
	parts map[string]T
}

// part is one line of the file.
type part[T any] struct {
	Key  string `json:"key"`
	Name string `json:"part"`
	Seen T      `json:"seen"`
}

// partsOf reads what was done before under the same key.
func partsOf[T any](t *testing.T, name, key string) *parts[T] {
	t.Helper()
	p := &parts[T]{t: t, key: key, parts: map[string]T{}}
	if *figuresTo == "" {
		return p
	}
	p.path = filepath.Join(*figuresTo, name+".parts.jsonl")
	b, err := os.ReadFile(p.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for line := range bytes.Lines(b) {
		var one part[T]
		if json.Unmarshal(line, &one) == nil && one.Key == key { // a line that was cut short is a part that was not done
			p.parts[one.Name] = one.Seen
		}
	}
	if len(p.parts) > 0 {
		t.Logf("%d parts were done before: %s", len(p.parts), p.path)
	}
	return p
}

func (p *parts[T]) has(name string) bool {
	_, ok := p.parts[name]
	return ok
}

// add keeps one more part.
func (p *parts[T]) add(name string, seen T) {
	p.t.Helper()
	p.parts[name] = seen
	if p.path == "" {
		return
	}
	line, err := json.Marshal(part[T]{p.key, name, seen})
	if err != nil {
		p.t.Fatal(err)
	}
	f, err := os.OpenFile(p.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err == nil {
		_, err = f.Write(append(line, '\n'))
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Logf("%s %s", name, line)
}

// programKey names this program.
func programKey(t *testing.T) string {
	t.Helper()
	f, err := os.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
