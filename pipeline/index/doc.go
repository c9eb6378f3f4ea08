// Package index finds the items that resemble a given one: by hashes near given hashes, and by words shared with
// given words. Every search is exact, so that nothing is ever missed.
//
// Hashes lie in blocks of four columns, one per 64-bit word, and are only ever appended. A search passes over them with the
// widest instructions the processor has, all queries over one stretch before the next. A search works on what was there when it
// began, beside writers and without holding them up. Published hashes of whole pictures, hashes of views and video frames lie in
// three tables, since they are asked for separately. Beside very large tables stand lists of rows by substrings of the hash
// (multi-index hashing), for searches of few queries, which make them as they come.
//
// Words of local features, keys of sound and words of coded digests lie in inverted lists: runs sorted by word, which are merged in small steps
// as items are added.
//
// Beside the 32 bytes of each hash an item takes 60 and its place in a map, a word in a list takes three to five, and the lists of
// rows, where there are any, twice what the hashes do. What is replaced stays in memory, unseen, until the index is made
// anew. Qualities, times and boxes are not kept.
//
// The package knows hashes, words and whose they are. It must not know what makes two items match, where prints
// are kept for good, or media. Whatever stands in its place later passes the suite in indextest.
package index
