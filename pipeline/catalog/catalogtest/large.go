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
)

// Arrival is the arrival of the large case's first item, so that items of other making can stand before it.
const Arrival = 1000

// Item is the digest of the i-th item.
func Item(i int) pipeline.Digest { return pipeline.DigestOf(fmt.Append(nil, i)) }

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
	line := put(`INSERT INTO listing (arrival, item, name, received, receipts, state, heaviest, revision, findings, matches, cluster_size, timed, placed, words, thumbnail, blurred)
		VALUES (?, ?, ?, ?, 1, ?, ?, 1, ?, 10, 3, 1, 0, ?, ?, ?)`)
	search := put(`INSERT INTO searched (rowid, words) VALUES (?, ?)`)
	mark := put(`INSERT INTO mark (mark, arrival) VALUES (?, ?)`)
	match := put(`INSERT INTO match (a, b, basis, strength, distance, joins, doc) VALUES (?, ?, 'near_picture', 'confirmed', 8, 1, ?)`)
	sum := pipeline.Digest512{}.String()
	ds := make([]string, Items)
	at := time.Date(2020, 8, 9, 0, 0, 0, 0, time.UTC).Format(time.RFC3339Nano)
	for i := range ds {
		ds[i] = Item(i).Hex()
		kind, state, heaviest := "photo", "done", i%4+1
		if i%8 == 0 {
			kind = "video"
		}
		if i%20 == 0 {
			state = "failed"
		}
		name, findings := fmt.Sprintf("IMG_%06d.jpg", i*7919%Items), `{"weights":{"note":3,"questions":1},"codes":["meta.absent","reuse.near"]}`
		item(Arrival+i, ds[i], sum, 1_000_000+i, kind, "jpeg")
		receipt(ds[i], ds[i], name, "x/"+name, at)
		report(ds[i], doc.Hex(), ds[i], at, findings, ds[i-i%3])
		line(Arrival+i, ds[i], name, at, state, heaviest, findings, "x/"+strings.ToLower(name)+" channel", ds[i], ds[i])
		search(Arrival+i, "x/"+strings.ToLower(name)+" channel")
		for _, m := range []string{"kind:" + kind, "format:jpeg", "state:" + state, "code:meta.absent", "code:reuse.near", "weight:note", "has:time", "source:channel", "basis:near_picture",
			"strength:confirmed", "match:near_picture/confirmed"} {
			mark(m, Arrival+i)
		}
		if i%1000 == 0 {
			for _, m := range []string{"code:reuse.conflict", "source:rare", "match:shared_audio/suggested"} {
				mark(m, Arrival+i)
			}
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
