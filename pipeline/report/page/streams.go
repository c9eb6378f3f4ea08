package page

import (
	"fmt"
	"html/template"
	"math/big"
	"strings"

	"dokaz/pipeline"
)

// keytimes lists keyframe times of one stream.
type keytimes struct {
	Title template.HTML
	Times template.HTML
}

// maxKeytimes bounds the keyframe times shown; the rest stand in report.json.
const maxKeytimes = 500

// fillStreams shows the container as a whole, its streams, and the times of their keyframes.
func (m maker) fillStreams(v *view) {
	for _, s := range all[pipeline.Container](m.r) {
		c := s.fact
		parts := []template.HTML{code(c.Format)}
		if c.Brand != "" {
			parts = append(parts, m.Say("streams.brand", "brand", c.Brand))
		}
		if c.Duration != 0 {
			parts = append(parts, m.Say("streams.duration", "duration", m.lasting(c.Duration)))
		}
		if c.Start != 0 {
			parts = append(parts, m.Say("streams.start", "start", m.Decimal(trim(c.Start))))
		}
		if c.BitRate != 0 {
			parts = append(parts, m.Say("streams.rate", "rate", number(c.BitRate)))
		}
		v.Containers = append(v.Containers, Join(", ", parts...))
	}
	t := table{class: "streams", caption: m.Text("streams.title"), heads: m.texts("streams.index", "streams.type", "streams.codec", "streams.picture", "streams.duration_head", "streams.frames", "streams.handler", "streams.decodable")}
	for _, s := range all[pipeline.Stream](m.r) {
		t.rows = append(t.rows, m.stream(s.fact))
	}
	v.Streams = t.HTML()
	for _, s := range all[pipeline.Keyframes](m.r) {
		if len(s.fact.Times) == 0 {
			continue
		}
		var b strings.Builder
		for i, at := range s.fact.Times[:min(len(s.fact.Times), maxKeytimes)] {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(trim(at))
		}
		times := ours(b.String())
		if s.fact.Cut || len(s.fact.Times) > maxKeytimes {
			times += ", … " + m.Say("streams.keycut")
		}
		v.Keytimes = append(v.Keytimes, keytimes{m.Say("streams.keytimes", "stream", s.fact.Stream), times})
	}
}

// stream is one row: codec in words and code, what it carries, how long, how many.
func (m maker) stream(s pipeline.Stream) []template.HTML {
	var carries []template.HTML
	if s.Width != 0 || s.Height != 0 {
		carries = append(carries, ours(fmt.Sprintf("%d × %d", s.Width, s.Height)), shown(s.PixelFormat))
	}
	if s.Aspect != "" {
		carries = append(carries, code(s.Aspect))
	}
	if s.Rotation != 0 {
		carries = append(carries, m.Say("streams.rotation", "degrees", digits(int64(s.Rotation))))
	}
	if s.SampleRate != 0 {
		carries = append(carries, m.Say("streams.hertz", "rate", number(int64(s.SampleRate))), m.Say("streams.channels", "count", s.Channels), shown(s.SampleFormat))
	}
	length := template.HTML("")
	if s.Duration != 0 {
		length = m.lasting(s.Duration)
	}
	if s.Start != 0 {
		length = Join("<br>", length, m.Say("streams.start", "start", m.Decimal(trim(s.Start))))
	}
	if s.BitRate != 0 {
		length = Join("<br>", length, m.Say("streams.rate", "rate", number(s.BitRate)))
	}
	var frames []template.HTML
	if rate := rational(s.AverageRate, s.FrameRate); rate != "" {
		frames = append(frames, m.Say("streams.per_second", "rate", m.Decimal(rate)))
	}
	for _, c := range []struct {
		line  string
		count int64
	}{{"streams.stated", s.Frames}, {"streams.packets", s.Packets}, {"streams.keyframes", s.Keyframes}} {
		if c.count != 0 {
			frames = append(frames, m.Say(c.line, "count", number(c.count)))
		}
	}
	decodable := m.Say("no")
	if s.Decodable {
		decodable = m.Say("yes")
	}
	codec := Join(", ", code(s.Codec), shown(s.Profile), code(s.CodecTag))
	return []template.HTML{
		digits(int64(s.Index)), m.Word("stream", s.Type), codec, Join(", ", carries...), length, Join("<br>", frames...), Join("<br>", shown(s.Handler), shown(s.Language)), decodable,
	}
}

// rational writes the first of the fractions a/b that is a positive number, with at most three decimals.
func rational(fractions ...string) string {
	for _, f := range fractions {
		if len(f) > 40 {
			continue
		}
		r, ok := new(big.Rat).SetString(f)
		if !ok || r.Sign() <= 0 || strings.ContainsAny(f, "eEpP") {
			continue
		}
		v, _ := r.Float64()
		return trim(v)
	}
	return ""
}
