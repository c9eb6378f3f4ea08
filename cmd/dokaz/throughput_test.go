package main

import (
	"fmt"
	"os"
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

// TestChaosFullThroughput measures a run over 1,000 photos of 2 to 12 megapixels: how much of the processors it
// uses, and which part of that is not examining. It sets no bar on time itself, only on the two ratios.
func TestChaosFullThroughput(t *testing.T) {
	if !*chaos {
		t.Skip("SKIPPED: measures for minutes; run it with make chaos")
	}
	made, err := stock.Make(t.Context(), stock.Order{Out: filepath.Join(t.TempDir(), "bulk"), Set: "bulk", N: 1000, MinMP: 2, MaxMP: 12})
	if err != nil {
		t.Fatal(err)
	}
	c, said := dokaz(t.Context(), "run", made.Dir, "--case", filepath.Join(t.TempDir(), "case"))
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
	cores := (last.self + last.children).Seconds() / took.Seconds()
	share := last.self.Seconds() / (last.self + last.children).Seconds()
	t.Logf("1,000 photos of 2–12 MP, %.1f GB: %.0f s wall, %.1f photos/s, %.2f cores; examining children %.0f s of CPU, everything else (receiving, hashing, catalog, queue, comparing, reports) %.0f s = %.1f %%",
		float64(made.Bytes)/1e9, took.Seconds(), 1000/took.Seconds(), cores, last.children.Seconds(), last.self.Seconds(), 100*share)
	if cores < 1.7 {
		t.Errorf("%.2f cores used of 2: less than 1.7", cores)
	}
	if share > 0.25 {
		t.Errorf("%.1f %% of CPU time is not examining: more than 25 %%", 100*share)
	}
}
