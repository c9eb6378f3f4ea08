package orb

// taps is how many pixels of a row a pixel of one up to twice as short covers at most.
const taps = 3

// tap is a span of no more pixels than that. Weights of what lies behind it are 0.
type tap struct {
	first   int
	weights [taps]uint64
}

// comb reduces rows of one length.
type comb struct {
	taps  []tap
	spans []span // instead, where one is longer
}

func tapsOf(spans []span) comb {
	c := comb{taps: make([]tap, len(spans))}
	for i, s := range spans {
		if s.last-s.first >= taps {
			return comb{spans: spans}
		}
		t := &c.taps[i]
		t.first = s.first
		for k := range t.weights {
			t.weights[k] = uint64(s.weight(s.first + k))
		}
	}
	return c
}

// sum writes the means of a row's spans. in goes on for taps zeros behind the row.
func (c comb) sum(out []uint16, in []uint32, by mean) {
	for x := range c.spans {
		s := &c.spans[x]
		v := uint64(in[s.first])*uint64(s.head) + uint64(in[s.last])*uint64(s.tail)
		for _, m := range in[min(s.first+1, s.last):s.last] {
			v += uint64(m) * uint64(s.whole)
		}
		out[x] = by.of(v)
	}
	for x := range c.taps {
		t := &c.taps[x]
		v := (*[taps]uint32)(in[t.first:])
		out[x] = by.of(uint64(v[0])*t.weights[0] + uint64(v[1])*t.weights[1] + uint64(v[2])*t.weights[2])
	}
}

// mean divides sums over an area, halves up: with a product where that is exact.
type mean struct{ area, half, share uint64 }

func meanOf(area uint64) mean {
	m := mean{area: area, half: area / 2}
	if area < 1<<18 { // sums are below 2^12·area, and 2^12·area² below 2^48
		m.share = 1<<48/area + 1
	}
	return m
}

func (m mean) of(sum uint64) uint16 {
	if m.share == 0 {
		return uint16((sum + m.half) / m.area)
	}
	return uint16((sum + m.half) * m.share >> 48)
}
