package rules

import (
	"math"
	"strconv"

	"dokaz/pipeline"
)

// A relation is one finding for all neighbours that stand in it, which names the nearest. What copies have in common says nothing
// of which was made from which.

// related makes the finding of a relation.
func related(code pipeline.Code, weight pipeline.Weight, all []neighbour, values map[string]string) []pipeline.Finding {
	if len(all) == 0 {
		return nil
	}
	if values == nil {
		values = map[string]string{}
	}
	values["count"], values["name"] = strconv.Itoa(len(all)), all[0].title()
	return []pipeline.Finding{{Code: code, Weight: weight, Values: values, Cites: matchesOf(all)}}
}

// decimals writes a number of at most nine digits before the point.
func decimals(v float64, n int) string {
	return strconv.FormatFloat(min(max(v, -1e9), 1e9), 'f', n, 64)
}

// mirrored tells of copies that show the picture mirrored.
func mirrored(d pipeline.Dossier) []pipeline.Finding {
	return related("reuse.mirrored", pipeline.Questions, neighbours(d, func(n pipeline.Neighbour) bool {
		if !confirmed(n) || n.Match.OtherShot {
			return false
		}
		mirror := n.Match.Transform.Mirror
		for _, s := range n.Match.Segments {
			mirror = mirror || s.Mirror
		}
		return mirror
	}), nil)
}

// cropped tells of items that show more than this one does: it may have been cut out of what they show, or they may be frames and
// collages round it.
func cropped(d pipeline.Dossier) []pipeline.Finding {
	var all []neighbour
	least := 1.0
	for _, n := range copies(d) {
		own, other := parts(n)
		if own >= wholePart && other < wholePart {
			all = append(all, n)
			least = min(least, other)
		}
	}
	return related("reuse.cropped", pipeline.Questions, all, map[string]string{"share": decimals(least, 2)})
}

// otherShot tells of pictures of the same scene that are no copies.
func otherShot(d pipeline.Dossier) []pipeline.Finding {
	return related("reuse.other_shot", pipeline.Note, neighbours(d, func(n pipeline.Neighbour) bool {
		return n.Match.OtherShot && !n.Decision.Parts()
	}), nil)
}

// sharedAudio tells of the same sound under other pictures. Where footage agrees as well, sound says nothing of its own.
func sharedAudio(d pipeline.Dossier) []pipeline.Finding {
	footage := map[pipeline.Digest]bool{}
	for _, n := range d.Neighbours {
		if n.Match.Basis == pipeline.SharedFootage || n.Match.Basis == pipeline.SameMedia {
			footage[n.Other.Digest] = true
		}
	}
	return related("reuse.shared_audio", pipeline.Questions, neighbours(d, func(n pipeline.Neighbour) bool {
		return confirmed(n) && n.Match.Basis == pipeline.SharedAudio && !footage[n.Other.Digest]
	}), nil)
}

// stillOf tells of pictures that correspond with a frame of a video, from either side.
func stillOf(d pipeline.Dossier) []pipeline.Finding {
	all := neighbours(d, func(n pipeline.Neighbour) bool { return confirmed(n) && n.Match.Basis == pipeline.PictureInVideo })
	if len(all) == 0 {
		return nil
	}
	side, at := "video", ""
	if all[0].here {
		side = "picture"
	}
	for _, s := range all[0].Match.Segments {
		at = decimals(s.BStart, 1)
		break
	}
	if at == "" {
		at = "?"
	}
	return related("reuse.still", pipeline.Note, all, map[string]string{"side": side, "time": at})
}

// leastRetiming is how far a speed must lie from that of the other copy to be told: clocks of cameras and rounded frame rates
// differ by less.
const leastRetiming = 0.02

// retimed tells of footage that runs at another speed in a copy.
func retimed(d pipeline.Dossier) []pipeline.Finding {
	speed := 0.0
	all := neighbours(d, func(n pipeline.Neighbour) bool {
		if !confirmed(n) || n.Match.Basis != pipeline.SharedFootage {
			return false
		}
		for _, s := range n.Match.Segments {
			if s.Ambiguous || s.Strength == pipeline.Suggested || !(s.Speed > 0) || math.Abs(s.Speed-1) < leastRetiming {
				continue
			}
			if speed == 0 {
				speed = s.Speed
				if n.Match.A != d.Item.Digest {
					speed = 1 / s.Speed
				}
			}
			return true
		}
		return false
	})
	return related("reuse.retimed", pipeline.Questions, all, map[string]string{"speed": decimals(speed, 2)})
}

// decided tells what people said of matches.
func decided(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	seen := map[pipeline.Digest]bool{}
	for _, n := range neighbours(d, func(n pipeline.Neighbour) bool { return n.Decision != nil }) {
		if seen[n.Other.Digest] {
			continue // one pair, several matches
		}
		seen[n.Other.Digest] = true
		c := n.cite()
		c.What = "decision:" + string(n.Decision.Verdict)
		out = append(out, pipeline.Finding{
			Code: "reuse.decided", Weight: pipeline.Note,
			Values: map[string]string{"name": n.title(), "decision": string(n.Decision.Verdict), "by": quote(string(n.Decision.By)), "at": n.Decision.At.UTC().Format("2006-01-02 15:04:05 UTC")},
			Cites:  []pipeline.Cite{c},
		})
	}
	return out
}
