package parts

import "dokaz/pipeline"

// Inside says what is said at places that lie in a file of size bytes: what states to be longer than the file is, is there as far as the
// file goes.
func Inside(say pipeline.Say, size int64) pipeline.Say {
	return func(w pipeline.Where, f pipeline.Fact) {
		if w.Offset != nil {
			at, length := Place(*w.Offset, w.Length, size)
			w.Offset, w.Length = &at, length
		}
		say(w, f)
	}
}

// Place is as much of length bytes at offset at as lies in a file of size bytes.
func Place(at, length, size int64) (int64, int64) {
	at = max(0, min(at, size))
	return at, max(0, min(length, size-at))
}
