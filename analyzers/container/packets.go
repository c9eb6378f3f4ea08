package container

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"dokaz/analyzers/internal/libav"
	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// counts is what the packets of a file show.
type counts struct {
	streams []*counted
	last    float64 // seconds on the container's clock, where the last packet ends
}

// counted is what the packets of one stream show.
type counted struct {
	stream        libav.Stream
	packets, keys int64
	times         []float64 // of keyframes, seconds from the stream's start
	first         int64     // ticks of the first packet with a time, where the stream states no start
	coded         *codedDigest
}

func newCounts(streams []libav.Stream) *counts {
	c := &counts{last: math.Inf(-1)}
	for _, s := range streams {
		c.streams = append(c.streams, &counted{stream: s, first: s.Start, coded: digestOf(s)})
	}
	return c
}

func (c *counts) packet(p libav.Packet) error {
	n := c.streams[p.Stream]
	n.packets++
	if n.coded != nil {
		n.coded.add(p.Data)
	}
	at := p.PTS
	if at == libav.NoTime {
		at = p.DTS
	}
	if p.Key {
		n.keys++
	}
	if at == libav.NoTime {
		return nil
	}
	if n.first == libav.NoTime {
		n.first = at
	}
	seconds := n.stream.TimeBase.Seconds(at)
	c.last = max(c.last, seconds+n.stream.TimeBase.Seconds(max(p.Duration, 0)))
	if p.Key && n.stream.Type == "video" && len(n.times) < maxKeyframes {
		n.times = append(n.times, micro(seconds-n.stream.TimeBase.Seconds(n.first)))
	}
	return nil
}

// micro rounds seconds to millionths, which is finer than any clock that writes containers.
func micro(seconds float64) float64 { return math.Round(seconds*1e6) / 1e6 }

// ascending gives the times in order: packets come in the order of decoding.
func (n *counted) ascending() []float64 {
	slices.Sort(n.times)
	return n.times
}

// slack is how much shorter than stated the packets may be before the file counts as truncated: headers round,
// and sound and picture seldom end together.
const slack = 2 // seconds, and frames

// sayEnd says that the packets end before the container does: well before a duration that it states, or with an error.
func sayEnd(it pipeline.Item, c libav.Container, n *counts, damage *libav.DamageError, say pipeline.Say) {
	note, short := "", n.missing(it.Format)
	switch {
	case !c.Estimated && c.Duration > 0 && !math.IsInf(n.last, -1) && n.last-c.Start < c.Duration-slack:
		note = fmt.Sprintf("packets end at %.3f s of %.3f s stated", n.last-c.Start, c.Duration)
	case short != nil:
		note = fmt.Sprintf("stream %d has %d packets of %d frames stated", short.stream.Index, short.packets, short.stream.Frames)
	case damage != nil && damage.Ended != nil:
		note = damage.Ended.Error()
	default:
		return
	}
	say(pipeline.At(it.Size, 0), pipeline.Extent{What: "truncated", Note: note})
}

// missing returns the film stream of an AVI that has fewer packets than its header has frames, beyond what dropped frames
// explain: there libav itself shortens the duration to what the file can hold. Other containers count frames that an
// edit leaves out.
func (c *counts) missing(format string) *counted {
	for _, n := range c.streams {
		if format == "avi" && n.stream.Type == "video" && n.packets < n.stream.Frames-max(slack, n.stream.Frames/20) {
			return n
		}
	}
	return nil
}

// sayCutBox says which top-level box of an ISO base media file is longer than the file has room for.
func sayCutBox(it pipeline.Item, o pipeline.Original, say pipeline.Say) (bool, error) {
	switch it.Format {
	case "mp4", "mov", "3gp", "m4a":
	default:
		return false, nil
	}
	for b, err := range parts.Boxes(o, 0, it.Size) {
		var stray *parts.Stray
		if errors.As(err, &stray) {
			return false, nil // bytes that are no box are for those who read structure
		}
		if err != nil {
			return false, err
		}
		if missing := b.End() - it.Size; missing > 0 {
			say(pipeline.At(it.Size, 0), pipeline.Extent{
				What: "truncated", Length: missing,
				Note: fmt.Sprintf("box %q at byte %d ends %d bytes past the end of the file", b.Name, b.At, missing),
			})
			return true, nil
		}
	}
	return false, nil
}
