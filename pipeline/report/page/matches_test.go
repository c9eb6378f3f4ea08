package page

import (
	"strings"
	"testing"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

// A match names its items by digest order; a page shows it from its own item's side. Seen from b, a segment's
// times change places and the speed turns round.
func TestSegmentsAreSeenFromThisItem(t *testing.T) {
	t.Parallel()
	m := pipeline.Match{Segments: []pipeline.Segment{{AStart: 12, AEnd: 20, BStart: 4, BEnd: 20, Speed: 0.5}}}
	type view struct {
		here, there [2]float64
		speed       float64
	}
	for from, want := range map[bool]view{
		true:  {[2]float64{12, 20}, [2]float64{4, 20}, 0.5},
		false: {[2]float64{4, 20}, [2]float64{12, 20}, 2},
	} {
		s := seen(m, from)[0]
		if diff := cmp.Diff(want, view{s.here, s.there, s.speed}, cmp.AllowUnexported(view{})); diff != "" {
			t.Errorf("from this item %v (-want +got):\n%s", from, diff)
		}
	}
}

func TestTransformSaysWhichWay(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	item := r.Core.Item.Digest
	other := r.Core.Neighbours[1].Other.Digest
	for _, c := range []struct {
		a, b pipeline.Digest
		want string
	}{
		{item, other, "from this item to the other: mirrored left to right, turned 90° clockwise"},
		{other, item, "from the other item to this one: mirrored left to right, turned 90° clockwise"},
	} {
		r.Core.Neighbours[1].Match.A, r.Core.Neighbours[1].Match.B = c.a, c.b
		if got := textOf(rendered(t, r, doc, nil)); !strings.Contains(got, c.want) {
			t.Errorf("%q is missing", c.want)
		}
	}
}

// Each item's own picture stands in a page once, however many matches show it.
func TestOwnPictureStandsOnce(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	for range 6 {
		r.Core.Neighbours = append(r.Core.Neighbours, r.Core.Neighbours[0])
	}
	own := map[pipeline.Digest]bool{pipeline.DigestOf([]byte("sample photo thumbnail")): true}
	pic := func(d pipeline.Digest) ([]byte, string, error) {
		if own[d] {
			return []byte("GIF89a own picture"), "image/gif", nil
		}
		return pixel, "image/gif", nil
	}
	if n := strings.Count(rendered(t, r, doc, pic), "R0lGODlhIG93biBwaWN0dXJl"); n != 2 {
		t.Errorf("it stands %d times: once above, once for all matches is 2", n)
	}
}
