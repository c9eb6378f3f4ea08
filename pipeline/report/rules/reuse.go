package rules

import (
	"strconv"

	"dokaz/pipeline"
	"dokaz/pipeline/report/clock"
)

// sameBytes tells that these bytes were received more than once.
func sameBytes(d pipeline.Dossier) []pipeline.Finding {
	if len(d.Receipts) < 2 {
		return nil
	}
	var cites []pipeline.Cite
	for _, n := range names(d) {
		cites = append(cites, n.cites...)
	}
	if len(cites) == 0 {
		cites = []pipeline.Cite{citeReceipt(d.Receipts[0], "receipt:path", d.Receipts[0].Path)}
	}
	return []pipeline.Finding{{
		Code: "reuse.same_bytes", Weight: pipeline.Note,
		Values: map[string]string{"receipts": strconv.Itoa(len(d.Receipts)), "names": strconv.Itoa(len(names(d)))},
		Cites:  bounded(cites),
	}}
}

// claimsDiffer tells where givers of one and the same file claim times or places that cannot both hold.
// Only what can be compared is compared: two spellings of a town are left to a person. Each claim is set
// against the first that it differs from.
func claimsDiffer(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	add := func(what, first, second string, a, b claim) {
		out = append(out, pipeline.Finding{
			Code: "reuse.claims_differ", Weight: pipeline.Questions,
			Values: map[string]string{"what": what, "first": quote(first), "second": quote(second)},
			Cites:  together(a.cites, b.cites),
		})
	}
	times := timeClaims(d)
	for i, b := range times {
		for _, a := range times[:i] {
			if timesDiffer(a, b) {
				add("time", a.text, b.text, a, b)
				break
			}
		}
	}
	places := placeClaims(d)
	for i, b := range places {
		for _, a := range places[:i] {
			if a.read && b.read && !a.unset() && !b.unset() && a.metres(b.point) > PlaceDiffers {
				add("place", a.point.String(), b.point.String(), a.claim, b.claim)
				break
			}
		}
	}
	return out
}

// timesDiffer reports whether two claimed times can be read and cannot both hold.
func timesDiffer(a, b claim) bool {
	ra, errA := clock.ParseClaim(a.text)
	rb, errB := clock.ParseClaim(b.text)
	if errA != nil || errB != nil {
		return false
	}
	v, _ := compareTimes(ra, rb)
	return v == differs
}

// matchesExist tells that other items correspond with this one. Which came first is not its to say. What a person parted is
// counted by itself.
func matchesExist(d pipeline.Dossier) []pipeline.Finding {
	counts := map[string]int{}
	near := neighbours(d, func(n pipeline.Neighbour) bool {
		if n.Decision.Parts() {
			counts["apart"]++
			return false
		}
		counts[string(n.Match.Strength)]++
		return true
	})
	if len(near) == 0 {
		return nil
	}
	values := map[string]string{}
	for _, name := range []string{string(pipeline.Confirmed), string(pipeline.Suggested), "apart"} {
		values[name] = strconv.Itoa(counts[name])
	}
	return []pipeline.Finding{{Code: "reuse.near", Weight: pipeline.Note, Values: values, Cites: matchesOf(near)}}
}
