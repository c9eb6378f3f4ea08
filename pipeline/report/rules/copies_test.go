package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// beside adds a neighbour under a confirmed match that leads from the item to it.
func beside(d pipeline.Dossier, m pipeline.Match, name string, facts ...pipeline.Fact) pipeline.Dossier {
	other := pipeline.DigestOf([]byte(name))
	m.A, m.B = d.Item.Digest, other
	if m.Strength == "" {
		m.Strength = pipeline.Confirmed
	}
	n := pipeline.Neighbour{Match: m, Other: pipeline.Item{Digest: other, Size: 10, Kind: d.Item.Kind, Format: d.Item.Format}, Name: name}
	for _, f := range facts {
		n.Facts = append(n.Facts, pipeline.Measurement{By: by, Where: pipeline.In("APP1/Exif"), Fact: f})
	}
	d.Neighbours = append(d.Neighbours, n)
	return d
}

// turnedRound leads the last neighbour's match from it to the item.
func turnedRound(d pipeline.Dossier) pipeline.Dossier {
	m := &d.Neighbours[len(d.Neighbours)-1].Match
	m.A, m.B = m.B, m.A
	return d
}

// sized gives the last neighbour so many bytes; without it all items have ten.
func sized(d pipeline.Dossier, bytes int64) pipeline.Dossier {
	d.Neighbours[len(d.Neighbours)-1].Other.Size = bytes
	return d
}

// parted has a person say that the last neighbour is another thing.
func parted(d pipeline.Dossier, v pipeline.Verdict) pipeline.Dossier {
	d.Neighbours[len(d.Neighbours)-1].Decision = &pipeline.PairDecision{Verdict: v, By: "N. K.", At: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)}
	return d
}

var (
	nearly  = pipeline.Match{Basis: pipeline.NearPicture}
	partly  = pipeline.Match{Basis: pipeline.PartialPicture, Transform: pipeline.Transform{Within: &pipeline.Box{0.2, 0.2, 0.5, 0.5}}}
	canon   = pipeline.Device{Source: "Exif", Make: "Canon", Model: "Canon EOS 5D"}
	evening = taken("original", "2020-08-10T21:30:00", pipeline.ZoneUnstated)
	notes   = pipeline.Tag{Group: "ExifIFD", ID: "37500", Name: "MakerNote"}
)

func size(w, h int) pipeline.Raster { return pipeline.Raster{Source: "header", Width: w, Height: h} }

func quantised(step float64) pipeline.Raster {
	return pipeline.Raster{Source: "header", Width: 100, Height: 100, Step: step}
}

func footage(s ...pipeline.Segment) pipeline.Match {
	return pipeline.Match{Basis: pipeline.SharedFootage, Segments: s}
}

// opening is a stretch of one's own time that the other has a minute later, a tenth of both.
func opening(from, to float64) pipeline.Match {
	m := footage(pipeline.Segment{AStart: from, AEnd: to, BStart: from + 60, BEnd: to + 60, Speed: 1})
	m.Share = &pipeline.Share{0.1, 0.1}
	return m
}

func jingle(from, to float64) pipeline.Match {
	m := opening(from, to)
	m.Basis = pipeline.SharedAudio
	return m
}

// longer makes a match cover all of the other.
func longer(m pipeline.Match) pipeline.Match {
	m.Share = &pipeline.Share{0.1, 1}
	return m
}

func clip(facts ...pipeline.Fact) pipeline.Dossier {
	d := states(facts...)
	d.Item = item(pipeline.Video, "mp4")
	return d
}

// comparison is what a finding tells of two copies: who holds each sign, even where not said.
func comparison(weight, name string, copies, speakFor, against int, held map[string]string) string {
	out := []string{fmt.Sprintf("against=%d", against), fmt.Sprintf("copies=%d", copies), fmt.Sprintf("for=%d", speakFor), "name=" + name,
		"digest=" + pipeline.DigestOf([]byte(name)).Hex()[:12]}
	for _, sign := range []string{"borders", "camera", "compression", "extent", "metadata", "pixels", "traces"} {
		who := held[sign]
		if who == "" {
			who = "even"
		}
		out = append(out, sign+"="+who)
	}
	slices.Sort(out)
	return strings.Join(append([]string{weight}, out...), " ")
}

