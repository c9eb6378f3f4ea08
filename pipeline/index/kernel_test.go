package index

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

const strewnRows = 1024

// strewn returns a block whose first rows are hashes at all distances from q, many of them about radius.
func strewn(r *rand.Rand, q folded, radius int) *block {
	b := new(block)
	order := r.Perm(256)
	for row := range strewnRows {
		h := q.plain()
		flips := r.IntN(257)
		if r.IntN(2) == 0 {
			flips = min(max(radius-2+r.IntN(5), 0), 256)
		}
		for i := range flips {
			j := i + r.IntN(256-i)
			order[i], order[j] = order[j], order[i]
			h[order[i]/64] ^= 1 << (order[i] % 64)
		}
		b.set(row, folded{h[0], h[1] ^ h[2] ^ h[3], h[2], h[3]})
	}
	return b
}

// All kernels mark what plain Go marks; that is held against a hash's own Distance elsewhere.
func same(t interface{ Fatalf(string, ...any) }, b *block, lo, n int, q folded, radius int) {
	var sieved, measured marks
	anySieved := sievePlain(b, lo, n, &q, radius, &sieved)
	anyMeasured := measurePlain(b, lo, n, &q, radius, &measured)
	for _, k := range kernels {
		var m marks
		if found := k.sieve(b, lo, n, &q, radius, &m); found != anySieved || m != sieved {
			t.Fatalf("%s sieves rows %d+%d, radius %d: %v %x, not %v %x", k.name, lo, n, radius, found, m, anySieved, sieved)
		}
		m = marks{}
		if found := k.measure(b, lo, n, &q, radius, &m); found != anyMeasured || m != measured {
			t.Fatalf("%s measures rows %d+%d, radius %d: %v %x, not %v %x", k.name, lo, n, radius, found, m, anyMeasured, measured)
		}
	}
}

func TestKernelsAgree(t *testing.T) {
	t.Parallel()
	for _, k := range kernels {
		t.Log(k.name)
	}
	rapid.Check(t, func(t *rapid.T) {
		radius := rapid.IntRange(-1, 257).Draw(t, "radius")
		q := fold(hashes.Draw(t, "query"))
		b := strewn(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)), q, radius)
		for range 20 {
			lo := 64 * rapid.IntRange(0, (strewnRows-sliceRows)/64).Draw(t, "first row")
			same(t, b, lo, rapid.IntRange(0, sliceRows).Draw(t, "rows"), q, radius)
		}
	})
}

// Plain Go is held against what the words say: marks are the rows within the radius, and no others.
func TestPlainKernelByHand(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		radius := rapid.IntRange(-1, 257).Draw(t, "radius")
		h := hashes.Draw(t, "query")
		b := strewn(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)), fold(h), radius)
		var sieved, measured marks
		q := fold(h)
		sievePlain(b, 0, sliceRows, &q, radius, &sieved)
		measurePlain(b, 0, sliceRows, &q, radius, &measured)
		for row := range sliceRows {
			d := unfold(b.row(row)).Distance(h)
			near := measured[row/64]>>(row%64)&1 != 0
			passed := sieved[row/64]>>(row%64)&1 != 0
			if near != (d <= radius) || near && !passed {
				t.Fatalf("row %d at %d: near %v, passed %v", row, d, near, passed)
			}
		}
	})
}

func FuzzKernels(f *testing.F) {
	f.Add([]byte("hashes of 32 bytes each, of which the first one is the question"), 31, uint8(0), uint16(512))
	f.Add(make([]byte, 33*32), 0, uint8(1), uint16(33))
	f.Fuzz(func(t *testing.T, data []byte, radius int, lo uint8, n uint16) {
		var q folded
		b := new(block)
		if len(data) == 0 || radius < -1 || radius > 1000 {
			return
		}
		for row := range blockRows { // the bytes over and over, shifted a little each time
			var word [8]byte
			var h folded
			for w := range h {
				for i := range word {
					word[i] = data[(row*33+8*w+i)%len(data)]
				}
				h[w] = binary.LittleEndian.Uint64(word[:])
			}
			if b.set(row, h); row == 0 {
				q = h
			}
		}
		same(t, b, int(lo)*64%(blockRows-sliceRows+1), int(n)%(sliceRows+1), q, radius)
	})
}
