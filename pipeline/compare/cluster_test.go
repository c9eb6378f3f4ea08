package compare_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
)

func joined(a, b byte) pipeline.Match {
	return pipeline.Match{A: item(a), B: item(b), Basis: pipeline.NearPicture, Strength: pipeline.Confirmed}
}

func TestClusters(t *testing.T) {
	t.Parallel()
	star := func(n byte, size int) pipeline.Cluster { return pipeline.Cluster{Representative: item(n), Size: size} }
	suggested, sound, footage := joined(1, 2), joined(1, 2), joined(2, 1)
	suggested.Strength = pipeline.Suggested
	sound.Basis = pipeline.SharedAudio
	footage.Basis = pipeline.SharedFootage
	for name, c := range map[string]struct {
		matches []pipeline.Match
		want    map[pipeline.Digest]pipeline.Cluster
	}{
		"none":                               {nil, map[pipeline.Digest]pipeline.Cluster{}},
		"suggested only":                     {[]pipeline.Match{suggested}, map[pipeline.Digest]pipeline.Cluster{}},
		"the same sound only":                {[]pipeline.Match{sound}, map[pipeline.Digest]pipeline.Cluster{}},
		"with itself":                        {[]pipeline.Match{joined(3, 3)}, map[pipeline.Digest]pipeline.Cluster{}},
		"with an item that is not there":     {[]pipeline.Match{joined(3, 200)}, map[pipeline.Digest]pipeline.Cluster{}},
		"a pair goes by the lesser digest":   {[]pipeline.Match{joined(4, 2)}, map[pipeline.Digest]pipeline.Cluster{item(2): star(2, 2), item(4): star(2, 2)}},
		"two bases join two items once":      {[]pipeline.Match{joined(1, 2), footage}, map[pipeline.Digest]pipeline.Cluster{item(1): star(1, 2), item(2): star(1, 2)}},
		"the one that most match stands out": {[]pipeline.Match{joined(1, 3), joined(2, 3)}, map[pipeline.Digest]pipeline.Cluster{item(1): star(3, 3), item(2): star(3, 3), item(3): star(3, 3)}},
		"a chain does not draw in its ends": {
			[]pipeline.Match{joined(1, 2), joined(2, 3), joined(3, 4), joined(4, 5)},
			map[pipeline.Digest]pipeline.Cluster{item(1): star(2, 3), item(2): star(2, 3), item(3): star(2, 3), item(4): star(3, 3), item(5): star(4, 3)},
		},
	} {
		if d := cmp.Diff(c.want, compare.Clusters([]pipeline.Digest{item(1), item(2), item(3), item(4), item(5)}, c.matches)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// matchesAmong draws a graph of up to 24 items.
func matchesAmong(t *rapid.T) ([]pipeline.Digest, []pipeline.Match) {
	n := rapid.IntRange(1, 24).Draw(t, "items")
	var items []pipeline.Digest
	for i := range n {
		items = append(items, item(byte(i)))
	}
	ms := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) pipeline.Match {
		a, b := rapid.IntRange(0, n-1).Draw(t, "a"), rapid.IntRange(0, n-1).Draw(t, "b")
		m := joined(byte(min(a, b)), byte(max(a, b)))
		m.Strength = rapid.SampledFrom([]pipeline.Strength{pipeline.Confirmed, pipeline.Confirmed, pipeline.Suggested}).Draw(t, "strength")
		m.Basis = rapid.SampledFrom([]pipeline.Basis{pipeline.NearPicture, pipeline.SharedFootage, pipeline.SharedAudio}).Draw(t, "basis")
		return m
	}), 0, 60).Draw(t, "matches")
	return items, ms
}

// degreeOf counts an item's neighbours among matches, and lists them.
func degreeOf(d pipeline.Digest, ms []pipeline.Match) (pipeline.Degree, []pipeline.Digest) {
	var near []pipeline.Digest
	for _, m := range ms {
		if other := m.A; compare.Joins(m) && (m.A == d || m.B == d) {
			if other == d {
				other = m.B
			}
			if !slices.Contains(near, other) {
				near = append(near, other)
			}
		}
	}
	return pipeline.Degree{Item: d, Neighbours: len(near)}, near
}

