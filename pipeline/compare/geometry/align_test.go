package geometry

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestRankedStandsWhereSortingPutsIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(0, 3), rapid.Just(1.5)), 1, 200).Draw(t, "all")
		k := rapid.IntRange(0, len(all)-1).Draw(t, "k")
		want := slices.Sorted(slices.Values(all))[k]
		if got := ranked(all, k); got != want {
			t.Errorf("at %d: %v, want %v", k, got, want)
		}
	})
}
