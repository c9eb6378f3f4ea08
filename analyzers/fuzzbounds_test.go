package analyzers

import (
	"bytes"
	"flag"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"testing"
	"time"

	"dokaz/pipeline"
)

// The bounds that every walker keeps, whatever the file.
const (
	mostTime   = 2 * time.Second
	mostMemory = 64 << 20 // bytes above the file's length
)

// held is an original in memory.
type held struct{ *bytes.Reader }

func (held) Close() error { return nil }

// walk lets readers examine a file that may be anything, and looks at what each says and what it takes.
func walk(t *testing.T, b []byte, by ...pipeline.Reader) {
	f, _ := pipeline.Sniff(b[:min(len(b), pipeline.SniffLength)])
	it := pipeline.Item{Size: int64(len(b)), Kind: f.Kind, Format: f.Name}
	for _, r := range by {
		if !examines(r.Spec(), it.Kind) && it.Kind != "" {
			continue
		}
		name := r.Spec().Name
		within(t, name, len(b), func() {
			_ = r.Read(t.Context(), it, held{bytes.NewReader(b)}, func(w pipeline.Where, f pipeline.Fact) {
				inside(t, name, w, f, int64(len(b)))
			})
		})
	}
}

// examines reports whether an analyzer is for items of a kind.
func examines(s pipeline.Spec, k pipeline.Kind) bool {
	for _, of := range s.Kinds {
		if of == k {
			return true
		}
	}
	return false
}

// inside fails where a statement lies outside the file or has no form in a report.
func inside(t *testing.T, by string, w pipeline.Where, f pipeline.Fact, size int64) {
	out := func(at, length int64) bool { return at < 0 || length < 0 || at > size || length > size-at }
	if w.Offset != nil && out(*w.Offset, w.Length) {
		t.Fatalf("%s: %d bytes at byte %d of %d: %+v", by, w.Length, *w.Offset, size, f)
	}
	if p, ok := f.(pipeline.Piece); ok {
		for _, v := range p.Fields {
			if out(v.Offset, v.Length) {
				t.Fatalf("%s: field %+v of %q outside the %d bytes", by, v, p.Name, size)
			}
		}
	}
	if _, err := pipeline.Canonical(f); err != nil {
		t.Fatalf("%s: %+v has no form in a report: %v", by, f, err)
	}
}

// within fails where do takes more than the bounds. What is allocated in all is counted first, which costs little; what is held at
// once is looked at only where that is more. Time counts while fuzzing alone, and as the shortest of three times: a machine with much else to do
// makes everything long.
func within(t *testing.T, by string, size int, do func()) {
	most := int64(mostMemory + size)
	before, began := read("/gc/heap/allocs:bytes"), time.Now()
	do()
	took, all := time.Since(began), read("/gc/heap/allocs:bytes")-before
	if all > most {
		if held := peak(do); held > most {
			t.Fatalf("%s: %d MiB held at once for %d bytes", by, held>>20, size)
		}
	}
	for i := 0; i < 2 && took > mostTime && fuzzing(); i++ {
		began = time.Now()
		do()
		took = min(took, time.Since(began))
	}
	if took > mostTime && fuzzing() {
		t.Fatalf("%s: %s for %d bytes", by, took, size)
	}
}

// fuzzing reports whether inputs are being looked for.
func fuzzing() bool {
	f := flag.Lookup("test.fuzzworker")
	return f != nil && f.Value.String() == "true"
}

// peak is how much more memory is in use at one time while do works, as far as looking again and again can see.
func peak(do func()) int64 {
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	const used = "/memory/classes/heap/objects:bytes"
	before := read(used)
	var most atomic.Int64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			most.Store(max(most.Load(), read(used)-before))
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	do()
	close(stop)
	<-stopped
	return most.Load()
}

// read gives one number of the runtime's.
func read(name string) int64 {
	s := []metrics.Sample{{Name: name}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64())
}
