package catalog

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"dokaz/pipeline"
)

// unpackings unpacks measurements and keeps those used last under the digest of what they were packed as, so that none is ever out of
// date. The measurements of a known item are read again for each item that resembles it. It is safe for concurrent use; what it gives
// is shared and must not be changed.
type unpackings struct {
	mu   sync.Mutex
	held *simplelru.LRU[pipeline.Digest, unpacking]
	size int // bytes
}

// unpacking is what one outcome measured.
type unpacking struct {
	measurements []pipeline.Measurement
	size         int // bytes of its JSON, about what it takes in memory
}

const (
	maxMeasurements = 64 << 20 // bytes of one analyzer's JSON on one item
	mostUnpacked    = 12 << 20 // bytes kept
)

func newUnpackings() (*unpackings, error) {
	u := new(unpackings)
	var err error
	u.held, err = simplelru.NewLRU(math.MaxInt, func(_ pipeline.Digest, gone unpacking) { u.size -= gone.size })
	return u, err
}

// of gives the measurements that packOutcomes packed, or ErrCorrupt.
func (u *unpackings) of(packed []byte) ([]pipeline.Measurement, error) {
	if len(packed) == 0 {
		return nil, nil
	}
	key := pipeline.DigestOf(packed)
	if held, ok := u.get(key); ok {
		return held, nil
	}
	out, err := unpack(packed)
	if err == nil {
		u.put(key, out)
	}
	return out.measurements, err
}

func (u *unpackings) get(key pipeline.Digest) ([]pipeline.Measurement, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	held, ok := u.held.Get(key)
	return held.measurements, ok
}

func (u *unpackings) put(key pipeline.Digest, out unpacking) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.held.Contains(key) {
		return
	}
	u.held.Add(key, out)
	for u.size += out.size; u.size > mostUnpacked; {
		u.held.RemoveOldest()
	}
}

func unpack(packed []byte) (out unpacking, err error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return out, fmt.Errorf("%w: measurements: %w", pipeline.ErrCorrupt, err)
	}
	text, err := io.ReadAll(io.LimitReader(z, maxMeasurements))
	if err != nil {
		return out, fmt.Errorf("%w: measurements: %w", pipeline.ErrCorrupt, err)
	}
	if err := json.Unmarshal(text, &out.measurements); err != nil {
		return out, fmt.Errorf("%w: measurements: %w", pipeline.ErrCorrupt, err)
	}
	out.size = len(text)
	return out, nil
}
