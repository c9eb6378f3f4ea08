package index

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
)

// The peer is FAISS's IndexBinaryFlat, from Debian's python3-faiss. Both sides run on one thread and are timed by the
// processor's time, in one run; the peer's side is testdata/faiss_peer.py. Figures and machines: docs/measurements.

const (
	allRows    = 10_000 * 1024
	million    = 1 << 20
	peerRadius = 31
	perItem    = 16 // rows
)

// sample draws hashes, and queries that are hashes of the first million with 0 to 40 bits changed.
func sample(rows, queries int) (hashes, asked []pipeline.Hash256) {
	r := rand.New(rand.NewPCG(1, 2))
	hashes = make([]pipeline.Hash256, rows)
	for i := range hashes {
		hashes[i] = pipeline.Hash256{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
	}
	for range queries {
		asked = append(asked, stray(r, hashes[r.IntN(min(rows, million))], r.IntN(41)))
	}
	return hashes, asked
}

// holding returns an index of frames that scans only, perItem of them to an item, and the items.
func holding(tb testing.TB, hashes []pipeline.Hash256) (*Memory, []pipeline.Digest) {
	m := &Memory{large: 1 << 30}
	var items []pipeline.Digest
	for some := range slices.Chunk(hashes, perItem) {
		p := pipeline.Prints{Item: pipeline.DigestOf(fmt.Append(nil, len(items))), Footage: []pipeline.FrameHashes{{}}}
		for _, h := range some {
			p.Footage[0].Frames = append(p.Footage[0].Frames, pipeline.HashedFrame{Bits: h})
		}
		if err := m.Add(p); err != nil {
			tb.Fatal(err)
		}
		items = append(items, p.Item)
	}
	return m, items
}

// peer runs FAISS on the same hashes and returns what it prints.
func peer(b *testing.B, what string, hashes, queries []pipeline.Hash256) []byte {
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import faiss").Run(); err != nil {
		b.Skipf("NOT MEASURED: no FAISS here (apt-get install python3-faiss): %v", err)
	}
	dir := b.TempDir()
	for name, hs := range map[string][]pipeline.Hash256{"hashes": hashes, "queries": queries} {
		var out bytes.Buffer
		for _, h := range hs {
			for _, w := range h {
				out.Write(binary.BigEndian.AppendUint64(out.AvailableBuffer(), w))
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), out.Bytes(), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	c := exec.Command(python, "testdata/faiss_peer.py", dir, what)
	c.Env = append(os.Environ(), "OMP_NUM_THREADS=1")
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		b.Fatal(err)
	}
	return out
}

// BenchmarkPeerTimes is the search beside FAISS's: a batch of eight queries against ten million hashes, one query against a million.
func BenchmarkPeerTimes(b *testing.B) {
	hashes, queries := sample(allRows, 128)
	var theirs map[string]any
	if err := json.Unmarshal(peer(b, "times", hashes, queries), &theirs); err != nil {
		b.Fatal(err)
	}
	large, _ := holding(b, hashes)
	small, _ := holding(b, hashes[:million])
	batch := func(i int) []pipeline.Hash256 { return queries[8*i : 8*i+8] }
	one := func(i int) []pipeline.Hash256 { return queries[i : i+1] }
	for _, c := range []struct {
		name string
		rows int
		each int
		run  func(i int) error
	}{
		{"all_batch_range", allRows, 8, func(i int) error { _, err := large.NearFrames(batch(i), peerRadius); return err }},
		{"all_batch_nearest", allRows, 8, func(i int) error { _, err := large.NearestFrames(batch(i), 1); return err }},
		{"million_one_range", million, 1, func(i int) error { _, err := small.NearFrames(one(i), peerRadius); return err }},
		{"million_one_nearest", million, 1, func(i int) error { _, err := small.NearestFrames(one(i), 1); return err }},
		{"all_one_range", allRows, 1, func(i int) error { _, err := large.NearFrames(one(i), peerRadius); return err }},
	} {
		b.Run(c.name, func(b *testing.B) { against(b, theirs[c.name], c.rows*c.each, c.run) })
	}
	b.Run("all_one_range_by_parts", func(b *testing.B) {
		large.large = 0
		for large.segments[frames].made.Load() == nil || len(*large.segments[frames].made.Load()) < allRows/segmentRows {
			if _, err := large.NearFrames(queries[:1], peerRadius); err != nil {
				b.Fatal(err)
			}
		}
		against(b, theirs["all_one_range"], allRows, func(i int) error { _, err := large.NearFrames(one(i), peerRadius); return err })
	})
	b.Logf("FAISS %v, CPU seconds: %v; kernel %s", theirs["version"], theirs, kernels[0].name)
}

// against reports the median of our times, and how many times FAISS's are longer.
func against(b *testing.B, theirs any, compared int, run func(i int) error) {
	var ours time.Duration
	for b.Loop() {
		i := 0
		ours = median(7, func() {
			if err := run(i); err != nil {
				b.Fatal(err)
			}
			i++
		})
	}
	seconds, _ := theirs.(float64)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(ours.Microseconds())/1000, "ms")
	b.ReportMetric(seconds*1000, "FAISS-ms")
	b.ReportMetric(float64(compared)/float64(ours), "Gcmp/s")
	b.ReportMetric(seconds/ours.Seconds(), "times")
}

// BenchmarkPeerRecall asks 10,000 queries of a million hashes, and finds what FAISS finds and what going through all does: no
// more and no less.
func BenchmarkPeerRecall(b *testing.B) {
	hashes, queries := sample(million, 10_000)
	m, items := holding(b, hashes)
	lines := strings.Split(strings.TrimSuffix(string(peer(b, "recall", hashes, queries)), "\n"), "\n")
	if len(lines) != len(queries) {
		b.Fatalf("FAISS answers %d of %d queries", len(lines), len(queries))
	}
	for b.Loop() {
		found, equal := 0, 0
		for i, q := range queries {
			got, err := m.NearFrames(queries[i:i+1], peerRadius)
			if err != nil {
				b.Fatal(err)
			}
			var byHand, byPeer []pipeline.Digest
			for n, h := range hashes {
				if h.Distance(q) <= peerRadius {
					byHand = append(byHand, items[n/perItem])
				}
			}
			for field := range strings.FieldsSeq(lines[i]) {
				n, err := strconv.Atoi(field)
				if err != nil {
					b.Fatal(err)
				}
				byPeer = append(byPeer, items[n/perItem])
			}
			found += len(unique(byHand))
			if slices.Equal(got, unique(byHand)) && slices.Equal(got, unique(byPeer)) {
				equal++
			}
		}
		if equal != len(queries) {
			b.Errorf("%d of %d answers are equal", equal, len(queries))
		}
		b.ReportMetric(float64(equal)/float64(len(queries)), "recall")
		b.ReportMetric(float64(found), "found")
	}
}

func unique(items []pipeline.Digest) []pipeline.Digest {
	slices.SortFunc(items, pipeline.Digest.Compare)
	return slices.Compact(items)
}
