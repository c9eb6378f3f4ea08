package orb

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"go/format"
	"math"
	"math/bits"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

var learn = flag.Bool("learn", false, "choose the tests anew and write tests.go; a minute")

// TestLearn chooses the tests as ORB's authors did, greedily among many at random, but on dead leaves instead of photographs, so that
// anybody can do it again, and with regard to how often a test changes its answer when the patch is shaken a little.
func TestLearn(t *testing.T) {
	if !*learn {
		t.Skip("the table stands in tests.go; choose it anew with -learn")
	}
	r := rand.New(rand.NewPCG(1, 2))
	var ps []patch
	for seed := range uint64(36) {
		ps = append(ps, patches(leaves(learnSide, learnSide*3/4, seed), r)...)
	}
	pool := make([]candidate, 8000)
	for i := range pool {
		pool[i] = tried(random(r), ps)
	}
	chosen := uncorrelated(pool, len(ps))
	if len(chosen) != 128 {
		t.Fatalf("%d tests", len(chosen))
	}
	if err := os.WriteFile("tests.go", source(forWords(chosen, len(ps))), 0o644); err != nil {
		t.Fatal(err)
	}
}

// learnSide is the longer side of the pictures learnt from.
const learnSide = 512

const patchSide = 2*radius + 1

// patch is what a feature's surroundings look like from its direction, and from a direction, a size and a place a little off, with noise.
type patch struct{ still, shaken [patchSide * patchSide]uint16 }

func (p *patch) mirrored() (m patch) {
	for v := range patchSide {
		copy(m.still[v*patchSide:][:patchSide], p.still[(patchSide-1-v)*patchSide:])
		copy(m.shaken[v*patchSide:][:patchSide], p.shaken[(patchSide-1-v)*patchSide:])
	}
	return m
}

// patches are those of a picture's features, and the same mirrored.
func patches(luma []float32, r *rand.Rand) (out []patch) {
	ls, cs := newRoom(kernels[0]).chosen(luma, learnSide, learnSide*3/4, 300)
	for _, c := range cs {
		p := ls[c.level].smooth
		turn := 2 * math.Pi * float64(direction(p, c.x, c.y)) / turns
		x, y := float64(c.x), float64(c.y)
		var q patch
		for i := range q.still {
			u, v := float64(i%patchSide-radius), float64(i/patchSide-radius)
			q.still[i] = seen(p, x, y, u, v, turn)
		}
		turn += 0.06 * r.NormFloat64()
		zoom := math.Exp(0.06 * r.NormFloat64())
		x, y = x+0.7*r.NormFloat64(), y+0.7*r.NormFloat64()
		for i := range q.shaken {
			u, v := float64(i%patchSide-radius), float64(i/patchSide-radius)
			q.shaken[i] = uint16(max(0, float64(seen(p, x, y, u*zoom, v*zoom, turn))+step*r.NormFloat64()))
		}
		out = append(out, q, q.mirrored())
	}
	return out
}

// seen is the pixel of p nearest to a place of the patch around (x,y).
func seen(p *plane, x, y, u, v, turn float64) uint16 {
	sin, cos := math.Sincos(turn)
	i := int(math.Round(x + u*cos - v*sin))
	j := int(math.Round(y + u*sin + v*cos))
	return p.pix[p.at(min(max(i, -margin), p.w+margin-1), min(max(j, -margin), p.h+margin-1))]
}

// random is a test between two places that are normally distributed in the disc, three pixels or more from each other.
func random(r *rand.Rand) [2]point {
	for {
		var t [2]point
		for e := range t {
			for {
				u, v := math.Round(6.5*r.NormFloat64()), math.Round(6.5*r.NormFloat64())
				if u*u+v*v <= (radius-1)*(radius-1) {
					t[e] = point{int8(u), int8(v)}
					break
				}
			}
		}
		du, dv := int(t[0].u)-int(t[1].u), int(t[0].v)-int(t[1].v)
		if du*du+dv*dv >= 9 && (du != 0 || t[0].v != -t[1].v) {
			return t
		}
	}
}

// candidate is a test with its answers.
type candidate struct {
	test             [2]point
	still, shaken    []uint64 // a bit for each patch
	mirror, mirrored []uint64 // the same of the mirrored test
	bias             float64  // how far the share of ones is from a half
	fickle           float64  // share of answers that shaking changes
}

func tried(t [2]point, ps []patch) candidate {
	c := candidate{test: t}
	c.still, c.shaken = answers(t, ps)
	c.mirror, c.mirrored = answers(flipped(t), ps)
	ones, changes := 0, 0
	for i, w := range c.still {
		ones += bits.OnesCount64(w)
		changes += bits.OnesCount64(w ^ c.shaken[i])
	}
	c.bias = math.Abs(float64(ones)/float64(len(ps)) - 0.5)
	c.fickle = float64(changes) / float64(len(ps))
	return c
}

func flipped(t [2]point) [2]point { return [2]point{{t[0].u, -t[0].v}, {t[1].u, -t[1].v}} }

func (c candidate) flipped() candidate {
	c.test = flipped(c.test)
	c.still, c.shaken, c.mirror, c.mirrored = c.mirror, c.mirrored, c.still, c.shaken
	return c
}

