package index

import (
	"slices"
	"testing"

	"dokaz/pipeline"
)

// A search that began before an item was replaced or removed must still find it by its former hashes: else it would be lost to
// that search under both.
func TestASearchUnderWayKeepsAnItemThatIsReplaced(t *testing.T) {
	t.Parallel()
	m := New()
	item := pipeline.DigestOf([]byte("x"))
	former, latter := pipeline.Hash256{1}, pipeline.Hash256{^uint64(0), ^uint64(0), ^uint64(0)}
	add := func(pictures ...pipeline.PrintedPicture) *view {
		if err := m.Add(pipeline.Prints{Item: item, Pictures: pictures}); err != nil {
			t.Fatal(err)
		}
		return m.view()
	}
	found := func(v *view, h pipeline.Hash256) bool {
		at := new(Memory)
		at.seen.Store(v)
		got, err := at.NearPictures([]pipeline.Hash256{h}, 5)
		return err == nil && slices.Contains(got, item)
	}
	before := add(pipeline.PrintedPicture{Bits: former, Quality: 80})
	after := add(pipeline.PrintedPicture{Bits: latter, Quality: 80})
	removed := add()
	if !found(before, former) || found(before, latter) {
		t.Error("a search under way sees the change")
	}
	if found(after, former) || !found(after, latter) {
		t.Error("a search begun after the change does not see it, or sees the removal")
	}
	if found(removed, former) || found(removed, latter) {
		t.Error("a search begun after the removal does not see it")
	}
}

// Whoever makes items whose digests begin alike gains nothing by it.
func TestItemsWhoseDigestsBeginAlike(t *testing.T) {
	t.Parallel()
	var r roster
	var all entries
	var items []pipeline.Digest
	for i := range 4 {
		d := pipeline.DigestOf([]byte("x"))
		d[31] = byte(i)
		items = append(items, d)
		all.add(d, [parts]uint32{})
		r.put(d, uint32(i), &all)
	}
	all.add(items[2], [parts]uint32{})
	r.put(items[2], 4, &all)
	r.remove(items[0], &all)
	for i, want := range []int{-1, 1, 4, 3} {
		e, ok := r.find(items[i], &all)
		if ok != (want >= 0) || ok && int(e) != want {
			t.Errorf("item %d: entry %d, %v", i, e, ok)
		}
	}
	r.put(items[3], 3, &all)
	r.put(items[0], 0, &all)
	for i, want := range []int{0, 1, 4, 3} {
		if e, ok := r.find(items[i], &all); !ok || int(e) != want {
			t.Errorf("item %d, once more: entry %d, %v", i, e, ok)
		}
	}
}
