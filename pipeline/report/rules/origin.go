package rules

import (
	"cmp"
	"slices"
	"strconv"

	"dokaz/pipeline"
)

// Which of several copies stands nearest to the device that recorded them cannot be known from the files alone. What can be said is
// which kept more of what a recording has and what passing it on takes away. Each sign below compares two copies; none says who
// copied whom, and all can be made up.
//
// When a copy arrived here is no sign: a report's core comes out equal whenever items are received.

// holder says which of two copies a sign speaks for.
type holder string

const (
	here  holder = "this"
	there holder = "other"
	even  holder = "even"
)

// The least ratios that count.
const (
	morePixels = 1.2 // pixels that show the same part of the scene
	manyPixels = 4.0 // so many more count for two signs: few enlarge a picture to twice its width and height
	moreBytes  = 1.3 // bytes for each pixel, in one format
	coarser    = 1.1 // mean steps of JPEG's quantisation
	noFewer    = 0.8 // pixels of a copy that shows more, for it to be more than a frame round the other
	wholePart  = 0.95
	cameraSign = 2 // a camera's own structure counts for two signs
	leastSigns = 2 // more on one side than on the other, to be told: one alone has too many causes
)

// standing is what one copy kept, as its own bytes say.
type standing struct {
	camera   int     // 0 names no device, 1 a device, 2 with a time of capture, 3 with its maker's own notes
	metadata int     // of time, place and device, how many
	pixels   float64 // of a picture or a video's frame; 0 where not known
	density  float64 // bytes, of videos bits a second, for each pixel; 0 where not known
	step     float64 // mean step by which a JPEG's luma was quantised; 0 where not known
	traces   int     // of editors and services
	borders  bool    // round the picture
}

func standingOf(d pipeline.Dossier) standing {
	var s standing
	timed, placed, named := len(statements(d, "original", "gps", "container_created")) > 0, len(positions(d)) > 0, len(devices(d)) > 0
	for _, has := range []bool{timed, placed, named} {
		if has {
			s.metadata++
		}
	}
	if named {
		s.camera = 1
	}
	if named && timed {
		s.camera = 2
	}
	for _, t := range all[pipeline.Tag](d) {
		if makerNote(t.fact) && s.camera == 2 {
			s.camera = 3
		}
	}
	s.pixels, s.step = pixelsOf(d), stepOf(d)
	if s.pixels > 0 {
		s.density = float64(d.Item.Size) / s.pixels
		for _, c := range all[pipeline.Container](d) {
			s.density = float64(c.fact.BitRate) / s.pixels
		}
	}
	s.traces = len(editingSoftware(d)) + len(platformTraces(d))
	for _, h := range all[pipeline.PictureHash](d) {
		s.borders = s.borders || bordered(h.fact)
	}
	return s
}

// pixelsOf counts the pixels of a picture, or of a frame of the first video stream. What metadata states of a size is no pixel.
func pixelsOf(d pipeline.Dossier) float64 {
	for _, r := range all[pipeline.Raster](d) {
		if r.fact.Coded() && r.fact.Width > 0 && r.fact.Height > 0 {
			return float64(r.fact.Width) * float64(r.fact.Height)
		}
	}
	for _, s := range all[pipeline.Stream](d) {
		if s.fact.Type == "video" && s.fact.Width > 0 && s.fact.Height > 0 {
			return float64(s.fact.Width) * float64(s.fact.Height)
		}
	}
	return 0
}

// stepOf is the first mean step of quantisation that is stated; 0 where none is.
func stepOf(d pipeline.Dossier) float64 {
	for _, r := range all[pipeline.Raster](d) {
		if r.fact.Step > 0 {
			return r.fact.Step
		}
	}
	return 0
}

// sign is one comparison of two copies.
type sign struct {
	name   string
	holder holder
	counts int
}

// Ranked is a copy with what speaks for its standing nearer to the recording than the item it is compared with, and against.
type Ranked struct {
	Item         pipeline.Digest
	Name         string
	For, Against int
	signs        []sign
	neighbour
}

// Copies compares an item with each of its copies: those that kept most first, of equals the nearest match, then the lesser digest.
func Copies(d pipeline.Dossier) []Ranked {
	own := standingOf(d)
	var out []Ranked
	for _, n := range copies(d) {
		r := Ranked{Item: n.Other.Digest, Name: n.title(), neighbour: n, signs: signsOf(own, standingOf(n.states), n, d.Item.Format == n.Other.Format)}
		for _, s := range r.signs {
			switch s.holder {
			case there:
				r.For += s.counts
			case here:
				r.Against += s.counts
			case even:
			}
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b Ranked) int {
		return cmp.Or(cmp.Compare(b.net(), a.net()), cmp.Compare(a.Match.Distance, b.Match.Distance), a.Item.Compare(b.Item))
	})
	return out
}

// heldBy names the signs that one of the two has.
func (r Ranked) heldBy(h holder) []string {
	var out []string
	for _, s := range r.signs {
		if s.holder == h {
			out = append(out, s.name)
		}
	}
	return out
}

func (r Ranked) net() int { return r.For - r.Against }

