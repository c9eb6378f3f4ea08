package compare_test

import (
	"math"
	"testing"

	"dokaz/pipeline/compare"
)

func TestShareSaysHowMuchOfBothIsCovered(t *testing.T) {
	t.Parallel()
	film := newStudio(6).film(80) // 40 s
	ms := compare.Pair(video(1, film), video(2, film[20:50]), compare.Defaults())
	if len(ms) != 1 || ms[0].Share == nil {
		t.Fatalf("%+v", ms)
	}
	if got := *ms[0].Share; math.Abs(got[0]-0.375) > 0.05 || got[1] < 0.95 {
		t.Errorf("covered %v: want 15 s of 40, and all of the clip", got)
	}
	if compare.Joins(ms[0]) {
		t.Error("a clip and the film it is a small part of are no copies of each other")
	}
}
