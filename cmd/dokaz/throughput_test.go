package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dokaz/fixtures/stock"
)

// spent is the processor time of a process and of the children it has waited for.
type spent struct{ self, children time.Duration }

// usageOf reads /proc/PID/stat (proc(5)): fields 14 to 17 in clock ticks of 10 ms.
func usageOf(pid int) (spent, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return spent{}, err
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	var ticks [4]int64
	for i := range ticks {
		if ticks[i], err = strconv.ParseInt(fields[11+i], 10, 64); err != nil {
			return spent{}, err
		}
	}
	const tick = 10 * time.Millisecond
	return spent{time.Duration(ticks[0]+ticks[1]) * tick, time.Duration(ticks[2]+ticks[3]) * tick}, nil
}

// bookkeeping fits the functions of catalog, queue and report in a CPU profile of the parent.
const bookkeeping = `pipeline/catalog\.|modernc.org/sqlite|miniredis|go-redis|sendDue|wire\.reporting|wire\.publishing`

// accounted asks pprof for the CPU time of all stacks that a pattern fits.
func accounted(t *testing.T, profile, pattern string) time.Duration {
	t.Helper()
	out, err := exec.Command("go", "tool", "pprof", "-top", "-nodecount=100000", "-nodefraction=0", "-focus="+pattern, os.Args[0], profile).Output()
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(out), "Showing nodes accounting for ")
	text, _, _ := strings.Cut(rest, ",")
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("pprof says %q: %v", out, err)
	}
	return d
}

// TestChaosFullThroughput measures a run over 1,000 photos of 2 to 12 megapixels: how much of the processors it
// uses, and which part of that goes to catalog, queue and report. It sets no bar on time itself, only on the two ratios.
func TestChaosFullThroughput(t *testing.T) {
	if !*chaos {
		t.Skip("SKIPPED: measures for minutes; run it with make chaos")
	}
	made, err := stock.Make(t.Context(), stock.Order{Out: filepath.Join(t.TempDir(), "bulk"), Set: "bulk", N: 1000, MinMP: 2, MaxMP: 12})
	if err != nil {
		t.Fatal(err)
	}
	profile := filepath.Join(t.TempDir(), "cpu.prof")
	c, said := dokaz(t.Context(), "run", made.Dir, "--case", filepath.Join(t.TempDir(), "case"), "--cpuprofile", profile)
	began := time.Now()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	var last spent
	var took time.Duration
	for running := true; running; {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			running = false
		case <-time.After(20 * time.Millisecond):
			if u, err := usageOf(c.Process.Pid); err == nil {
				last, took = u, time.Since(began)
			}
		}
	}
	total := last.self + last.children
	books := accounted(t, profile, bookkeeping)
	cores := total.Seconds() / took.Seconds()
	share := books.Seconds() / total.Seconds()
	t.Logf("1,000 photos of 2–12 MP, %.1f GB: %.0f s wall, %.1f photos/s, %.2f cores; %.0f s of CPU in examining children, %.0f s in the parent, "+
		"%.0f s of them for catalog, queue and report: %.1f %% of all", float64(made.Bytes)/1e9, took.Seconds(), 1000/took.Seconds(), cores,
		last.children.Seconds(), last.self.Seconds(), books.Seconds(), 100*share)
	if cores < 1.7 {
		t.Errorf("%.2f cores used of 2: less than 1.7", cores)
	}
	if share > 0.25 {
		t.Errorf("catalog, queue and report take %.1f %% of CPU time: more than 25 %%", 100*share)
	}
}