// Of two copies that name each other a neighbour, at most one is said to have kept more, and they agree on which.
func TestTwoCopiesAgreeOnWhichKeptMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var sides [2]pipeline.Dossier
		for i := range sides {
			var facts []pipeline.Fact
			for _, f := range []pipeline.Fact{canon, evening, minsk, notes, pipeline.EncoderTrace{Value: "GIMP"}, pipeline.PictureHash{View: "trimmed"}} {
				if rapid.Bool().Draw(t, "states") {
					facts = append(facts, f)
				}
			}
			side := rapid.IntRange(0, 3).Draw(t, "size")
			if side > 0 {
				facts = append(facts, size(side*100, 100), quantised(float64(side+rapid.IntRange(-1, 1).Draw(t, "step"))))
			}
			sides[i] = states(facts...)
			sides[i].Item.Size = rapid.Int64Range(1, 1e6).Draw(t, "bytes")
		}
		sides[1].Item.Digest = otherID
		m := pipeline.Match{A: someID, B: otherID, Basis: pipeline.NearPicture, Strength: pipeline.Confirmed}
		if rapid.Bool().Draw(t, "cropped") {
			m.Transform.Crop = &pipeline.Box{0, 0, rapid.Float64Range(0.1, 1).Draw(t, "of A"), 1}
		}
		if rapid.Bool().Draw(t, "within") {
			m.Transform.Within = &pipeline.Box{0, 0, rapid.Float64Range(0.1, 1).Draw(t, "of B"), 1}
		}
		var seen [2][]Ranked
		for i := range sides {
			d := sides[i]
			d.Neighbours = []pipeline.Neighbour{{Match: m, Other: sides[1-i].Item, Facts: sides[1-i].Examination.Measurements}}
			seen[i] = Copies(d)
		}
		if a, b := seen[0][0], seen[1][0]; a.For != b.Against || a.Against != b.For {
			t.Fatalf("one side sees +%d -%d, the other +%d -%d", a.For, a.Against, b.For, b.Against)
		}
	})
}

func TestCopiesAreRankedWhateverTheirOrder(t *testing.T) {
	t.Parallel()
	d := states(size(600, 400))
	d = beside(d, nearly, "thumbnail", size(100, 70))
	d = beside(d, nearly, "camera", size(6000, 4000), canon, evening, notes)
	d = beside(d, nearly, "large", size(1200, 800))
	var want []string
	for _, r := range Copies(d) {
		want = append(want, fmt.Sprintf("%s +%d -%d", r.Name, r.For, r.Against))
	}
	if diff := cmp.Diff([]string{"camera +5 -0", "large +2 -0", "thumbnail +0 -2"}, want); diff != "" {
		t.Error(diff)
	}
	slices.Reverse(d.Neighbours)
	for i, r := range Copies(d) {
		if !strings.HasPrefix(want[i], r.Name+" ") {
			t.Errorf("in another order %s stands at %d", r.Name, i)
		}
	}
}

func TestWhatAnotherItemStatesIsCitedThere(t *testing.T) {
	t.Parallel()
	d := beside(states(), nearly, "kept.jpg", evening)
	got := inferred(d)
	if len(got) != 1 {
		t.Fatal(got)
	}
	other := d.Neighbours[0].Other.Digest
	want := []pipeline.Cite{
		{Where: pipeline.In("match"), What: "match:near_picture:confirmed", Value: other.String()},
		{Analyzer: "exif", Where: pipeline.In("item/" + other.Hex() + "/APP1/Exif"), What: "original", Value: "2020-08-10T21:30:00"},
	}
	if diff := cmp.Diff(want, got[0].Cites); diff != "" {
		t.Error(diff)
	}
}

