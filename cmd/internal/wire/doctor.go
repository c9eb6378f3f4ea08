package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dokaz/analyzers"
	"dokaz/pipeline"
	"dokaz/workers"
	"dokaz/workers/sandbox"

	"golang.org/x/sys/unix"
)

// Check is one thing the job needs.
type Check struct {
	Name   string `json:"name"`
	State  string `json:"state"` // "ok", "warning", "missing"
	Detail string `json:"detail"`
	Mend   string `json:"mend,omitempty"` // the command that mends it
}

// diskWarning is how much room a case should find, in bytes.
const diskWarning = 2 << 30

// Examine looks at everything the job needs, and at the walls round the child.
func Examine(ctx context.Context, c Config) ([]Check, []pipeline.Layer) {
	settings, _, err := settingsOf(c)
	checks := []Check{decoder(c.Limits), secondReader(settings, err), room(c.Case), writable(c.Case), clock(), queue(ctx, c.Redis)}
	child, layers := childWorks(ctx, c, settings)
	return append(checks, child), layers
}

// decoder says whether videos can be decoded in this build.
func decoder(l pipeline.Limits) Check {
	k := Check{Name: "video decoder", State: "ok"}
	for _, s := range Specs(l) {
		if s.Name != "container" {
			continue
		}
		k.Detail = s.Parameters
		if strings.Contains(s.Parameters, "no decoder") {
			k.State, k.Mend = "missing", "make build (builds with the tag libav)"
		}
	}
	return k
}

// secondReader says which ExifTool is asked besides, which nothing depends on, and which trust list is used.
func secondReader(s analyzers.Settings, err error) Check {
	if err != nil {
		return Check{"second readers", "warning", err.Error(), "mend the settings exiftool and trust"}
	}
	return Check{"second readers", "ok", s.ExifTool.String(), ""}
}

// existing returns the nearest folder that exists at or above path.
func existing(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return "."
	}
	for {
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			return path
		}
		path = filepath.Dir(path)
	}
}

func room(dir string) Check {
	var s unix.Statfs_t
	if err := unix.Statfs(existing(dir), &s); err != nil {
		return Check{"disk room", "warning", err.Error(), ""}
	}
	free := int64(s.Bavail) * s.Bsize
	k := Check{"disk room", "ok", fmt.Sprintf("%.1f GB free where the case lies", float64(free)/1e9), ""}
	if free < diskWarning {
		k.State, k.Mend = "warning", "make room, or put the case elsewhere with --case: originals are kept whole"
	}
	return k
}

func writable(dir string) Check {
	at := existing(dir)
	if err := unix.Access(at, unix.W_OK|unix.X_OK); err != nil {
		return Check{"case folder", "missing", at + " cannot be written: " + err.Error(), "chmod u+wx " + at + ", or name another folder with --case"}
	}
	return Check{"case folder", "ok", at + " can be written", ""}
}

// clock warns of a clock that was never set: custody entries carry its time.
func clock() Check {
	now := time.Now()
	k := Check{"clock", "ok", now.UTC().Format(time.RFC3339) + " UTC", ""}
	if now.Year() < 2026 {
		k.State, k.Mend = "warning", "set the clock: custody entries carry its time"
	}
	return k
}

func queue(ctx context.Context, redis string) Check {
	if redis == "" {
		return Check{"queue", "ok", "inside this process", ""}
	}
	version, err := workers.Ping(ctx, redis)
	if err != nil {
		return Check{"queue", "missing", err.Error(), "apt-get install redis-server and start it, or leave --redis away"}
	}
	return Check{"queue", "ok", "Redis " + version, ""}
}

// childWorks examines a tiny picture in a child, as a file would be.
func childWorks(ctx context.Context, c Config, s analyzers.Settings) (Check, []pipeline.Layer) {
	k := Check{Name: "examining child", State: "missing", Mend: "the isolation below says what this machine lacks, and docs/isolation.md what gives it back"}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		k.Detail = err.Error()
		return k, nil
	}
	child, err := sandbox.New(childOptions(c))
	if err != nil {
		var few sandbox.UnwalledError
		errors.As(err, &few)
		k.Detail = err.Error()
		return k, few.Layers
	}
	it := pipeline.Item{Digest: pipeline.DigestOf(b.Bytes()), Size: int64(b.Len()), Kind: pipeline.Photo, Format: "png"}
	began := time.Now()
	got, err := examineTold(ctx, child, it, inMemory{bytes.NewReader(b.Bytes())}, refsOf(c.Limits, s), s)
	layers := child.Layers()
	if err = errors.Join(err, child.Close()); err != nil {
		k.Detail = err.Error()
		return k, layers
	}
	for _, o := range got.Examination.Outcomes {
		if o.Status == pipeline.Failed {
			k.Detail = o.By.Analyzer + ": " + o.Reason
			return k, layers
		}
	}
	k = Check{k.Name, "ok", fmt.Sprintf("answered in %d ms", time.Since(began).Milliseconds()), ""}
	if c.Child.Unsafe {
		k.State, k.Mend = "warning", "leave --unsafe-no-sandbox away: files are examined whatever walls are missing"
	}
	return k, layers
}

// inMemory is an original that lies in memory.
type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }
