package pipeline

// Sums is what a shelf learns of a stream of bytes while it seals it.
type Sums struct {
	SHA256 Digest
	SHA512 Digest512
	Size   int64  // bytes
	New    bool   // the shelf did not hold these bytes before; of equal puts at one time exactly one says so
	Head   []byte // the first SniffLength bytes, or all there are; the caller's own
}

// Received is what the catalog learns when it records an act of receiving.
type Received struct {
	NewItem    bool // these bytes were not an item before
	NewReceipt bool // no receipt with this Key was there before
}
