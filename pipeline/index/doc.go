// Package index finds, among the hashes of all items, those near given ones: an exact scan of everything,
// so that nothing near is ever missed.
//
// Hashes lie in blocks of four columns, one per 64-bit word, and are only ever appended. A scan works on what
// was there when it began, beside writers and without holding them up. Pictures and video frames lie
// in two tables, since they are asked for separately. Beside the 32 bytes of its hash a picture costs one more, a frame nine.
//
// The package knows hashes and whose they are. It must not know what makes two items match, where prints
// are kept for good, or media. Whatever stands in its place later passes the suite in indextest.
package index
