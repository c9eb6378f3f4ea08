package media

import (
	"slices"
	"testing"

	"dokaz/analyzers/internal/libav"
)

// Frames of ten a second that are coded out of order. Those known to follow another of their quarter of a second are passed.
func TestQuartersTellWhatIsNotSampled(t *testing.T) {
	t.Parallel()
	q := newQuarters(libav.Stream{TimeBase: libav.Ratio{Num: 1, Den: 10}, Start: 5})
	var passed []int64
	for _, ticks := range []int64{5, 9, 7, 6, 8, 10, libav.NoTime, 11, 12, 11} { // the quarters begin at 5, 8, 10, 13
		if q.passed(ticks) {
			passed = append(passed, ticks)
		}
	}
	if want := []int64{7, 6, 11, 12, 11}; !slices.Equal(passed, want) {
		t.Errorf("passed %v, want %v", passed, want)
	}
	if q := newQuarters(libav.Stream{TimeBase: libav.Ratio{Num: 1, Den: 10}, Start: libav.NoTime}); q.passed(5) || q.passed(6) {
		t.Error("passed without a known start")
	}
}
