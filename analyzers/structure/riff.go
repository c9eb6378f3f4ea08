package structure

import (
	"encoding/binary"
	"fmt"
	"strings"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

var riffLabels = labels("riff-chunk")

// riff takes AVI and WAVE apart: chunks and lists, without the frames in movi.
func (w *walk) riff() error {
	var tree strings.Builder
	err := w.chunks(&tree, top, 0, w.size, 0, "")
	if all := tree.String(); all != "" {
		s := pipeline.Signature{Algorithm: "riff-tree/1", Digest: pipeline.DigestOf([]byte(all)), Text: all}
		if len(all) > pipeline.MaxSignatureText {
			s.Text, s.Cut = strings.ToValidUTF8(all[:pipeline.MaxSignatureText], ""), true
		}
		w.say(pipeline.Where{}, s)
	}
	return w.broken("riff", w.covered(), err)
}

func (w *walk) chunks(tree *strings.Builder, parent int, at, end int64, depth int, list string) error {
	for c, err := range parts.RIFFChunks(w, at, end) {
		if err != nil {
			return err
		}
		if parent == top && c.Name != "RIFF" && c.Name != "RIFX" {
			return &parts.Stray{At: c.At, What: "no RIFF chunk"}
		}
		name := code([]byte(c.Name))
		stop, note := min(c.End(), end), ""
		if c.End() > end {
			note = fmt.Sprintf("runs %s bytes past the end of what holds it", grouped(c.End()-end))
		}
		i := w.add(parent, c.At, stop-c.At, pipeline.Piece{Format: "riff", Name: name, Header: 8, Label: riffLabels()[name], Note: note})
		if tree.Len() < maxTree {
			fmt.Fprintf(tree, ",%s", name)
		}
		if len(w.pieces) == pipeline.MaxPieces && w.more > 0 {
			continue
		}
		b, err := w.into(&w.room.body, c.Body, min(stop-c.Body, maxTagText))
		if err != nil {
			return err
		}
		switch {
		case (c.Name == "RIFF" || c.Name == "LIST") && len(b) >= 4:
			form := code(b[:4])
			w.pieces[i].Fields = append(w.pieces[i].Fields, field("type", form, c.Body, 4))
			fmt.Fprintf(tree, "=%s(", form)
			if form != "movi" && depth < maxDepth {
				err = w.chunks(tree, i, c.Body+4, stop, depth+1, form)
			}
			tree.WriteByte(')')
			if err != nil {
				return err
			}
		default:
			w.chunkValue(tree, i, c, b, list)
		}
	}
	return nil
}

// chunkValue decodes a chunk: headers, and the texts of INFO lists and names.
func (w *walk) chunkValue(tree *strings.Builder, i int, c parts.Part, b []byte, list string) {
	put := func(name string, value any, at, n int) {
		w.pieces[i].Fields = append(w.pieces[i].Fields, field(name, value, c.Body+int64(at), int64(n)))
	}
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	u16 := func(at int) uint16 { return binary.LittleEndian.Uint16(b[at:]) }
	switch {
	case c.Name == "avih" && len(b) >= 40:
		for n, name := range []string{"dwMicroSecPerFrame", "dwMaxBytesPerSec", "dwPaddingGranularity", "dwFlags", "dwTotalFrames", "dwInitialFrames", "dwStreams", "dwSuggestedBufferSize", "dwWidth", "dwHeight"} {
			put(name, u32(4*n), 4*n, 4)
		}
	case c.Name == "strh" && len(b) >= 48:
		put("fccType", code(b[:4]), 0, 4)
		put("fccHandler", code(b[4:8]), 4, 4)
		for n, name := range []string{"dwScale", "dwRate", "dwStart", "dwLength", "dwSuggestedBufferSize", "dwQuality", "dwSampleSize"} {
			put(name, u32(20+4*n), 20+4*n, 4)
		}
		fmt.Fprintf(tree, "=%s=%s", code(b[:4]), code(b[4:8]))
	case c.Name == "fmt " && len(b) >= 16:
		put("wFormatTag", u16(0), 0, 2)
		put("nChannels", u16(2), 2, 2)
		put("nSamplesPerSec", u32(4), 4, 4)
		put("nAvgBytesPerSec", u32(8), 8, 4)
		put("nBlockAlign", u16(12), 12, 2)
		put("wBitsPerSample", u16(14), 14, 2)
	case list == "INFO", c.Name == "IDIT", c.Name == "strn", c.Name == "ISMP":
		value := text([]byte(strings.TrimRight(string(b), "\x00\n\r ")))
		group := "RIFF"
		if list == "INFO" {
			group = "RIFF:INFO"
		}
		if w.tags++; w.tags <= maxItemTags {
			w.say(pipeline.At(c.At, c.End()-c.At), pipeline.Tag{Reader: "structure", Group: group, Name: c.Name, Value: value, Cut: c.Length > maxTagText})
		}
		if c.Name == "ISFT" {
			fmt.Fprintf(tree, "=%s", clip(value))
		}
	}
}
