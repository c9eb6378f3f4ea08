package evaluate

import (
	"fmt"
	"slices"

	"dokaz/pipeline"
)

// allBases lists the bases from strongest to weakest.
var allBases = []pipeline.Basis{pipeline.SameBytes, pipeline.SameMedia, pipeline.NearPicture, pipeline.PartialPicture,
	pipeline.PictureInVideo, pipeline.SharedFootage, pipeline.SharedAudio}

// verdict says what the manifest makes of a match.
type verdict int

const (
	unknown verdict = iota // it says nothing of the pair
	right
	wrong
)

// basisTally counts one Basis while it grows.
type basisTally struct {
	expected, found, confirmed, onIt int
	right, wrong                     [2]int // all, and those confirmed
	unknown                          int
}

// bases counts recall by the basis that is expected and precision by the one that is stated.
func (e *evaluation) bases(crossSource bool) {
	count := map[pipeline.Basis]*basisTally{}
	for _, b := range allBases {
		count[b] = &basisTally{}
	}
	e.answers(func(a answer) {
		t := count[a.bases[0]]
		t.expected++
		t.found += one(a.best != nil)
		t.confirmed += one(a.confirmed)
		t.onIt += one(a.best != nil && a.best.Basis == a.bases[0])
	})
	judge := e.judge(crossSource)
	for _, m := range e.seen.Matches {
		t := count[m.Basis]
		if t == nil {
			continue
		}
		sure := one(m.Strength == pipeline.Confirmed)
		switch judge(m) {
		case right:
			t.right[0]++
			t.right[1] += sure
		case wrong:
			t.wrong[0]++
			t.wrong[1] += sure
		default:
			t.unknown++
		}
	}
	for _, b := range allBases {
		t := count[b]
		if t.expected+t.right[0]+t.wrong[0]+t.unknown == 0 {
			continue
		}
		e.report.Bases = append(e.report.Bases, Basis{b, NewRate(t.found, t.expected), NewRate(t.confirmed, t.expected), NewRate(t.onIt, t.expected),
			NewRate(t.right[0], t.right[0]+t.wrong[0]), NewRate(t.right[1], t.right[1]+t.wrong[1]), t.unknown})
	}
}

// judge returns what says whether a match is right. What one row allows is right whatever another of the same pair says.
func (e *evaluation) judge(crossSource bool) func(pipeline.Match) verdict {
	rows := map[pairOf][]Pair{}
	for _, p := range e.truth.Pairs {
		if e.judged(p) {
			k := ordered(e.seen.Files[p.A].Item, e.seen.Files[p.B].Item)
			rows[k] = append(rows[k], p)
		}
	}
	return func(m pipeline.Match) verdict {
		out := unknown
		for _, p := range rows[ordered(m.A, m.B)] {
			switch p.allows(m, e.kinds[m.A], e.kinds[m.B]) {
			case right:
				return right
			case wrong:
				out = wrong
			}
		}
		if out == unknown && crossSource && e.strangers(m.A, m.B) {
			return wrong
		}
		return out
	}
}

// allows says what one row makes of a match between its files.
func (p Pair) allows(m pipeline.Match, a, b pipeline.Kind) verdict {
	switch {
	case p.Relation.Negative():
		if m.OtherShot && p.Relation.otherShot() {
			return right
		}
		return wrong
	case m.OtherShot:
		return wrong
	case slices.Contains(p.Relation.bases(a, b), m.Basis):
		return right
	case p.Relation == SameAudio: // the pictures are others
		return wrong
	}
	return unknown // shared sound beside shared pictures, say
}

