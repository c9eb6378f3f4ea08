// Package catalogtest makes catalogs for tests and measurements.
//
// It knows the tables. It must not know what the catalog's methods do with them.
package catalogtest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
)

// Sizes of the large case.
const (
	Items   = 200_000
	Matches = 1_000_000
	Waiting = 6_000 // of the items, the last: they are not examined yet
)

// Arrival is the arrival of the large case's first item, so that items of other making can stand before it.
const Arrival = 1000

// Item is the digest of the i-th item.
func Item(i int) pipeline.Digest { return pipeline.DigestOf(fmt.Append(nil, i)) }

// Received is when the i-th item came.
func Received(i int) time.Time {
	return time.Date(2020, 8, 9, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Minute)
}

// Fill writes a large case straight into the tables of a catalog, as the program would have it: every eighth item a video, every twentieth
// failed, a rare finding on one in a thousand, ten matches each; doc is the document of every report. Item i matches the five after it.
func Fill(b testing.TB, path string, doc pipeline.Digest) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=synchronous(OFF)")
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	}()
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	put := func(q string) func(...any) {
		s, err := tx.Prepare(q)
		if err != nil {
			b.Fatal(err)
		}
		return func(args ...any) {
			if _, err := s.Exec(args...); err != nil {
				b.Fatal(err)
			}
		}
	}
	item := put(`INSERT INTO item (arrival, digest, sha512, size, kind, format, degree) VALUES (?, ?, ?, ?, ?, ?, 10)`)
	receipt := put(`INSERT INTO receipt (key, item, name, path, claims, at, by_actor, modified) VALUES (?, ?, ?, ?, '{"source":"channel"}', ?, 'x', '')`)
	report := put(`INSERT INTO report (item, revision, doc, core, at, findings, matches, degree, representative, cluster_size) VALUES (?, 1, ?, ?, ?, ?, 10, 10, ?, 3)`)
	line := put(`INSERT INTO listing (arrival, item, name, received, latest, receipts, state, heaviest, revision, findings, matches, cluster_size, timed, placed, words, thumbnail, blurred)
		VALUES (?1, ?2, ?3, ?4, ?4, 1, ?5, ?6, ?7, ?8, 10, 3, 1, 0, ?9, ?2, ?2)`)
	span := put(`INSERT INTO span (span, earliest, latest) VALUES (?1 / 256, ?2, ?2) ON CONFLICT (span) DO UPDATE SET latest = excluded.latest`)
	search := put(`INSERT INTO searched (rowid, words) VALUES (?, ?)`)
	mark := put(`INSERT INTO mark (mark, arrival) VALUES (?, ?)`)
	match := put(`INSERT INTO match (a, b, basis, strength, distance, joins, doc) VALUES (?, ?, 'near_picture', 'confirmed', 8, 1, ?)`)
	sum := pipeline.Digest512{}.String()
	ds := make([]string, Items)
	for i := range ds {
		ds[i] = Item(i).Hex()
		kind, state, heaviest, revision, at := "photo", "done", i%4+1, 1, Received(i).Format(time.RFC3339Nano)
		if i%8 == 0 {
			kind = "video"
		}
		marks := []string{"format:jpeg", "source:channel", "basis:near_picture", "strength:confirmed", "match:near_picture/confirmed"}
		name, findings := fmt.Sprintf("IMG_%06d.jpg", i*7919%Items), `{"weights":{"note":3,"questions":1},"codes":["meta.absent","reuse.near"]}`
		switch {
		case i >= Items-Waiting:
			state, heaviest, revision, findings, marks = "waiting", 0, 0, "{}", append(marks, "is:waiting")
		case i%20 == 0:
			state, marks = "failed", append(marks, "is:failed")
		}
		if revision > 0 {
			marks = append(marks, "is:reported", "code:meta.absent", "code:reuse.near", "weight:note", "has:time")
			report(ds[i], doc.Hex(), ds[i], at, findings, ds[i-i%3])
		}
		if i%1000 == 0 {
			marks = append(marks, "code:reuse.conflict", "source:rare", "match:shared_audio/suggested")
		}
		item(Arrival+i, ds[i], sum, 1_000_000+i, kind, "jpeg")
		receipt(ds[i], ds[i], name, "x/"+name, at)
		line(Arrival+i, ds[i], name, at, state, heaviest, revision, findings, "x/"+strings.ToLower(name)+" channel")
		span(Arrival+i, at)
		search(Arrival+i, "x/"+strings.ToLower(name)+" channel")
		for _, m := range append(marks, "kind:"+kind, "state:"+state) {
			mark(m, Arrival+i)
		}
	}
	for i := range Matches {
		a, b := ds[i%Items], ds[(i%Items+i/Items+1)%Items]
		if b < a {
			a, b = b, a
		}
		match(a, b, `{"a":"sha256:`+a+`","b":"sha256:`+b+`","basis":"near_picture","strength":"confirmed","distance":8,"transform":{"mirror":false,"rotate":0},"method":"x"}`)
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}
