package index

import (
	"iter"
	"slices"

	"dokaz/pipeline"
)

// Hit is a kept hash near a query.
type Hit struct {
	Query    int             // which of the queries
	Item     pipeline.Digest // whose hash it is
	Ordinal  int             // which of the item's pictures, or of its frames counted through all its streams
	Distance int             // Hamming
}

// Pictures gives every kept picture within radius bits of any query.
func (f *Flat) Pictures(queries []pipeline.Hash256, radius int) iter.Seq[Hit] {
	v := f.view()
	return v.hits(v.pictures, queries, radius)
}

// Frames gives every kept video frame within radius bits of any query.
func (f *Flat) Frames(queries []pipeline.Hash256, radius int) iter.Seq[Hit] {
	v := f.view()
	return v.hits(v.frames, queries, radius)
}

// NearPictures returns the items that have a picture within radius bits of any query, each once, ascending.
func (f *Flat) NearPictures(queries []pipeline.Hash256, radius int) ([]pipeline.Digest, error) {
	v := f.view()
	return v.items(v.pictures, queries, radius), nil
}

// NearFrames returns the items that have a video frame within radius bits of any query, each once, ascending.
func (f *Flat) NearFrames(queries []pipeline.Hash256, radius int) ([]pipeline.Digest, error) {
	v := f.view()
	return v.items(v.frames, queries, radius), nil
}

// shows reports whether an entry stands for its item in this view. A view taken before an item was replaced
// keeps the replaced entry, so that no search loses the item.
func (v *view) shows(e *entry) bool {
	gone := e.gone.Load()
	return gone == 0 || gone > v.number
}

func (v *view) hits(t table, queries []pipeline.Hash256, radius int) iter.Seq[Hit] {
	return func(yield func(Hit) bool) {
		for h := range t.scan(queries, radius, false) {
			r := t.runs[h.run]
			if !v.shows(r.owner) {
				continue
			}
			if !yield(Hit{h.query, r.owner.item, h.row - t.runs[t.firstOf(h.run)].first, h.distance}) {
				return
			}
		}
	}
}

// firstOf returns the first run of the owner of run i: the streams of one item follow each other.
func (t table) firstOf(i int) int {
	for i > 0 && t.runs[i-1].owner == t.runs[i].owner {
		i--
	}
	return i
}

func (v *view) items(t table, queries []pipeline.Hash256, radius int) []pipeline.Digest {
	queries = slices.Clone(queries)
	slices.SortFunc(queries, func(a, b pipeline.Hash256) int { return slices.Compare(a[:], b[:]) })
	queries = slices.Compact(queries)
	found := make([]bool, len(t.runs))
	var out []pipeline.Digest
	for h := range t.scan(queries, radius, true) {
		if found[h.run] {
			continue
		}
		found[h.run] = true
		if e := t.runs[h.run].owner; v.shows(e) {
			out = append(out, e.item)
		}
	}
	slices.SortFunc(out, pipeline.Digest.Compare)
	return slices.Compact(out)
}