func TestEveryMemberMatchesTheRepresentative(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		items, ms := matchesAmong(t)
		matching := func(a, b pipeline.Digest) bool {
			return slices.ContainsFunc(ms, func(m pipeline.Match) bool {
				return m.Strength == pipeline.Confirmed && m.Basis != pipeline.SharedAudio && (m.A == a && m.B == b || m.A == b && m.B == a)
			})
		}
		for d, c := range compare.Clusters(items, ms) {
			size := 1
			for _, o := range items {
				if o != c.Representative && matching(o, c.Representative) {
					size++
				}
			}
			if d != c.Representative && !matching(d, c.Representative) || c.Size != size {
				t.Fatalf("%v: %v has a star of %d", d, c, size)
			}
		}
	})
}

func TestClustersDoNotDependOnOrderAndAgreeWithClusterOf(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		items, ms := matchesAmong(t)
		all := compare.Clusters(items, ms)
		shuffled := compare.Clusters(rapid.Permutation(items).Draw(t, "items"), rapid.Permutation(ms).Draw(t, "matches"))
		if d := cmp.Diff(all, shuffled); d != "" {
			t.Fatal(d)
		}
		for _, d := range items {
			want, ok := all[d]
			if !ok {
				want = pipeline.Cluster{Representative: d, Size: 1}
			}
			own, others := degreeOf(d, ms)
			var near []pipeline.Degree
			for _, o := range others {
				n, _ := degreeOf(o, ms)
				near = append(near, n)
			}
			if got := compare.ClusterOf(own, near); got != want {
				t.Fatalf("%v: %v, not %v", d, got, want)
			}
		}
	})
}

// A new match changes the clusters of its two items and of their neighbours, and of nobody else.
func TestAClusterDependsOnTheNearNeighbourhoodOnly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		items, ms := matchesAmong(t)
		a, b := rapid.SampledFrom(items).Draw(t, "a"), rapid.SampledFrom(items).Draw(t, "b")
		more := append(slices.Clone(ms), pipeline.Match{A: a, B: b, Basis: pipeline.NearPicture, Strength: pipeline.Confirmed})
		before, after := compare.Clusters(items, ms), compare.Clusters(items, more)
		for _, d := range items {
			touched := d == a || d == b
			for _, m := range more {
				touched = touched || (m.A == d && (m.B == a || m.B == b)) || (m.B == d && (m.A == a || m.A == b))
			}
			if !touched && before[d] != after[d] {
				t.Fatalf("%v, far off, changed from %v to %v", d, before[d], after[d])
			}
		}
	})
}

func TestOnlyCopiesForTheMostPartAreNeighbours(t *testing.T) {
	t.Parallel()
	half, little := &pipeline.Box{0, 0, 1, 0.6}, &pipeline.Box{0, 0, 0.5, 0.5}
	for name, c := range map[string]struct {
		m    pipeline.Match
		want bool
	}{
		"a near picture":                 {pipeline.Match{Basis: pipeline.NearPicture}, true},
		"another shot of the scene":      {pipeline.Match{Basis: pipeline.NearPicture, OtherShot: true}, false},
		"a part that is most of both":    {pipeline.Match{Basis: pipeline.PartialPicture, Transform: pipeline.Transform{Crop: half, Within: half}}, true},
		"one picture of a collage":       {pipeline.Match{Basis: pipeline.PartialPicture, Transform: pipeline.Transform{Within: little}}, false},
		"a small crop":                   {pipeline.Match{Basis: pipeline.PartialPicture, Transform: pipeline.Transform{Crop: little}}, false},
		"a still":                        {pipeline.Match{Basis: pipeline.PictureInVideo}, false},
		"most of two films":              {pipeline.Match{Basis: pipeline.SharedFootage, Share: &pipeline.Share{0.5, 0.9}}, true},
		"a source within a compilation":  {pipeline.Match{Basis: pipeline.SharedFootage, Share: &pipeline.Share{1, 0.2}}, false},
		"the same sound under two films": {pipeline.Match{Basis: pipeline.SharedAudio, Share: &pipeline.Share{1, 1}}, false},
	} {
		c.m.A, c.m.B = pipeline.DigestOf([]byte("a")), pipeline.DigestOf([]byte("b"))
		c.m.Strength = pipeline.Suggested
		if compare.Joins(c.m) {
			t.Errorf("%s, suggested, joins", name)
		}
		c.m.Strength = pipeline.Confirmed
		if got := compare.Joins(c.m); got != c.want {
			t.Errorf("%s: joins %v", name, got)
		}
	}
}
