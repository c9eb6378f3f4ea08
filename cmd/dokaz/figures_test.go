package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var figuresTo = flag.String("figures", "", "write what long tests measure as JSON into this folder")

// figures prints what was measured, and writes it as JSON to the folder named by -figures.
func figures(t *testing.T, name string, seen map[string]any) {
	t.Helper()
	seen["load average"] = loadAverage()
	b, err := json.MarshalIndent(seen, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %s", name, b)
	if *figuresTo == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*figuresTo, name+".json"), append(b, '\n'), 0o644); err != nil {
		t.Error(err)
	}
}

func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return string(bytes.Join(bytes.Fields(b)[:3], []byte(" ")))
}
