//go:build libav

package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dokaz/fixtures/stock"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

var (
	load      = flag.Bool("load", false, "run the load test of the intake API; long")
	loadItems = flag.Int("load-items", 2000, "items that the load test hands over")
	loadPace  = flag.Duration("load-pace", time.Second, "how long a client of the load test rests after each item")
)

// What the load is: bar 1 of the intake API.
const (
	loadClients = 20
	loadCut     = 0.05 // of all connections
	loadSize    = 2 << 20
	loadP99     = 300 * time.Millisecond
	loadMemory  = 300 << 20
)

// padded makes a JPEG about 2 MB large by segments that decoders pass over (ITU-T T.81 §B.2.4.6), behind its first marker.
func padded(jpeg []byte) []byte {
	const most = 65533
	out := bytes.NewBuffer(slices.Clone(jpeg[:2]))
	for left := loadSize - len(jpeg); left > 4; {
		n := min(left-4, most)
		out.Write([]byte{0xff, 0xef})
		_ = binary.Write(out, binary.BigEndian, uint16(n+2)) // a bytes.Buffer never fails
		out.Write(make([]byte, n))
		left -= n + 4
	}
	out.Write(jpeg[2:])
	return out.Bytes()
}

// cutConn is a connection that breaks after so many bytes were sent.
type cutConn struct {
	net.Conn
	left int
}

var errCut = errors.New("cut")

func (c *cutConn) Write(b []byte) (int, error) {
	if len(b) < c.left {
		c.left -= len(b)
		return c.Conn.Write(b)
	}
	_, _ = c.Conn.Write(b[:c.left])
	return 0, errors.Join(errCut, c.Close())
}

// cutting is a client whose one connection breaks inside the request.
func cutting(after int) *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		return &cutConn{c, after}, err
	}}}
}

// loading is one run of the load.
type loading struct {
	t      *testing.T
	server *serving
	token  string
	files  []string
	next   atomic.Int64
	mu     sync.Mutex
	took   []time.Duration // of requests that were not cut
	acked  []pipeline.Digest
	cuts   int
}

// client hands files over until there are none left.
func (l *loading) client(seed uint64) error {
	dice := rand.New(rand.NewPCG(seed, 1))
	plain := &http.Client{Transport: &http.Transport{}}
	for {
		i := int(l.next.Add(1)) - 1
		if i >= len(l.files) {
			return nil
		}
		b, err := os.ReadFile(l.files[i])
		if err != nil {
			return err
		}
		if err := l.give(dice, plain, filepath.Base(l.files[i]), padded(b)); err != nil {
			return err
		}
		time.Sleep(*loadPace) // the load's own, not a wait for something
	}
}

// give hands one file over, again and again until it is acknowledged.
func (l *loading) give(dice *rand.Rand, plain *http.Client, name string, file []byte) error {
	body, header, err := formOf(name, file)
	if err != nil {
		return err
	}
	for range 100 {
		c, cut := plain, dice.Float64() < loadCut
		if cut {
			c = cutting(dice.IntN(len(body)))
		}
		began := time.Now()
		status, err := l.post(c, body, header)
		took := time.Since(began)
		switch {
		case cut && err != nil:
			l.mu.Lock()
			l.cuts++
			l.mu.Unlock()
		case err != nil:
			return err
		case status == http.StatusTooManyRequests:
			time.Sleep(time.Second) // as Retry-After says
		case status != http.StatusAccepted && status != http.StatusOK:
			return fmt.Errorf("%s: answered %d", name, status)
		default:
			l.mu.Lock()
			l.took, l.acked = append(l.took, took), append(l.acked, pipeline.DigestOf(file))
			l.mu.Unlock()
			return nil
		}
	}
	return fmt.Errorf("%s was never acknowledged", name)
}

func (l *loading) post(c *http.Client, body []byte, header map[string]string) (int, error) {
	r, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, l.server.address+"/v1/items", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+l.token)
	r.Header.Set("Content-Type", header["Content-Type"])
	a, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	return a.StatusCode, errors.Join(json.NewDecoder(a.Body).Decode(&struct{}{}), a.Body.Close())
}

// highWater reads the most memory that a process ever had, bytes (proc(5), VmHWM).
func highWater(t *testing.T, pid int) int64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if text, is := strings.CutPrefix(line, "VmHWM:"); is {
			n, err := strconv.ParseInt(strings.Fields(text)[0], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n << 10
		}
	}
	t.Fatal("no VmHWM")
	return 0
}

