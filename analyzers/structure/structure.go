package structure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/tiff"
	"dokaz/analyzers/internal/views"
	"dokaz/pipeline"
)

// Analyzer takes files apart. It has no state.
type Analyzer struct {
	limits pipeline.Limits
	bare   bool
}

// New returns the analyzer with the default limits.
func New() Analyzer { return Within(pipeline.Limits{}) }

// Within returns the analyzer with these limits.
func Within(l pipeline.Limits) Analyzer { return Analyzer{limits: l.OrDefaults()} }

// Fields returns one that says what a file is made of and what stands in it, and no more: it neither digests what is coded nor decodes a
// thumbnail. It is for holding what it says against another reader's.
func Fields(l pipeline.Limits) Analyzer { return Analyzer{limits: l.OrDefaults(), bare: true} }

// Spec declares it.
func (a Analyzer) Spec() pipeline.Spec {
	return pipeline.Spec{
		Name:    "structure",
		Version: 5,
		Parameters: fmt.Sprintf("at most %d pieces of %d fields, %d streams within one another, %d boxes, %d animation frames of together %d pixels, %d bytes of a segment, %d of a profile; previews up to %d pixels, of raw files the largest up to %d, %s, %s",
			pipeline.MaxPieces, pipeline.MaxPieceFields, maxStreams, a.limits.Nesting, a.limits.Frames, a.limits.Animated, maxHead, a.limits.Inflated, maxPreviewPixels, maxRawPreviewPixels, largeDecoder(), views.Parameters),
		Kinds: []pipeline.Kind{pipeline.Photo, pipeline.Video, pipeline.Audio},
		Yields: []pipeline.FactKind{
			pipeline.KindPiece, pipeline.KindSignature, pipeline.KindCodedDigest, pipeline.KindTag, pipeline.KindRelation, pipeline.KindEncoderTrace,
			pipeline.KindDerivative, pipeline.KindPictureHash,
		},
	}
}

// Read says the pieces of a file of the formats named above; of other formats it is unsupported. Where the structure breaks the
// pieces before that are said, and one that covers the rest; how the file ends is for analyzer format to say, and no error here.
func (a Analyzer) Read(ctx context.Context, _ pipeline.Item, o pipeline.Original, say pipeline.Say) error {
	w := &walk{ctx: ctx, limits: a.limits, bare: a.bare, file: parts.Open(ctx, o, o.Size()), size: o.Size(), room: rooms.Take()}
	w.say = parts.Inside(say, w.size)
	w.pieces = w.room.pieces
	defer w.done()
	head, err := w.bytes(0, min(w.size, pipeline.SniffLength))
	if err != nil {
		return err
	}
	format, _ := pipeline.Sniff(head)
	switch format.Name {
	case "jpeg":
		err = w.jpeg()
	case "png":
		err = w.png()
	case "gif":
		err = w.gif()
	case "webp":
		err = w.webp()
	case "tiff", "cr2":
		err = w.tiff()
	case "raf":
		err = w.raf()
	case "mp4", "mov", "3gp", "m4a", "heic", "avif":
		err = w.bmff(false)
	case "cr3":
		err = w.bmff(true)
	case "matroska", "webm":
		err = w.ebml()
	case "avi", "wav":
		err = w.riff()
	case "mpegts":
		err = w.mpegts()
	case "mpegps":
		err = w.mpegps()
	case "ogg":
		err = w.ogg()
	case "flac":
		err = w.flac()
	case "mp3":
		err = w.mp3()
	default:
		return fmt.Errorf("%w: structure of %s", pipeline.ErrUnsupported, format.Name)
	}
	w.animation()
	w.tell()
	var cut *parts.Cut
	var stray *parts.Stray
	if err == nil || errors.As(err, &cut) || errors.As(err, &stray) {
		return w.passed
	}
	return err
}

// top is the parent of pieces that the file itself holds.
const top = -1

// walk is one file being taken apart. Pieces are told at the end, when it is known which of them have names alike.
type walk struct {
	ctx     context.Context
	file    *parts.File
	size    int64
	say     pipeline.Say
	pieces  []node
	more    int64 // pieces past the bound
	streams int   // JPEG streams walked
	tags    int   // fields of metadata said

	previews int // decoded
	animated animated
	room     *room
	raw      bool  // a TIFF file, among which are most raw files
	largest  found // preview of a raw file that is not shown yet

	limits pipeline.Limits
	bare   bool  // nothing is digested or decoded
	passed error // the first limit at which something was left out
}

// pass keeps the first limit that was passed. The walk goes on beside what was left out.
func (w *walk) pass(what string, value, limit int64) {
	if w.passed == nil {
		w.passed = pipeline.Over(what, value, limit)
	}
}

