package compare

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

func times(v []voter) []int64 {
	var out []int64
	for _, w := range v {
		out = append(out, w.at)
	}
	return out
}

func TestVotersAreSortedSpacedAndThinned(t *testing.T) {
	t.Parallel()
	frames := func(seconds ...float64) pipeline.FrameHashes {
		f := pipeline.FrameHashes{Algorithm: "pdq"}
		for _, s := range seconds {
			f.Frames = append(f.Frames, pipeline.HashedFrame{Time: s, Quality: 60})
		}
		return f
	}
	got := times(Defaults().voters(frames(1, 0.5, 0.51, 0.524, 0.525, 0.549, 86400, 86400.1, -0.04, 1)))
	if d := cmp.Diff([]int64{-40, 500, 525, 1000, 86_400_000}, got); d != "" {
		t.Error(d)
	}
	var many []float64
	for i := range 50_000 {
		many = append(many, float64(i)/4)
	}
	v := Defaults().voters(frames(many...))
	if len(v) > maxVoters || len(v) < maxVoters/2 || v[1].at != 750 {
		t.Errorf("%d voters, the second at %d ms", len(v), v[1].at)
	}
}

func TestStillsAreFoldedForTheBallot(t *testing.T) {
	t.Parallel()
	var v []voter
	for i := range 3 * maxBallot {
		v = append(v, voter{at: int64(i) * 500, hash: pipeline.Hash256{uint64(i % 4), []uint64{0, 0xffffffff, ^uint64(0)}[i/maxBallot]}})
	}
	if d := cmp.Diff([]int64{0, (maxBallot - 1) * 500, maxBallot * 500, (2*maxBallot - 1) * 500, 2 * maxBallot * 500, (3*maxBallot - 1) * 500}, times(ballot(v))); d != "" {
		t.Error(d)
	}
	if n := len(ballot(v[:maxBallot])); n != maxBallot {
		t.Errorf("%d of %d voters: a short ballot is not folded", n, maxBallot)
	}
}
