package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"dokaz/analyzers"
	"dokaz/analyzers/readers"
	"dokaz/pipeline"
	"dokaz/workers/sandbox"
)

// exiftool is an installed ExifTool, asked about one file after another within walls of its own.
type exiftool struct {
	program sandbox.Program
	version string

	mu      sync.Mutex
	foreign *sandbox.Foreign
}

// Bounds of one answer of ExifTool's.
const (
	exiftoolCopy   = 256 << 20
	exiftoolAnswer = 1 << 20
	exiftoolWall   = 10 * time.Second
	exiftoolFiles  = 100
	maxTrust       = 1 << 20   // bytes of a trust list
	maxKeys        = 256 << 10 // bytes of a list of keys
)

// settingsOf reads what the configuration and the machine have analyzers told. An ExifTool that is named and cannot be used is an error; one
// that is only looked for may be absent.
func settingsOf(c Config) (analyzers.Settings, *exiftool, error) {
	var s analyzers.Settings
	var err error
	if s.Trust, err = list(c.Trust, maxTrust); err == nil {
		err = s.Check()
	}
	if err != nil {
		return s, nil, fmt.Errorf("%w: trust: %w", ErrConfig, err)
	}
	if s.Keys, err = list(c.Keys, maxKeys); err == nil {
		err = s.Check()
	}
	if err != nil {
		return s, nil, fmt.Errorf("%w: keys: %w", ErrConfig, err)
	}
	switch c.ExifTool {
	case "off":
		s.ExifTool.Absent = "switched off"
		return s, nil, nil
	case "", "auto":
		path, err := exec.LookPath("exiftool")
		if err != nil {
			s.ExifTool.Absent = "not installed"
			return s, nil, nil
		}
		e, err := exiftoolAt(path)
		if err != nil {
			s.ExifTool.Absent = "not usable: " + err.Error()
			return s, nil, nil
		}
		s.ExifTool.Version = e.version
		return s, e, nil
	}
	e, err := exiftoolAt(c.ExifTool)
	if err != nil {
		return s, nil, fmt.Errorf("%w: exiftool: %w", ErrConfig, err)
	}
	s.ExifTool.Version = e.version
	return s, e, nil
}

// list reads a file that the configuration names; "" is no file.
func list(path string, most int64) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err = errors.Join(err, f.Close()); err == nil && int64(len(b)) > most {
		err = fmt.Errorf("a list of more than %d bytes", most)
	}
	return b, err
}

// Lines of ExifTool's own script: what runs it, and its version.
var (
	exiftoolRunBy   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^#!\s*(/\S*perl\S*)`) })
	exiftoolVersion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^my \$version = '([0-9]+\.[0-9]+)';`) })
)

// exiftoolAt reads of the script, which is a program's and no evidence, what it needs to run.
func exiftoolAt(path string) (*exiftool, error) {
	path, err := filepath.EvalSymlinks(path)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	head, err := io.ReadAll(io.LimitReader(f, 8<<10))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	by, version := exiftoolRunBy().FindSubmatch(head), exiftoolVersion().FindSubmatch(head)
	if by == nil || version == nil {
		return nil, fmt.Errorf("%s is not ExifTool's script", filepath.Base(path))
	}
	perl := string(by[1])
	loaders, err := filepath.Glob("/lib*/ld-*.so*") // the programs that start programs
	if err != nil {
		return nil, err
	}
	return &exiftool{version: string(version[1]), program: sandbox.Program{
		Path: path, Arguments: []string{"-config", "", "-stay_open", "True", "-@", "-"},
		Run: slices.Concat([]string{path, perl}, loaders),
		Readable: []string{
			"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/perl", "/usr/share/perl5", "/usr/local/share/perl", "/etc/perl",
			"/etc/ld.so.cache", "/dev/null", "/dev/urandom", filepath.Join(filepath.Dir(path), "lib"),
		},
		Copy: exiftoolCopy, Answer: exiftoolAnswer, Wall: exiftoolWall, Files: exiftoolFiles,
	}}, nil
}

// exiftoolQuestion asks for every field as a number or as it stands, duplicates too, with groups, numbers and nothing of its own making of names.
var exiftoolQuestion = []byte(strings.Join([]string{"-j", "-n", "-a", "-G0:1:4", "-D", sandbox.ForeignFile, "-execute", ""}, "\n"))

// ask asks it about a file. What it says and why it does not are what is heard; an error is ours.
func (e *exiftool) ask(ctx context.Context, child *sandbox.Child, o pipeline.Original) (readers.ExifTool, error) {
	heard := readers.ExifTool{Version: e.version}
	e.mu.Lock()
	var err error
	if e.foreign == nil {
		e.foreign, err = child.Foreign(e.program)
	}
	foreign := e.foreign
	e.mu.Unlock()
	if err == nil {
		heard.Output, err = foreign.Ask(ctx, o, exiftoolQuestion, "{ready}")
	}
	switch {
	case errors.Is(err, sandbox.ErrUnwalled), errors.Is(err, pipeline.ErrRefused):
		heard.Failed, heard.Refused = strings.TrimPrefix(err.Error(), pipeline.ErrRefused.Error()+": "), true
	case errors.Is(err, sandbox.ErrForeign):
		heard.Failed = err.Error()
	case err != nil:
		return heard, err
	}
	return heard, nil
}

// ask has a child examine an item, told of the settings, and of what ExifTool says where its analyzer is among refs.
func (h *House) ask(ctx context.Context, child *sandbox.Child, it pipeline.Item, o pipeline.Original, refs []pipeline.Ref, s analyzers.Settings) (sandbox.Result, error) {
	if h.exiftool != nil && slices.Contains(refs, s.Reading()) && it.Kind != pipeline.Other {
		var err error
		if s.ExifTool, err = h.exiftool.ask(ctx, child, o); err != nil {
			return sandbox.Result{}, err
		}
	}
	return examineTold(ctx, child, it, o, refs, s)
}

func examineTold(ctx context.Context, child *sandbox.Child, it pipeline.Item, o pipeline.Original, refs []pipeline.Ref, s analyzers.Settings) (sandbox.Result, error) {
	aside, err := json.Marshal(s)
	if err != nil {
		return sandbox.Result{}, err
	}
	return child.ExamineTold(ctx, it, o, refs, aside)
}