type node struct {
	pipeline.Piece
	parent     int
	at, length int64
}

// ReadAt reads the file as long as the context lasts.
func (w *walk) ReadAt(b []byte, at int64) (int, error) {
	return w.file.ReadAt(b, at)
}

// bytes reads n bytes at offset at, or fewer where the file ends.
func (w *walk) bytes(at, n int64) ([]byte, error) {
	var b []byte
	return w.into(&b, at, n)
}

// add keeps a piece under its parent and returns its number, or the parent's where the bound is reached.
func (w *walk) add(parent int, at, length int64, p pipeline.Piece) int {
	if len(w.pieces) == pipeline.MaxPieces {
		w.more++
		return parent
	}
	if parent != top {
		p.Depth = w.pieces[parent].Depth + 1
	}
	w.pieces = append(w.pieces, node{Piece: p, parent: parent, at: at, length: max(0, min(length, w.size-at))})
	return len(w.pieces) - 1
}

// note adds to what stands out in a piece.
func (w *walk) note(i int, text string) {
	if i == top || i >= len(w.pieces) {
		return
	}
	if n := &w.pieces[i].Note; *n == "" {
		*n = clip(text)
	} else {
		*n = clip(*n + "; " + text)
	}
}

// tell says the pieces in the order of the file, each behind its parent. Of those that share parent and name each is numbered in
// its path.
func (w *walk) tell() {
	order := make([]int, len(w.pieces))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(w.pieces[a].parent, w.pieces[b].parent), cmp.Compare(w.pieces[a].at, w.pieces[b].at))
	})
	last := len(w.pieces) - 1
	places := make([]int64, len(w.pieces)) // what is said keeps them
	var tell func(parent int, path string)
	tell = func(parent int, path string) {
		from, _ := slices.BinarySearchFunc(order, parent, func(i, parent int) int { return cmp.Compare(w.pieces[i].parent, parent) })
		children := order[from:]
		if n := slices.IndexFunc(children, func(i int) bool { return w.pieces[i].parent != parent }); n >= 0 {
			children = children[:n]
		}
		var count, next map[string]int
		if len(children) > 1 {
			count, next = make(map[string]int, len(children)), map[string]int{}
			for _, i := range children {
				count[w.pieces[i].Name]++
			}
		}
		for _, i := range children {
			n := w.pieces[i]
			own := path + n.Name
			if count[n.Name] > 1 {
				own += "[" + strconv.Itoa(next[n.Name]) + "]"
				next[n.Name]++
			}
			if i == last {
				n.More = w.more
			}
			if len(n.Fields) > pipeline.MaxPieceFields {
				n.Fields, n.Cut = n.Fields[:pipeline.MaxPieceFields], true
			}
			for f := range n.Fields {
				n.Fields[f].Offset, n.Fields[f].Length = parts.Place(n.Fields[f].Offset, n.Fields[f].Length, w.size)
			}
			places[i] = n.at
			w.say(pipeline.Where{Path: own, Offset: &places[i], Length: n.length}, n.Piece)
			tell(i, own+"/")
		}
	}
	tell(top, "")
}

// broken covers what no piece accounts for, from at on, and says why.
func (w *walk) broken(format string, at int64, err error) error {
	var cut *parts.Cut
	var stray *parts.Stray
	if errors.As(err, &cut) {
		at = max(at, cut.At)
	}
	if (cut != nil || errors.As(err, &stray)) && at < w.size {
		w.add(top, at, w.size-at, pipeline.Piece{Format: format, Name: "rest", Label: "not taken apart", Note: clip(err.Error())})
	}
	return err
}

// field makes one decoded value.
func field(name string, value any, at, length int64) pipeline.Field {
	return pipeline.Field{Name: name, Value: clip(written(value)), Offset: at, Length: length}
}

// written is fmt.Sprint, sooner for what most values are.
func written(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case uint8:
		return strconv.Itoa(int(v))
	case uint16:
		return strconv.Itoa(int(v))
	case uint32:
		return strconv.FormatUint(uint64(v), 10)
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return fmt.Sprint(value)
}

// clip keeps text within the bound, on one line of printable characters.
func clip(s string) string {
	if plain(s) {
		return s
	}
	out := make([]rune, 0, min(len(s), pipeline.MaxPieceText))
	n := 0
	for _, r := range s {
		if r < 0x20 || r == 0x7f {
			r = ' '
		}
		if n += len(string(r)); n > pipeline.MaxPieceText {
			break
		}
		out = append(out, r)
	}
	return string(out)
}

// plain reports whether text is within the bound and printable ASCII.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return len(s) <= pipeline.MaxPieceText
}

func grouped(n int64) string { return tiff.Grouped(n) }