// signsOf compares what two copies kept.
func signsOf(own, other standing, n neighbour, oneFormat bool) []sign {
	ownPart, otherPart := parts(n)
	shared := func(s standing, part float64) float64 { return s.pixels * part }
	out := []sign{
		{"camera", greater(float64(own.camera), float64(other.camera), 1), cameraSign},
		{"metadata", greater(float64(own.metadata), float64(other.metadata), 1), 1},
		{"extent", even, 1},
		{"pixels", known(shared(own, ownPart), shared(other, otherPart), morePixels), 1},
		{"compression", even, 1},
		{"traces", greater(float64(other.traces), float64(own.traces), 1), 1},
		{"borders", greater(truth(other.borders), truth(own.borders), 1), 1},
	}
	if known(shared(own, ownPart), shared(other, otherPart), manyPixels) != even {
		out[3].counts++
	}
	// Every saving quantises anew, and services save coarsely. Where two JPEGs are as fine, or it is not known, the bytes count: what was
	// saved before takes fewer.
	out[4].holder = known(other.step, own.step, coarser)
	if out[4].holder == even && oneFormat && out[3].holder == even { // a smaller picture has more bytes for each pixel, whatever became of it
		out[4].holder = known(own.density, other.density, moreBytes)
	}
	// Whoever shows more, with no fewer pixels for what both show, was not made by putting a frame round the other.
	switch {
	case ownPart < wholePart && otherPart >= wholePart && shared(own, ownPart) >= noFewer*shared(other, otherPart):
		out[2].holder = here
	case otherPart < wholePart && ownPart >= wholePart && shared(other, otherPart) >= noFewer*shared(own, ownPart):
		out[2].holder = there
	}
	return out
}

// parts are the shares of this item's picture and of the other's that show the same.
func parts(n neighbour) (own, other float64) {
	a, b := n.Match.Transform.Crop.Area(), n.Match.Transform.Within.Area()
	if n.here {
		return a, b
	}
	return b, a
}

// greater says who has the more: more than the other, and at least so many times as much.
func greater(own, other, times float64) holder {
	switch {
	case own > other && own >= times*other:
		return here
	case other > own && other >= times*own:
		return there
	}
	return even
}

// known is greater where both are known.
func known(own, other, times float64) holder {
	if own <= 0 || other <= 0 {
		return even
	}
	return greater(own, other, times)
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// moreOriginal tells of the copy that kept most, where one kept more than this item.
func moreOriginal(d pipeline.Dossier) []pipeline.Finding {
	ranked := Copies(d)
	if len(ranked) == 0 || ranked[0].net() < leastSigns {
		return nil
	}
	best := ranked[0]
	return []pipeline.Finding{{
		Code: "reuse.more_original", Weight: pipeline.Note,
		Values: best.values(ranked), Cites: bounded(append(ranking(ranked), best.evidence(d)...)),
	}}
}

// mostOriginal tells that no copy kept more than this item, and some kept less.
func mostOriginal(d pipeline.Dossier) []pipeline.Finding {
	ranked := Copies(d)
	if len(ranked) == 0 || ranked[0].net() > 0 || ranked[len(ranked)-1].net() > -leastSigns {
		return nil
	}
	fewer := 0
	for _, r := range ranked {
		if r.net() <= -leastSigns {
			fewer++
		}
	}
	return []pipeline.Finding{{
		Code: "reuse.most_original", Weight: pipeline.Note,
		Values: map[string]string{"copies": strconv.Itoa(len(ranked)), "fewer": strconv.Itoa(fewer)}, Cites: ranking(ranked),
	}}
}

// values fill the texts: who holds each sign.
func (r Ranked) values(all []Ranked) map[string]string {
	out := map[string]string{
		"name": r.Name, "digest": r.Item.Hex()[:12], "copies": strconv.Itoa(len(all)), "for": strconv.Itoa(r.For), "against": strconv.Itoa(r.Against),
	}
	for _, s := range r.signs {
		out[s.name] = string(s.holder)
	}
	return out
}

// ranking cites the matches with the copies compared, in their order, each with the signs for and against it.
func ranking(all []Ranked) []pipeline.Cite {
	var out []pipeline.Cite
	for _, r := range all[:min(len(all), maxCites/2)] {
		c := r.cite()
		c.What = "copy +" + strconv.Itoa(r.For) + " -" + strconv.Itoa(r.Against)
		out = append(out, c)
	}
	return out
}

// evidence cites what the signs rest on, of the copy and of this item.
func (r Ranked) evidence(d pipeline.Dossier) []pipeline.Cite {
	return append(r.citing(kept(r.states)), kept(d)...)
}

// kept cites what a file states of its camera, its time and its size.
func kept(d pipeline.Dossier) (out []pipeline.Cite) {
	for _, v := range devices(d) {
		out = append(out, v.cites[0])
	}
	for _, s := range statements(d, "original", "gps", "container_created") {
		out = append(out, s.cites[0])
	}
	for _, t := range all[pipeline.Tag](d) {
		if makerNote(t.fact) {
			out = append(out, t.cite("ExifIFD:MakerNote", ""))
			break
		}
	}
	for _, r := range all[pipeline.Raster](d) {
		if !r.fact.Coded() {
			continue
		}
		out = append(out, r.cite("size", sizeOf(r.fact)))
		break
	}
	for _, r := range all[pipeline.Raster](d) {
		if r.fact.Step > 0 {
			out = append(out, r.cite("mean quantisation step", decimals(r.fact.Step, 2)))
			break
		}
	}
	return out[:min(len(out), maxCites/8)]
}
