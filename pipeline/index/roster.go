package index

import (
	"encoding/binary"

	"dokaz/pipeline"
)

// roster finds the entry that stands for an item now. It keeps eight bytes of a digest; items that only the
// others tell apart, which somebody can make on purpose, are kept whole.
type roster struct {
	short map[uint64]uint32
	whole map[pipeline.Digest]uint32
}

func short(item pipeline.Digest) uint64 { return binary.LittleEndian.Uint64(item[:]) }

func (r *roster) find(item pipeline.Digest, all *entries) (uint32, bool) {
	if e, ok := r.short[short(item)]; ok && all.at(e).item == item {
		return e, true
	}
	e, ok := r.whole[item]
	return e, ok
}

func (r *roster) put(item pipeline.Digest, e uint32, all *entries) {
	if r.short == nil {
		r.short, r.whole = make(map[uint64]uint32), make(map[pipeline.Digest]uint32)
	}
	old, taken := r.short[short(item)]
	if _, ok := r.whole[item]; ok || taken && all.at(old).item != item {
		r.whole[item] = e
		return
	}
	r.short[short(item)] = e
}

func (r *roster) remove(item pipeline.Digest, all *entries) {
	if e, ok := r.short[short(item)]; ok && all.at(e).item == item {
		delete(r.short, short(item))
	}
	delete(r.whole, item)
}
