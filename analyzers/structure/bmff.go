package structure

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"

	"dokaz/analyzers/internal/lexicon"
	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// Bounds of a walk of boxes.
const (
	maxBox       = 64 << 10 // bytes of a box looked into
	maxFront     = 256      // bytes of it where boxes follow
	maxTable     = 1 << 20  // bytes of a table of samples that are summed up
	maxFragments = 16       // movie fragments taken apart; the others are listed
)

type boxKind struct{ label, holds string }

var boxKinds = sync.OnceValue(func() map[string]boxKind {
	out := map[string]boxKind{}
	for _, r := range lexicon.Rows(table("bmff-box"), 3) {
		out[r[0]] = boxKind{r[1], r[2]}
	}
	return out
})

// layouts are by type and version.
var layouts = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, r := range lexicon.Rows(table("bmff-layout"), 3) {
		out[r[0]+"/"+r[1]] = r[2]
	}
	return out
})

// laidOut are the types that have a layout of any version.
var laidOut = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for key := range layouts() {
		name, _, _ := strings.Cut(key, "/")
		out[name] = true
	}
	return out
})

// userBoxes are by their identifier.
var userBoxes = sync.OnceValue(func() map[string]boxKind {
	out := map[string]boxKind{}
	for _, r := range lexicon.Rows(table("bmff-uuid"), 3) {
		out[r[0]] = boxKind{r[1], r[2]}
	}
	return out
})

// bmff takes a file of the ISO base media family apart (ISO/IEC 14496-12, QuickTime, HEIF).
type bmff struct {
	w         *walk
	keys      []string // of the metadata box being read
	track     int      // number of the track being read, from 1; 0 outside
	tracks    int      // seen
	fragments int
	roles     map[uint32]string // of HEIF items
	raw       bool              // a raw file of Canon's
	sample    sample            // of the track being read, of a raw file
	tree      strings.Builder   // canonical text of the signature
}

func (w *walk) bmff(raw bool) error {
	m := &bmff{w: w, raw: raw}
	items, err := parts.Items(w, w.size)
	if err == nil && len(items) > 0 {
		m.roles = rolesOf(items)
	}
	err = m.boxes(top, 0, w.size, 0)
	m.sign()
	if len(items) > 0 && !w.bare {
		m.coded(items)
	}
	if shown := w.showLargest(); shown != nil {
		return shown
	}
	return w.broken("bmff", w.covered(), err)
}

// covered is where the pieces at the top end.
func (w *walk) covered() (end int64) {
	for _, n := range w.pieces {
		if n.parent == top {
			end = max(end, n.at+n.length)
		}
	}
	return end
}

// boxes walks the boxes between two places of the file.
func (m *bmff) boxes(parent int, at, end int64, depth int) error {
	last := ""
	for b, err := range parts.Boxes(m.w, at, end) {
		if err != nil {
			var stray *parts.Stray
			if parent != top && errors.As(err, &stray) {
				if stray.At < end && end-stray.At >= 8 {
					m.w.note(parent, fmt.Sprintf("%d bytes behind its boxes", end-stray.At))
				}
				return nil // QuickTime ends lists with four zero bytes
			}
			return err
		}
		if err := m.box(parent, b, end, depth, &last); err != nil {
			return err
		}
	}
	return nil
}

func (m *bmff) box(parent int, b parts.Part, end int64, depth int, last *string) error {
	name := code([]byte(b.Name))
	known := boxKinds()[name]
	p := pipeline.Piece{Format: "bmff", Name: name, Header: b.Body - b.At, Label: known.label}
	if missing := b.End() - end; missing > 0 {
		p.Note = fmt.Sprintf("runs %s bytes past the end of what holds it", grouped(missing))
	}
	if known.label == "" && !strings.HasPrefix(name, "\u00a9") && name != "----" {
		p.Note = strings.TrimPrefix(p.Note+"; not a known box", "; ")
	}
	stop := min(b.End(), end)
	i := m.w.add(parent, b.At, stop-b.At, p)
	m.branch(b.Name, depth, last)
	if len(m.w.pieces) == pipeline.MaxPieces && m.w.more > 0 {
		return nil // counted, not looked into
	}
	if name == "moof" {
		if m.fragments++; m.fragments > maxFragments {
			return nil
		}
	}
	return m.inside(i, name, known.holds, b.Body, stop, depth)
}

// needed is how many bytes of a box its own values take: those that hold boxes have few before them, tables of samples are read where they are summed
// up, and of what no layout knows nothing is read.
func needed(name, holds string) int64 {
	switch {
	case holds != "" && holds != "-", summaries[name] != nil:
		return maxFront
	case name == "uuid", name == "colr", name == "esds", laidOut()[name]:
		return maxBox
	}
	return 0
}