// A fact that no rule sets beside an item's own need not be carried; one that is, must.
func TestBesideNamesWhatRulesRead(t *testing.T) {
	t.Parallel()
	for _, f := range []pipeline.Fact{evening, minsk, canon, size(1, 1), notes, pipeline.Container{}, pipeline.Stream{}, pipeline.EncoderTrace{},
		pipeline.Tag{Group: "IPTC", ID: "2:40", Value: "FBMD01"}, pipeline.PictureHash{View: "trimmed"}} {
		if !Beside(f) || !slices.Contains(BesideKinds(), pipeline.KindOf(f)) {
			t.Errorf("%T is not carried", f)
		}
	}
	for _, f := range []pipeline.Fact{pipeline.Tag{Group: "IFD0", ID: "271"}, pipeline.FrameHashes{}, pipeline.LocalFeatures{}, pipeline.PictureHash{}, pipeline.Keyframes{}} {
		if Beside(f) {
			t.Errorf("%T is carried", f)
		}
	}
}

// alike is items that all match each other, at distances by their places in the list.
func alike(all ...pipeline.Dossier) []pipeline.Dossier {
	for i := range all {
		all[i].Item.Digest = pipeline.DigestOf([]byte{byte(i)})
		all[i].Receipts = []pipeline.Receipt{{Name: string(rune('a' + i))}}
	}
	for i := range all {
		for j, o := range all {
			if i == j {
				continue
			}
			m := pipeline.Match{A: all[min(i, j)].Item.Digest, B: all[max(i, j)].Item.Digest, Basis: pipeline.NearPicture, Strength: pipeline.Confirmed, Distance: max(i-j, j-i)}
			all[i].Neighbours = append(all[i].Neighbours, pipeline.Neighbour{Match: m, Other: o.Item, Facts: o.Examination.Measurements})
		}
	}
	return all
}

func TestEachCopyStandsBelowTheNearestThatKeptMore(t *testing.T) {
	t.Parallel()
	all := alike(states(size(6000, 4000), canon, evening, notes), states(size(2000, 1300), canon, evening), states(size(600, 400)), states(size(500, 300), minsk))
	var got []string
	for _, b := range Tree(all) {
		got = append(got, strings.Repeat(" ", b.Depth)+b.Name)
	}
	// b lacks the notes and pixels of a, c all that b has; d states a place of its own and lacks the camera.
	if diff := cmp.Diff([]string{"a", " b", "  d", "  c"}, got); diff != "" {
		t.Error(diff)
	}
}

// Three copies of which each fills a quarter of the next: no pictures are so, but matches may say it.
func TestMatchesThatRunInARingMakeNone(t *testing.T) {
	t.Parallel()
	all := alike(states(size(100, 100)), states(size(100, 100)), states(size(100, 100)))
	quarter := pipeline.Box{0, 0, 0.5, 0.5}
	for i := range all {
		for j := range all[i].Neighbours {
			m := &all[i].Neighbours[j].Match
			if m.A == all[0].Item.Digest && m.B == all[2].Item.Digest {
				m.Transform.Crop = &quarter
			} else {
				m.Transform.Within = &quarter
			}
		}
	}
	for d, above := range betters(all) {
		if len(above) != 1 {
			t.Fatalf("%d copies kept more than %s: the test shows nothing", len(above), d)
		}
	}
	if tree := Tree(all); len(tree) != 3 || tree[0].Above != nil {
		t.Errorf("%+v", tree)
	}
}

func TestTreesHaveNoRings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var all []pipeline.Dossier
		for range rapid.IntRange(0, 7).Draw(t, "copies") {
			var facts []pipeline.Fact
			for _, f := range []pipeline.Fact{canon, evening, minsk, notes, pipeline.EncoderTrace{Value: "GIMP"}, pipeline.PictureHash{View: "trimmed"}, size(100, 100), size(300, 300)} {
				if rapid.Bool().Draw(t, "states") {
					facts = append(facts, f)
				}
			}
			d := states(facts...)
			d.Item.Size = rapid.Int64Range(1, 1e6).Draw(t, "bytes")
			all = append(all, d)
		}
		all = alike(all...)
		tree := Tree(all)
		if len(tree) != len(all) {
			t.Fatalf("%d of %d copies stand in the tree", len(tree), len(all))
		}
		if diff := cmp.Diff(tree, Tree(rapid.Permutation(all).Draw(t, "order"))); diff != "" {
			t.Fatal(diff)
		}
	})
}
