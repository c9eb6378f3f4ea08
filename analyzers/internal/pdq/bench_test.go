package pdq

import (
	"fmt"
	"testing"
)

func BenchmarkHash(b *testing.B) {
	for _, size := range [][2]int{{64, 64}, {512, 288}, {512, 512}, {1024, 768}, {1600, 1004}, {4000, 3000}} {
		w, h := size[0], size[1]
		b.Run(fmt.Sprintf("%dx%d", w, h), func(b *testing.B) {
			luma := make([]float32, w*h)
			for i := range luma {
				luma[i] = float32((i%w*7 + i/w*13) % 256)
			}
			b.SetBytes(int64(w * h))
			for b.Loop() {
				if _, _, err := Hash(luma, w, h); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
