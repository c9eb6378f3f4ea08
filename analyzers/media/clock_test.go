package media

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dokaz/analyzers/internal/libav"
)

const none = libav.NoTime

func TestClock(t *testing.T) {
	t.Parallel()
	ms := func(v ...int) (out []time.Duration) {
		for _, n := range v {
			out = append(out, time.Duration(n)*time.Millisecond)
		}
		return out
	}
	ten := libav.Ratio{Num: 10, Den: 1}
	for _, c := range []struct {
		name   string
		stream libav.Stream
		ticks  []int64
		want   []time.Duration
	}{
		{"constant rate", libav.Stream{TimeBase: libav.Ratio{Num: 1, Den: 90000}, Start: 9000, AverageRate: ten}, []int64{9000, 18000, 27000}, ms(0, 100, 200)},
		{"variable rate", libav.Stream{TimeBase: libav.Ratio{Num: 1, Den: 1000}, Start: 0}, []int64{0, 33, 1500, 1501}, ms(0, 33, 1500, 1501)},
		{"no start stated", libav.Stream{TimeBase: libav.Ratio{Num: 1, Den: 1000}, Start: none}, []int64{500, 700}, ms(0, 200)},
		{"first frame later than the start", libav.Stream{TimeBase: libav.Ratio{Num: 1, Den: 1000}, Start: 100}, []int64{2100}, ms(2000)},
		{"no stamps", libav.Stream{TimeBase: libav.Ratio{Num: 1, Den: 1000}, Start: none, AverageRate: ten}, []int64{none, none, none}, ms(0, 100, 200)},
		{"no stamps and no rate", libav.Stream{Start: none}, []int64{none, none}, ms(0, 40)},
		{"one stamp missing", libav.Stream{TimeBase: libav.Ratio{Num: 1, Den: 1000}, Start: 0, AverageRate: ten}, []int64{0, none, 200}, ms(0, 100, 200)},
		{"small step back", libav.Stream{TimeBase: libav.Ratio{Num: 1, Den: 1000}, Start: 0}, []int64{0, 500, 400, 600}, ms(0, 500, 500, 600)},
		{"recorder restarts its count", libav.Stream{TimeBase: libav.Ratio{Num: 1, Den: 1000}, Start: 0, AverageRate: ten}, []int64{0, 100, 60000, 60100, 0, 100, 200}, ms(0, 100, 60000, 60100, 60200, 60300, 60400)},
		{"leap of days", libav.Stream{TimeBase: libav.Ratio{Num: 1, Den: 1}, Start: 0, AverageRate: ten}, []int64{0, 1e6, 1e6 + 1}, ms(0, 100, 1100)},
		{"stamps at the ends of what fits", libav.Stream{TimeBase: libav.Ratio{Num: 1 << 30, Den: 1}, Start: 0, AverageRate: ten}, []int64{math.MaxInt64, math.MinInt64 + 1, math.MaxInt64}, ms(0, 100, 200)},
		{"start at the other end", libav.Stream{TimeBase: libav.Ratio{Num: 1, Den: 1000}, Start: math.MinInt64 + 1, AverageRate: ten}, []int64{math.MaxInt64, math.MaxInt64}, ms(0, 0)},
		{"no time base", libav.Stream{Start: 0}, []int64{5, 6}, ms(0, 0)},
	} {
		clock := newClock(c.stream)
		var got []time.Duration
		for _, v := range c.ticks {
			got = append(got, clock.at(v).Round(time.Millisecond))
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

// Whatever the stamps, time never runs backwards and never overflows.
func FuzzClock(f *testing.F) {
	f.Add(int64(0), int64(100), int64(-5), int64(1), int64(1000), int64(0))
	f.Add(int64(math.MaxInt64), int64(math.MinInt64), int64(0), int64(math.MaxInt64), int64(1), int64(7))
	f.Fuzz(func(t *testing.T, a, b, c, num, den, start int64) {
		clock := newClock(libav.Stream{TimeBase: libav.Ratio{Num: num, Den: den}, Start: start, AverageRate: libav.Ratio{Num: den, Den: num}})
		last := time.Duration(0)
		for _, v := range []int64{a, b, c, none, b, a} {
			now := clock.at(v)
			if now < last {
				t.Fatalf("%v after %v", now, last)
			}
			last = now
		}
	})
}

func TestSampler(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		rate int // frames per second
		key  func(i int) bool
		n    int
		want []int // frames shown
	}{
		{"25 frames a second, one keyframe", 25, func(i int) bool { return i == 0 }, 50, []int{0, 7, 13, 19, 25, 32, 38, 44}},
		{"keyframes between quarters", 25, func(i int) bool { return i%10 == 0 }, 50, []int{0, 7, 10, 13, 19, 20, 25, 30, 32, 38, 40, 44}},
		{"every frame a keyframe", 25, func(int) bool { return true }, 50, []int{0, 1, 2, 3, 7, 13, 19, 25, 26, 27, 28, 32, 38, 44}},
		{"one frame in two seconds", 1, func(i int) bool { return i == 0 }, 5, []int{0, 1, 2, 3, 4}},
	} {
		var s sampler
		var got []int
		for i := range c.n {
			if s.wants(time.Duration(i)*time.Second/time.Duration(c.rate), c.key(i)) {
				got = append(got, i)
			}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

// Where keyframes alone come, those of a film that has no other frames are thinned.
func TestKeyframesAreThinned(t *testing.T) {
	t.Parallel()
	s := sampler{keysOnly: true}
	var got []int
	for i := range 60 {
		if s.wants(time.Duration(i)*40*time.Millisecond, true) {
			got = append(got, i)
		}
	}
	if d := cmp.Diff([]int{0, 44}, got); d != "" {
		t.Error(d)
	}
}
