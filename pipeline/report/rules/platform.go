package rules

import (
	"regexp"
	"strings"

	"dokaz/pipeline"
)

// ffmpegMuxer is what FFmpeg's container writer signs with (libavformat, LIBAVFORMAT_IDENT).
var ffmpegMuxer = regexp.MustCompile(`^Lavf\d`)

// platformTraces tells of marks that services are known to leave. Each is a mark of the last service that
// wrote the file, can be set by anybody, and explains missing metadata rather than casting doubt.
//
// whatsapp_name: see messengerName. facebook_fbmd: IPTC 2:40 beginning with FBMD, seen on pictures delivered
// by Facebook since 2014. ffmpeg_muxer: many services and editors write with FFmpeg.
func platformTraces(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	add := func(trace, value string, cites []pipeline.Cite) {
		for i := range out {
			if out[i].Values["trace"] == trace && out[i].Values["value"] == quote(value) {
				out[i].Cites = bounded(append(out[i].Cites, cites...))
				return
			}
		}
		out = append(out, pipeline.Finding{
			Code: "platform.consistent", Weight: pipeline.Note,
			Values: map[string]string{"trace": trace, "value": quote(value)}, Cites: cites,
		})
	}
	for _, n := range names(d) {
		if messengerName.MatchString(n.text) {
			add("whatsapp_name", n.text, n.cites)
		}
	}
	for _, s := range all[pipeline.Tag](d) {
		if facebookMark(s.fact) {
			add("facebook_fbmd", s.fact.Value, []pipeline.Cite{s.cite("IPTC:SpecialInstructions", s.fact.Value)})
		}
	}
	for _, s := range all[pipeline.EncoderTrace](d) {
		if ffmpegMuxer.MatchString(s.fact.Value) {
			add("ffmpeg_muxer", s.fact.Value, []pipeline.Cite{s.cite(s.fact.Source, s.fact.Value)})
		}
	}
	return out
}

// facebookMark tells the field in which Facebook signs what it delivers.
func facebookMark(t pipeline.Tag) bool {
	return t.Group == "IPTC" && t.ID == "2:40" && strings.HasPrefix(t.Value, "FBMD")
}
