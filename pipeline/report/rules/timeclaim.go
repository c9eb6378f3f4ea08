package rules

import (
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/report/clock"
)

// verdict is how a claim stands to a statement.
type verdict int

const (
	agrees verdict = iota
	unresolved
	differs
)

// compareTimes sets a claimed time against a stated one and gives the signed time from claim to statement:
// by the clocks as they stand, or, of a difference, the least that any choice of zone leaves.
//
// Two clocks of which at least one states no zone agree where they show the same, since people and devices
// at one place share a zone. They differ only where no zone from UTC−12 to UTC+14 brings them together.
// A container's time may be UTC, as its format says, or local, as many devices write it: either may agree.
func compareTimes(claimed, stated clock.Reading) (verdict, time.Duration) {
	least := claimed.Span().Gap(stated.Span())
	direct := least
	if !claimed.Zoned || !stated.Zoned {
		direct = claimed.Wall().Gap(stated.Wall())
	}
	if direct.Abs() <= TimeAgrees {
		return agrees, direct
	}
	if stated.Nominal && claimed.Zoned {
		if gap := claimed.Span().Gap(stated.AsUTC().Span()); gap.Abs() <= TimeAgrees {
			return agrees, gap
		}
	}
	if least.Abs() <= TimeDiffers {
		return unresolved, direct
	}
	return differs, least
}

func claimedTimeAgrees(d pipeline.Dossier) []pipeline.Finding {
	return judgeClaimedTime(d, agrees, "time.claim_agrees", func(statement, time.Duration) pipeline.Weight { return pipeline.Supports })
}

func claimedTimeUnresolved(d pipeline.Dossier) []pipeline.Finding {
	return judgeClaimedTime(d, unresolved, "time.claim_unresolved", func(statement, time.Duration) pipeline.Weight { return pipeline.Note })
}

// claimedTimeDiffers weighs by what the field means: a capture cannot be stamped at another time, but a
// container written later than the claim is what every re-saved copy has.
func claimedTimeDiffers(d pipeline.Dossier) []pipeline.Finding {
	return judgeClaimedTime(d, differs, "time.claim_differs", func(s statement, gap time.Duration) pipeline.Weight {
		if s.Meaning == "container_created" && gap > 0 {
			return pipeline.Questions
		}
		return pipeline.Contradicts
	})
}

// judgeClaimedTime compares each distinct claim with each distinct time of capture and reports those of one verdict.
func judgeClaimedTime(d pipeline.Dossier, want verdict, code pipeline.Code, weigh func(statement, time.Duration) pipeline.Weight) []pipeline.Finding {
	var out []pipeline.Finding
	for _, c := range timeClaims(d) {
		claimed, err := clock.ParseClaim(c.text)
		if err != nil {
			continue // time.claim_unread tells of it
		}
		for _, s := range statements(d, "original", "gps", "container_created") {
			v, gap := compareTimes(claimed, s.reading)
			if v != want {
				continue
			}
			out = append(out, pipeline.Finding{
				Code: code, Weight: weigh(s, gap),
				Values: map[string]string{
					"claimed": quote(c.text), "stated": s.text(), "zone": s.zone(), "meaning": s.Meaning, "gap": clock.Length(gap),
				},
				Cites: together(c.cites, s.cites),
			})
		}
	}
	return out
}

func timeClaims(d pipeline.Dossier) []claim {
	return claims(d, "claim:claimed_time", func(r pipeline.Receipt) string { return r.Claims.ClaimedTime })
}

func claimedTimeUnread(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	for _, c := range timeClaims(d) {
		if _, err := clock.ParseClaim(c.text); err != nil {
			out = append(out, pipeline.Finding{
				Code: "time.claim_unread", Weight: pipeline.Note,
				Values: map[string]string{"claimed": quote(c.text)}, Cites: c.cites,
			})
		}
	}
	return out
}
