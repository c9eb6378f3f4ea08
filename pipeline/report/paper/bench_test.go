package paper

import (
	"bytes"
	"testing"
)

func BenchmarkPDF(b *testing.B) {
	r, doc := sample(b, "photo")
	for b.Loop() {
		var out bytes.Buffer
		if err := PDF("be", &out, r, doc, pictured(), Options{}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(out.Len()), "bytes")
	}
}
