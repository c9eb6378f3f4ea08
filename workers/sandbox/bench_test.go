package sandbox

import (
	"strings"
	"syscall"
	"testing"
)

// BenchmarkExamine tells what each wall costs: in time, and in processor time of this process and its children.
func BenchmarkExamine(b *testing.B) {
	for _, without := range [][]string{nil, {layerNamespaces}, {layerLandlock, layerSeccomp}, Removable()} {
		for name, spares := range map[string]int{"anew": -1, "spare": 1} {
			b.Run(name+"/without="+strings.Join(without, ","), func(b *testing.B) {
				c := newChild(b, Options{Limits: Limits{AddressSpace: testSpace}, Spares: spares, Without: without, Unsafe: true})
				it, o := inMemory("x")
				before := spent(b)
				for b.Loop() {
					if _, err := c.Examine(b.Context(), it, o, refsOf("one")); err != nil {
						b.Fatal(err)
					}
				}
				if err := c.Close(); err != nil { // what a nursery's children used counts with its end
					b.Fatal(err)
				}
				b.ReportMetric((spent(b)-before)/float64(b.N), "cpu-ms/op")
			})
		}
	}
}

// spent is the processor time of this process and of its children that have ended, in milliseconds.
func spent(b *testing.B) float64 {
	b.Helper()
	var out float64
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			b.Fatal(err)
		}
		out += float64(u.Utime.Nano()+u.Stime.Nano()) / 1e6
	}
	return out
}
