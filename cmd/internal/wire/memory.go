package wire

import (
	"context"
	"slices"
	"strings"
	"sync"

	"dokaz/pipeline"
)

// memory keeps the last answers that are dear to work out, each under what it follows from, so that none is ever out of date. It is safe for
// concurrent use; answers are shared and must not be changed.
type memory struct {
	mu    sync.Mutex
	held  map[string]any
	order []string // the one asked for last stands last
}

// mostHeld bounds a memory; an answer takes some kilobytes.
const mostHeld = 256

// recall returns the answer under a key, worked out where it is not held, and always under "". Two who ask at once may both work it out.
func recall[T any](m *memory, key string, work func() (T, error)) (T, error) {
	if key == "" {
		return work()
	}
	if held, ok := m.get(key); ok {
		return held.(T), nil // a key belongs to one kind of answer
	}
	out, err := work()
	if err == nil {
		m.put(key, out)
	}
	return out, err
}

func (m *memory) get(key string) (any, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	held, ok := m.held[key]
	if ok {
		m.order = append(slices.DeleteFunc(m.order, func(k string) bool { return k == key }), key)
	}
	return held, ok
}

func (m *memory) put(key string, answer any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held == nil {
		m.held = map[string]any{}
	}
	if _, known := m.held[key]; !known {
		m.order = append(m.order, key)
	}
	m.held[key] = answer
	for len(m.order) > mostHeld {
		delete(m.held, m.order[0])
		m.order = m.order[1:]
	}
}

// standOf names items with the documents of their latest reports: what was found of them is as old as these. It is "" where one has no
// report yet.
func (d Desk) standOf(ctx context.Context, what string, items ...pipeline.Digest) (string, error) {
	docs, err := d.Catalog.Documents(ctx, items...)
	if err != nil {
		return "", err
	}
	parts := []string{what}
	for _, it := range items {
		doc, reported := docs[it]
		if !reported {
			return "", nil
		}
		parts = append(parts, it.Hex(), doc.Hex())
	}
	return strings.Join(parts, " "), nil
}
