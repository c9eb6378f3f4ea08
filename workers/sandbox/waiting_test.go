package sandbox

import (
	"slices"
	"testing"
	"time"
)

// BenchmarkWaiting tells how long an item waits for a child that was started ahead: the time of an examination that does nothing,
// begun after the spare had as long as a photo takes to decode. It reports the median and the worst of twenty.
func BenchmarkWaiting(b *testing.B) {
	c := newChild(b, Options{Limits: Limits{AddressSpace: testSpace}, Spares: 1, Unsafe: true})
	it, o := inMemory("x")
	c.Warm()
	var all []time.Duration
	for b.Loop() {
		time.Sleep(100 * time.Millisecond) // a photo's decoding
		began := time.Now()
		if _, err := c.Examine(b.Context(), it, o, refsOf("one")); err != nil {
			b.Fatal(err)
		}
		all = append(all, time.Since(began))
	}
	if err := c.Close(); err != nil {
		b.Fatal(err)
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "median-ms")
	b.ReportMetric(float64(all[len(all)*19/20].Microseconds())/1000, "of-twenty-ms")
}
