//go:build libav

package main

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dokaz/fixtures"
	"dokaz/pipeline"
)

var tusClient = flag.String("tus", "", "folder with a node_modules that holds tus-js-client")

// TestTusClient has the standard client of the protocol send a file in pieces, give up in the middle and go on.
func TestTusClient(t *testing.T) {
	t.Parallel()
	if *tusClient == "" {
		t.Skip("SKIPPED: the standard tus client is of npm; run it with make tus")
	}
	file := filepath.Join(fixtures.Dir(t, "test"), "compilation.mp4")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) < 200_000 {
		t.Fatalf("%s has %d bytes: too few for pieces", file, len(b))
	}
	d := pipeline.DigestOf(b)
	metadata, err := json.Marshal(map[string]string{"filename": "compilation.mp4", "claims": `{"source":"tus-js-client"}`, "sha256": d.Hex()})
	if err != nil {
		t.Fatal(err)
	}
	s := startServing(t, filepath.Join(t.TempDir(), "case"))
	c := exec.CommandContext(t.Context(), "node", "testdata/tus.js", s.address, s.token("intake:write"), file, string(metadata))
	c.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(*tusClient, "node_modules"))
	out, err := c.CombinedOutput()
	if got := strings.Fields(string(out)); err != nil || len(got) != 2 || got[0] != d.String() || got[1] != "404" {
		t.Errorf("%v\n%s", err, out)
	}
	s.stop()
}
