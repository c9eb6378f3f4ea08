package chromaprint

const (
	// Rate is the rate that sound is fingerprinted at, hertz.
	Rate = 11025

	frameLength = 4096 // samples
)

// Pace is how densely words are taken: by how many samples one frame begins after the other.
type Pace int

// The paces. Words of different paces are not comparable.
const (
	Usual Pace = frameLength / 3 // as Chromaprint has it
	Fine  Pace = Usual / 3       // three times as dense, our own: for sounds that are too short for many usual words
)

// Step is the time from one word to the next, seconds.
func (p Pace) Step() float64 { return float64(p) / Rate }

// Span is how much sound one word looks at, seconds: 2.7 at the usual pace, 1.2 at the fine one.
func (p Pace) Span() float64 {
	return float64(frameLength+(rows+len(smoothing)-2)*int(p)) / Rate
}

// Printer computes the fingerprint of one stream of sound.
type Printer struct {
	pace    Pace
	chroma  *chroma
	samples []int16 // not yet passed by
	recent  [len(smoothing)][notes]float64
	frames  int
	picture picture
	words   []uint32
}

// New returns a printer that was fed nothing.
func New(p Pace) *Printer {
	return &Printer{pace: p, chroma: newChroma(), samples: make([]int16, 0, 2*frameLength)}
}

// Feed takes the next samples, one channel at Rate.
func (p *Printer) Feed(samples []int16) {
	for len(samples) > 0 {
		n := min(len(samples), cap(p.samples)-len(p.samples))
		p.samples = append(p.samples, samples[:n]...)
		samples = samples[n:]
		passed := 0
		for ; len(p.samples)-passed >= frameLength; passed += int(p.pace) {
			p.frame(p.samples[passed:])
		}
		p.samples = append(p.samples[:0], p.samples[passed:]...)
	}
}

// frame takes the frame that begins samples.
func (p *Printer) frame(samples []int16) {
	copy(p.recent[:], p.recent[1:])
	p.recent[len(p.recent)-1] = p.chroma.of(samples)
	if p.frames++; p.frames < len(p.recent) {
		return
	}
	p.picture.add(smooth(p.recent))
	if word, ok := p.picture.word(); ok {
		p.words = append(p.words, word)
	}
}

// Words returns the fingerprint of what was fed so far: none of less than the pace's Span.
func (p *Printer) Words() []uint32 { return p.words }
