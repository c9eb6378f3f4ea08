//go:build libav

package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"dokaz/fixtures/stock"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

// refusals are hazards of the hostile set and a part of the words in which some report must tell of them.
var refusals = map[string]string{
	"30,000 × 30,000 PNG":      "pixels 900,000,000 over",
	"TIFF that asks for 25 GB": "goexif not run",
	"playlist named .mp4":      "hls",
	"concat script named .mp4": "ffconcat",
	"JPEG that claims 65,535²": "pixels 4,294,836,225 over",
	"IFD cycle":                "cycle",
	"archive of zeros":         "archive ratio",
}

// TestHostileFilesAreReported runs the hostile set: every file ends as a valid report, what wants something
// opened, fetched or allocated is refused in words, and nobody knocks at the canary's door.
func TestHostileFilesAreReported(t *testing.T) {
	t.Parallel()
	url, knocks := canary(t)
	made, err := stock.Make(t.Context(), stock.Order{Out: filepath.Join(t.TempDir(), "hostile"), Set: "hostile", CanaryURL: url})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "case")
	finish(t, "run", made.Dir, "--all", "--hidden", "--case", dir)
	c, err := catalog.Open(t.Context(), filepath.Join(dir, "catalog.db"), catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	schema := reportSchema(t)
	var said strings.Builder
	items := 0
	err = c.Each(t.Context(), func(l catalog.Line) error {
		items++
		at := filepath.Join(dir, "reports", l.Item.Digest.Hex())
		validReport(t, schema, at)
		for _, o := range outcomes(t, at) {
			said.WriteString(string(o.Status) + ": " + o.Reason + "\n")
		}
		if l.Quarantined {
			t.Logf("quarantined: %q: %v", l.Name, l.Failed)
		}
		return nil
	})
	if err != nil || items < 20 {
		t.Fatalf("%d items, %v", items, err)
	}
	for hazard, words := range refusals {
		if !strings.Contains(said.String(), words) {
			t.Errorf("%s: no report says %q", hazard, words)
		}
	}
	if n := knocks(); n > 0 {
		t.Errorf("the canary was called %d times", n)
	}
}

func outcomes(t *testing.T, dir string) []pipeline.Outcome {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Error(err)
		return nil
	}
	var r struct {
		Core struct {
			Outcomes []pipeline.Outcome `json:"outcomes"`
		} `json:"core"`
	}
	if err := json.Unmarshal(b, &r); err != nil {
		t.Error(err)
	}
	return r.Core.Outcomes
}

// canary listens where the hostile files point, and counts who comes.
func canary(t *testing.T) (url string, knocks func() int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + l.Addr().String(), counting(t, l)
}

// canaryAt listens at one address.
func canaryAt(t *testing.T, address string) (knocks func() int64) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return counting(t, l)
}

// counting tells how many have come until it is called. It comes itself, from an address of the loopback that nobody else uses: those
// ahead of it in the line are counted once it is.
func counting(t *testing.T, l net.Listener) (knocks func() int64) {
	var n atomic.Int64
	own := make(chan struct{}, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if strings.HasPrefix(c.RemoteAddr().String(), ownAddress+":") {
				own <- struct{}{}
			} else {
				n.Add(1)
			}
			_ = c.Close() // it says nothing
		}
	}()
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ownAddress)}}
	return func() int64 {
		c, err := from.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatalf("the canary does not hear: %v", err)
		}
		<-own
		_ = c.Close()
		return n.Load()
	}
}

// ownAddress is where a canary calls itself from.
const ownAddress = "127.0.0.2"
