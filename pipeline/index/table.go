package index

import "dokaz/pipeline"

const (
	blockRows = 4096 // rows per block: 128 KiB
	sliceRows = 512  // rows that every query passes over before the next: what the sieve reads of them stays in the first cache
)

// block holds hashes column by column. Rows are written once, before the view that counts them is published.
type block [4][blockRows]uint64

func (b *block) set(r int, h folded) {
	for w := range h {
		b[w][r] = h[w]
	}
}

func (b *block) row(r int) folded { return folded{b[0][r], b[1][r], b[2][r], b[3][r]} }

// table is a consistent view of one kind of hash. Its slices are never written below their length.
type table struct {
	blocks []*block
	first  []uint32 // of each block, the entry that owns its first row
	rows   int
}

func (t *table) row(i int) folded { return t.blocks[i/blockRows].row(i % blockRows) }

// add appends one row of an entry. Only one goroutine adds.
func (t *table) add(owner uint32, h pipeline.Hash256) {
	if t.rows%blockRows == 0 {
		t.blocks = append(t.blocks, new(block))
		t.first = append(t.first, owner)
	}
	t.blocks[t.rows/blockRows].set(t.rows%blockRows, fold(h))
	t.rows++
}

// part says what of an item is asked for: hashes, which lie in tables, or words, which lie in lists.
type part int

const (
	pictures part = iota // published hashes of whole pictures
	views                // hashes of views
	frames               // hashes of video frames
	tables
)

const (
	words  = tables + iota // of local features, a list for each picture
	sounds                 // words of sound, a list for each stream
	codes                  // words of coded digests, a list for each item that has any
	parts
)