// inside reads what a box holds.
func (m *bmff) inside(i int, name, holds string, at, stop int64, depth int) error {
	body, err := m.w.into(&m.w.room.body, at, min(stop-at, needed(name, holds)))
	if err != nil {
		return err
	}
	if name == "uuid" && len(body) >= 16 {
		holds = userBoxes()[hex.EncodeToString(body[:16])].holds
	}
	skip, done := m.fields(i, name, holds, body, at, stop)
	if m.raw {
		if err := m.canon(i, name, at, stop); err != nil {
			return err
		}
	}
	switch name {
	case "keys":
		return m.keysOf(i, at, stop)
	case "ilst":
		m.tree.WriteByte('(')
		defer m.tree.WriteByte(')')
		return m.items(i, at, stop)
	}
	if done || holds == "" || holds == "-" {
		return nil
	}
	if most := m.w.limits.Nesting; int64(depth) >= most {
		m.w.pass("nesting", int64(depth)+1, most)
		return nil
	}
	switch name {
	case "trak":
		m.track = m.tracks + 1
		m.tracks++
		m.sample = sample{}
		defer func() { m.track = 0 }()
	case "udta", "meta":
		if err := m.metadata(i, name, at, stop); err != nil || name == "udta" {
			return err
		}
	}
	m.tree.WriteByte('(')
	err = m.boxes(i, at+int64(skip), stop, depth+1)
	m.tree.WriteByte(')')
	return err
}

// fields decodes a box's own values. It returns how many bytes stand before the boxes in it; done says that there are none to walk.
func (m *bmff) fields(i int, name, holds string, body []byte, at, stop int64) (skip int, done bool) {
	r := &reading{b: body, at: at}
	switch {
	case name == "uuid" && len(body) >= 16:
		id := hex.EncodeToString(body[:16])
		r.next = 16
		r.fields = append(r.fields, field("usertype", id, at, 16))
		if label := userBoxes()[id].label; label != "" {
			m.w.pieces[i].Label = label
		}
		if holds == "items" { // behind a version and a count
			r.by("-4 entry_count:u32")
		}
		fmt.Fprintf(&m.tree, "=%s", id)
	case name == "colr":
		colour(r)
	case name == "esds":
		descriptors(r)
	case holds == "visual", holds == "audio", holds == "entry":
		r.by(layouts()[holds+"/-"])
		if name == "CRAW" && m.raw { // two numbers more (lclevy/canon_cr3, CRAW)
			r.by("-4")
		}
		if holds == "audio" && len(body) >= 10 { // QuickTime's versions 1 and 2 are longer
			r.next += []int{0, 16, 36}[min(int(binary.BigEndian.Uint16(body[8:])), 2)]
		}
	case holds == "meta":
		if len(body) >= 8 && string(body[4:8]) != "hdlr" {
			r.by("version:u8 -3")
		}
	case holds == "full":
		r.by("version:u8 -3")
	case holds == "items":
		if r.by("version:u8 -3") && body[0] > 0 {
			r.by("entry_count:u32")
		} else {
			r.by("entry_count:u16")
		}
	default:
		m.byTable(r, name, at, stop)
	}
	m.w.pieces[i].Fields = append(m.w.pieces[i].Fields, r.fields...)
	m.chosen(name, r.fields)
	if name == "infe" {
		m.role(i, body)
	}
	return min(r.next, len(body)), holds == "-"
}

// byTable reads by the table of layouts, or sums a table of samples up.
func (m *bmff) byTable(r *reading, name string, at, stop int64) {
	if layout, ok := layouts()[name+"/-"]; ok {
		r.by(layout)
		return
	}
	if len(r.b) < 4 {
		return
	}
	version := fmt.Sprint(r.b[0])
	layout, ok := layouts()[name+"/"+version]
	if !ok {
		layout, ok = layouts()[name+"/*"]
	}
	if ok {
		r.by("version:u8 flags:u24 " + layout)
		return
	}
	if sum, ok := summaries[name]; ok {
		r.by("version:u8 flags:u24")
		sum(m.w, r, at, stop)
	}
}

// role says which part an item plays.
func (m *bmff) role(i int, body []byte) {
	if len(body) < 8 {
		return
	}
	id := uint32(binary.BigEndian.Uint16(body[4:]))
	if body[0] > 2 {
		id = binary.BigEndian.Uint32(body[4:])
	}
	m.w.note(i, m.roles[id])
}

// rolesOf says of each item what it is of others.
func rolesOf(items []parts.Item) map[uint32]string {
	out := map[uint32]string{}
	add := func(id uint32, text string) {
		if out[id] != "" {
			text = out[id] + "; " + text
		}
		out[id] = text
	}
	tiles := map[uint32]uint32{}
	for _, it := range items {
		if it.Primary {
			add(it.ID, "primary")
		}
		for _, r := range it.References {
			switch r.Type {
			case "thmb":
				add(it.ID, fmt.Sprintf("thumbnail of %v", r.To[:min(len(r.To), 8)]))
			case "auxl":
				add(it.ID, fmt.Sprintf("auxiliary picture of %v", r.To[:min(len(r.To), 8)]))
			case "cdsc":
				add(it.ID, fmt.Sprintf("describes %v", r.To[:min(len(r.To), 8)]))
			case "dimg":
				for _, to := range r.To {
					tiles[to] = it.ID
				}
			}
		}
	}
	for to, from := range tiles {
		add(to, fmt.Sprintf("part of %d", from))
	}
	return out
}