func answers(t [2]point, ps []patch) (still, shaken []uint64) {
	still, shaken = make([]uint64, (len(ps)+63)/64), make([]uint64, (len(ps)+63)/64)
	a, b := index(t[0]), index(t[1])
	for i := range ps {
		if ps[i].still[a] < ps[i].still[b] {
			still[i/64] |= 1 << (i % 64)
		}
		if ps[i].shaken[a] < ps[i].shaken[b] {
			shaken[i/64] |= 1 << (i % 64)
		}
	}
	return still, shaken
}

func index(p point) int { return (int(p.v)+radius)*patchSide + int(p.u) + radius }

// correlation is that of n answers, without its sign.
func correlation(a, b []uint64, n int) float64 {
	differ := 0
	for i := range a {
		differ += bits.OnesCount64(a[i] ^ b[i])
	}
	return math.Abs(1 - 2*float64(differ)/float64(n))
}

// fickleWeight is what being fickle weighs beside bias; of 0, 1 and 2 the last gave the most copies found by common words.
const fickleWeight = 2

// uncorrelated takes the least biased and fickle tests one by one, if they and their mirrored ones correlate with none taken, and relaxes that
// until there are 128.
func uncorrelated(pool []candidate, n int) (out []candidate) {
	slices.SortFunc(pool, func(a, b candidate) int {
		return cmp.Compare(a.bias+fickleWeight*a.fickle, b.bias+fickleWeight*b.fickle)
	})
	for most := 0.2; most < 1 && len(out) < 128; most += 0.02 {
		out = out[:0]
		for _, c := range pool {
			if len(out) < 128 && c.bias < 0.2 && correlation(c.still, c.mirror, n) < most && !slices.ContainsFunc(out, func(o candidate) bool {
				return correlation(c.still, o.still, n) >= most || correlation(c.still, o.mirror, n) >= most
			}) {
				out = append(out, c)
			}
		}
	}
	return out
}

// forWords orders tests for pipeline.FeatureWord: those at even places for the first table, at odd places for the second,
// best first; and of each test and its mirrored one it takes the better first.
func forWords(cs []candidate, n int) []candidate {
	var tables [2][]candidate
	left := slices.Clone(cs)
	for k := range tables {
		t := newTable(n)
		for range 32 {
			best, at, flip := math.Inf(1), 0, false
			for i, c := range left {
				for _, f := range []bool{false, true} {
					if f {
						c = c.flipped()
					}
					if cost := t.cost(c); cost < best {
						best, at, flip = cost, i, f
					}
				}
			}
			c := left[at]
			if flip {
				c = c.flipped()
			}
			t.take(c)
			tables[k] = append(tables[k], c)
			left = slices.Delete(left, at, at+1)
		}
	}
	var out []candidate
	for i := range tables[0] {
		out = append(out, tables[0][i], tables[1][i])
	}
	return append(out, left...)
}

// table is a word being made: which patches keep it when shaken, and which patches share it.
type table struct {
	n, kept, pairs int
	keeps          []uint64
	cell           []int
}

func newTable(n int) *table {
	t := &table{n: n, kept: n, pairs: n * (n - 1) / 2, keeps: make([]uint64, (n+63)/64), cell: make([]int, n)}
	for i := range n {
		t.keeps[i/64] |= 1 << (i % 64)
	}
	return t
}

// with counts what a further test leaves: patches that keep the word, and pairs that share it.
func (t *table) with(c candidate) (kept, pairs int) {
	for i, k := range t.keeps {
		kept += bits.OnesCount64(k &^ (c.still[i] ^ c.shaken[i]))
	}
	counts := make([][2]int, t.n)
	for i, cell := range t.cell {
		counts[cell][c.still[i/64]>>(i%64)&1]++
	}
	for _, k := range counts {
		pairs += k[0]*(k[0]-1)/2 + k[1]*(k[1]-1)/2
	}
	return kept, pairs
}

// cost is how much of what should be kept goes for how much of what should go.
func (t *table) cost(c candidate) float64 {
	kept, pairs := t.with(c)
	return math.Log(float64(kept)/float64(t.kept)) / math.Log(float64(pairs+1)/float64(t.pairs+1))
}

func (t *table) take(c candidate) {
	t.kept, t.pairs = t.with(c)
	cells := map[[2]int]int{}
	for i := range t.keeps {
		t.keeps[i] &^= c.still[i] ^ c.shaken[i]
	}
	for i, cell := range t.cell {
		key := [2]int{cell, int(c.still[i/64] >> (i % 64) & 1)}
		if _, ok := cells[key]; !ok {
			cells[key] = len(cells)
		}
		t.cell[i] = cells[key]
	}
}

// source is tests.go.
func source(cs []candidate) []byte {
	var b bytes.Buffer
	b.WriteString("package orb\n\n// tests is the first half of the tests, as learn_test.go chose them: " +
		"those at even places for the first table of\n// pipeline.FeatureWord and those at odd places for the second come first, best first.\n" +
		"var tests = [128][2]point{\n")
	for _, c := range cs {
		fmt.Fprintf(&b, "{{%d, %d}, {%d, %d}},\n", c.test[0].u, c.test[0].v, c.test[1].u, c.test[1].v)
	}
	b.WriteString("}\n")
	out, err := format.Source(b.Bytes())
	if err != nil {
		panic(err)
	}
	return out
}