// cross counts every pair of items whose scenes are known and have nothing in common.
func (e *evaluation) cross() {
	count := map[string]*Cross{}
	for _, kinds := range crossKinds {
		count[kinds] = &Cross{Kinds: kinds}
	}
	e.countStrangers(count)
	for _, k := range e.matchedStrangers() {
		ms := e.matches[k]
		worst := pipeline.Suggested
		for _, m := range ms {
			if m.Strength == pipeline.Confirmed {
				worst = m.Strength
			}
			e.report.False = append(e.report.False, FalseMatch{e.nameOf(m.A), e.nameOf(m.B), "other source", m})
		}
		for _, kinds := range []string{"all", kindsOf(e.kinds[k[0]], e.kinds[k[1]])} {
			count[kinds].Confirmed += one(worst == pipeline.Confirmed)
			count[kinds].Suggested += one(worst != pipeline.Confirmed)
		}
	}
	e.crossPeers(count["photo–photo"])
	for _, kinds := range crossKinds {
		if c := count[kinds]; c.Pairs > 0 {
			c.ConfirmedUpper, c.SuggestedUpper = upperBound(c.Confirmed, c.Pairs), upperBound(c.Suggested+c.Confirmed, c.Pairs)
			e.report.Cross = append(e.report.Cross, *c)
		}
	}
}

var crossKinds = []string{"all", "photo–photo", "photo–video", "video–video", "other"}

func kindsOf(a, b pipeline.Kind) string {
	photos, videos := one(a == pipeline.Photo)+one(b == pipeline.Photo), one(a == pipeline.Video)+one(b == pipeline.Video)
	switch {
	case photos == 2:
		return "photo–photo"
	case videos == 2:
		return "video–video"
	case photos+videos == 2:
		return "photo–video"
	}
	return "other"
}

// countStrangers counts pairs by the sets of scenes, of which there are far fewer than items.
func (e *evaluation) countStrangers(count map[string]*Cross) {
	type group struct {
		scenes []string
		kind   pipeline.Kind
		n      int
	}
	byKey := map[string]*group{}
	for _, d := range e.items {
		key := fmt.Sprintf("%q %s", e.scenes[d], e.kinds[d])
		if byKey[key] == nil {
			byKey[key] = &group{scenes: e.scenes[d], kind: e.kinds[d]}
		}
		byKey[key].n++
	}
	var groups []*group
	for _, key := range sortedKeys(byKey) {
		groups = append(groups, byKey[key])
	}
	for i, g := range groups {
		for _, h := range groups[i+1:] {
			if apart(g.scenes, h.scenes) {
				count["all"].Pairs += g.n * h.n
				count[kindsOf(g.kind, h.kind)].Pairs += g.n * h.n
			}
		}
	}
}

// matchedStrangers lists the pairs of strangers that matched, in a fixed order.
func (e *evaluation) matchedStrangers() []pairOf {
	var out []pairOf
	for k := range e.matches {
		if e.strangers(k[0], k[1]) {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(x, y pairOf) int {
		if c := x[0].Compare(y[0]); c != 0 {
			return c
		}
		return x[1].Compare(y[1])
	})
	return out
}

// crossPeers counts what the peers' thresholds make of the pairs of photos.
func (e *evaluation) crossPeers(c *Cross) {
	files := map[pipeline.Digest]File{}
	for _, name := range e.truth.Files {
		if f := e.seen.Files[name]; f.Missing == "" {
			files[f.Item] = f
		}
	}
	pdq, phash := 0, 0
	for i, a := range e.items {
		for _, b := range e.items[i+1:] {
			byPDQ, byPHash, _, _ := alike(files[a], files[b])
			if (byPDQ || byPHash) && e.strangers(a, b) {
				pdq, phash = pdq+one(byPDQ), phash+one(byPHash)
			}
		}
	}
	c.PDQ, c.PHash = &pdq, &phash
}

// nameOf is the first file of the manifest that has these bytes.
func (e *evaluation) nameOf(d pipeline.Digest) string {
	for _, name := range e.truth.Files {
		if f := e.seen.Files[name]; f.Missing == "" && f.Item == d {
			return name
		}
	}
	return d.String()
}
