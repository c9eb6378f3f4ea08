package index

import (
	"slices"
	"testing"

	"dokaz/pipeline"
)

// A search that began before an item was replaced must still find it by its former hashes: else it would be lost to
// that search under both.
func TestASearchUnderWayKeepsAnItemThatIsReplaced(t *testing.T) {
	t.Parallel()
	f := New()
	item := pipeline.DigestOf([]byte("x"))
	former, latter := pipeline.Hash256{1}, pipeline.Hash256{^uint64(0), ^uint64(0), ^uint64(0)}
	add := func(h pipeline.Hash256) {
		if err := f.Add(pipeline.Prints{Item: item, Pictures: []pipeline.PrintedPicture{{Bits: h, Quality: 80}}}); err != nil {
			t.Fatal(err)
		}
	}
	found := func(v *view, h pipeline.Hash256) bool {
		return slices.Contains(v.items(v.pictures, []pipeline.Hash256{h}, 5), item)
	}
	add(former)
	before := f.view()
	add(latter)
	after := f.view()
	if !found(before, former) || found(before, latter) {
		t.Error("the search under way sees the change")
	}
	if found(after, former) || !found(after, latter) {
		t.Error("a later search does not see the change")
	}
}