// TestLoadFull hands 2,000 items over by 20 clients while workers run, with 5 % of the connections cut at random bytes.
func TestLoadFull(t *testing.T) {
	if !*load {
		t.Skip("SKIPPED: measures for minutes; run it with make load")
	}
	dir := t.TempDir()
	made, err := stock.Make(t.Context(), stock.Order{Out: filepath.Join(dir, "bulk"), Set: "bulk", N: *loadItems})
	if err != nil {
		t.Fatal(err)
	}
	l := &loading{t: t}
	if l.files, err = filepath.Glob(filepath.Join(made.Dir, "*.jpg")); err != nil || len(l.files) < *loadItems*9/10 {
		t.Fatalf("%d files, %v", len(l.files), err)
	}
	l.server = startServing(t, filepath.Join(dir, "case"))
	l.token = l.server.token("intake:write", "report:read")
	began := time.Now()
	var clients sync.WaitGroup
	for i := range loadClients {
		clients.Go(func() {
			if err := l.client(uint64(i)); err != nil {
				t.Error(err)
			}
		})
	}
	clients.Wait()
	used, err := usageOf(l.server.process.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(l.took)
	at := func(p float64) time.Duration { return l.took[int(p*float64(len(l.took)-1))].Round(time.Millisecond) }
	t.Logf("%d items of 2 MiB by %d clients, %v of rest after each: given in %v; %d connections cut; accepting took p50 %v, p95 %v, p99 %v, most %v; serve itself used %.1f s of CPU meanwhile",
		len(l.acked), loadClients, *loadPace, time.Since(began).Round(time.Second), l.cuts, at(.5), at(.95), at(.99), at(1), used.self.Seconds())
	l.settle()
	memory := highWater(t, l.server.process.Process.Pid)
	l.server.stop()
	l.check()
	t.Logf("all reported after %v; memory of serve at most %d MiB", time.Since(began).Round(time.Second), memory>>20)
	if at(.99) > loadP99 {
		t.Errorf("p99 of accepting is %v: more than %v", at(.99), loadP99)
	}
	if memory > loadMemory {
		t.Errorf("serve had %d MiB: more than %d", memory>>20, loadMemory>>20)
	}
}

// settle waits until every acknowledged item is reported.
func (l *loading) settle() {
	for _, d := range l.acked {
		for {
			a, b, err := l.server.ask(l.t.Context(), http.MethodGet, "/v1/jobs/"+d.String()+"?wait=60s", l.token, nil, nil)
			if err != nil || a.StatusCode != http.StatusOK {
				l.t.Fatalf("%s: %v %s", d, err, b)
			}
			if bytes.Contains(b, []byte(`"state":"done"`)) {
				break
			}
		}
	}
}

// check holds the catalog against what was acknowledged: each item once, received once, examined once, with a report.
func (l *loading) check() {
	l.t.Helper()
	c, err := catalog.Open(l.t.Context(), filepath.Join(l.server.dir, "catalog.db"), catalog.Options{})
	if err != nil {
		l.t.Fatal(err)
	}
	defer c.Close()
	totals, err := c.Totals(l.t.Context())
	items := slices.Compact(slices.SortedFunc(slices.Values(l.acked), pipeline.Digest.Compare)) // the generator draws some pictures twice
	if err != nil || totals.Items != len(items) || totals.Receipts != len(l.acked) || totals.Reported != len(items) {
		l.t.Errorf("%d acknowledged, %d items; %+v, %v", len(l.acked), len(items), totals, err)
	}
	l.t.Logf("%d items, %d receipts, %d revisions, %d matches", totals.Items, totals.Receipts, totals.Revisions, totals.Matches)
	for _, d := range items {
		es, err := c.Custody(l.t.Context(), d)
		if err != nil {
			l.t.Fatal(err)
		}
		acts := map[pipeline.Act]int{}
		for _, e := range es {
			acts[e.Act]++
		}
		if acts[pipeline.ActReceived] < 1 || acts[pipeline.ActExamined] != 1 || acts[pipeline.ActReported] < 1 {
			l.t.Errorf("%s: %v", d, acts)
		}
		rs, err := c.Revisions(l.t.Context(), d)
		if err != nil {
			l.t.Fatal(err)
		}
		for i, r := range rs { // a further revision only where something changed
			if i > 0 && r.Core == rs[i-1].Core {
				l.t.Errorf("%s: revisions %d and %d say the same", d, i, i+1)
			}
		}
		if o, err := os.Stat(filepath.Join(l.server.dir, "vault", d.Hex()[:2], d.Hex())); err != nil || o.Size() == 0 {
			l.t.Errorf("%s: %v", d, err)
		}
	}
}
