package structure

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"dokaz/pipeline"
)

// maxTree bounds the canonical text; its digest is of as much.
const maxTree = 1 << 20

// branch adds a box to the canonical text of the tree: names in order, fragments once however many there are.
func (m *bmff) branch(name string, depth int, last *string) {
	if m.tree.Len() > maxTree || depth == 0 && (name == "moof" || name == "mdat") && strings.Contains(*last, name) {
		return
	}
	if depth == 0 && (name == "moof" || name == "mdat") && (*last == "moof" || *last == "mdat") {
		*last += name
	} else {
		*last = name
	}
	fmt.Fprintf(&m.tree, ",%s", code([]byte(name)))
}

// chosenFields are those that a program chooses and that do not follow from what is shown.
var chosenFields = map[string][]string{
	"ftyp": {"major_brand", "minor_version", "compatible_brands"}, "styp": {"major_brand", "minor_version", "compatible_brands"},
	"mvhd": {"version", "timescale"}, "tkhd": {"version", "flags", "layer", "alternate_group"}, "mdhd": {"version", "language"},
	"hdlr": {"component_type", "handler_type", "manufacturer", "name"}, "elst": {"entry_count"}, "colr": {"colour_type"},
	"infe": {"item_type"}, "auxC": {"aux_type"}, "avc1": {"compressorname"}, "hvc1": {"compressorname"},
}

func (m *bmff) chosen(name string, fields []pipeline.Field) {
	if m.tree.Len() > maxTree {
		return
	}
	for _, want := range chosenFields[name] {
		for _, f := range fields {
			if f.Name == want {
				fmt.Fprintf(&m.tree, "=%s", f.Value)
			}
		}
	}
}

// sign says the signature: bmff-boxtree/1 is the tree of boxes with the fields of chosenFields, the names of keys and items, and the
// values of those in which programs sign. Sizes, times, counts and places are left out, and so is how often fragments repeat.
func (m *bmff) sign() {
	all := strings.TrimPrefix(m.tree.String(), ",")
	all = once(strings.ReplaceAll(all, "(,", "("))
	if all == "" {
		return
	}
	s := pipeline.Signature{Algorithm: "bmff-boxtree/1", Digest: pipeline.DigestOf([]byte(all)), Text: all}
	if len(all) > pipeline.MaxSignatureText {
		s.Text, s.Cut = strings.ToValidUTF8(all[:pipeline.MaxSignatureText], ""), true
	}
	m.w.say(pipeline.Where{}, s)
}

// once leaves out a box that is told like the one before it: a picture has as many tiles as it is large.
func once(all string) string {
	tokens := strings.Split(all, ",")
	out := tokens[:1]
	for _, t := range tokens[1:] {
		if t != out[len(out)-1] || strings.ContainsAny(t, "()") {
			out = append(out, t)
		}
	}
	return strings.Join(out, ",")
}

func float32Text(v uint32) string { return floatText(float64(math.Float32frombits(v)), 32) }
func float64Text(v uint64) string { return floatText(math.Float64frombits(v), 64) }

func floatText(v float64, bits int) string { return strconv.FormatFloat(v, 'g', -1, bits) }
