package catalog_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

// Sizes of a large case.
const (
	manyItems   = 200_000
	manyMatches = 1_000_000
)

// fill writes a large case straight into the tables, as the program would have it: every eighth item a video, every twentieth failed, a
// rare finding on one in a thousand.
func fill(b *testing.B, path string) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=synchronous(OFF)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
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
	ds := make([]string, manyItems)
	at := time.Date(2020, 8, 9, 0, 0, 0, 0, time.UTC).Format(time.RFC3339Nano)
	for i := range ds {
		ds[i] = pipeline.DigestOf(fmt.Append(nil, i)).Hex()
		kind, state, heaviest := "photo", "done", i%4+1
		if i%8 == 0 {
			kind = "video"
		}
		if i%20 == 0 {
			state = "failed"
		}
		name, findings := fmt.Sprintf("IMG_%06d.jpg", i*7919%manyItems), `{"weights":{"note":3,"questions":1},"codes":["meta.absent","reuse.near"]}`
		item(i+1, ds[i], sum, 1_000_000+i, kind, "jpeg")
		receipt(ds[i], ds[i], name, "x/"+name, at)
		report(ds[i], ds[i], ds[i], at, findings, ds[i-i%3])
		line(i+1, ds[i], name, at, state, heaviest, findings, "x/"+name+" channel", ds[i], ds[i])
		search(i+1, "x/"+name+" channel")
		for _, m := range []string{"kind:" + kind, "format:jpeg", "state:" + state, "code:meta.absent", "code:reuse.near", "weight:note", "has:time", "source:channel", "basis:near_picture", "strength:confirmed", "match:near_picture/confirmed"} {
			mark(m, i+1)
		}
		if i%1000 == 0 {
			mark("code:reuse.conflict", i+1)
			mark("source:rare", i+1)
			mark("match:shared_audio/suggested", i+1)
		}
	}
	for i := range manyMatches {
		a, b := ds[i%manyItems], ds[(i%manyItems+i/manyItems+1)%manyItems]
		if b < a {
			a, b = b, a
		}
		match(a, b, `{"a":"sha256:`+a+`","b":"sha256:`+b+`","basis":"near_picture","strength":"confirmed","distance":8,"transform":{"mirror":false,"rotate":0},"method":"x"}`)
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}

// tenReaders asks twenty times each and reports milliseconds.
func tenReaders(b *testing.B, ask func() error) {
	took := make(chan time.Duration, 200)
	for range 10 {
		go func() {
			for range 20 {
				began := time.Now()
				if err := ask(); err != nil {
					b.Error(err)
				}
				took <- time.Since(began)
			}
		}()
	}
	var all []time.Duration
	for range 200 {
		all = append(all, <-took)
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(all[len(all)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkLibrary reads pages of a case of 200,000 items and 1,000,000 matches: milliseconds at the 95th percentile of each question,
// asked by ten readers at once.
func BenchmarkLibrary(b *testing.B) {
	path := filepath.Join(b.TempDir(), "catalog.db")
	open := func() *catalog.Catalog {
		c, err := catalog.Open(b.Context(), path, catalog.Options{Actor: "bench"})
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	if err := open().Close(); err != nil {
		b.Fatal(err)
	}
	fill(b, path)
	c := open()
	defer c.Close()
	middle := &catalog.Place{Key: "2", Arrival: manyItems / 2}
	for name, q := range map[string]catalog.Asked{
		"newest": {}, "deep": {After: &catalog.Place{Arrival: manyItems / 2}}, "name": {Order: catalog.ByName}, "weight-deep": {Order: catalog.ByWeight, After: middle},
		"failed": {Marks: []string{"state:failed"}}, "rare": {Marks: []string{"code:reuse.conflict"}}, "two-marks": {Marks: []string{"kind:video", "weight:note"}},
		"four-marks": {Marks: []string{"kind:photo", "weight:note", "code:reuse.near", "has:time"}, Order: catalog.ByWeight}, "text": {Text: "img_01234"}, "text-none": {Text: "no such name"},
	} {
		b.Run(name, func(b *testing.B) {
			q.Limit = 60
			tenReaders(b, func() error {
				_, _, err := c.Library(b.Context(), q)
				return err
			})
		})
	}
	for name, q := range map[string]catalog.Filter{
		"all": {}, "text": {Text: "img_01234"}, "text-none": {Text: "no such name"}, "source": {Source: "channel"}, "source-rare": {Source: "rare"},
		"source-none": {Source: "nobody"}, "basis": {Basis: pipeline.NearPicture}, "basis-none": {Basis: pipeline.SharedFootage},
		"basis-strength-rare": {Basis: pipeline.SharedAudio, Strength: pipeline.Suggested}, "strength-none": {Strength: pipeline.Suggested},
		"kind-source-basis": {Kind: pipeline.Video, Source: "channel", Basis: pipeline.NearPicture},
	} {
		b.Run("api-"+name, func(b *testing.B) {
			tenReaders(b, func() error {
				_, err := c.Page(b.Context(), q, 0, false, 51)
				return err
			})
		})
	}
	b.Run("gather", func(b *testing.B) {
		clusterOf := func(own pipeline.Degree, _ []pipeline.Degree) pipeline.Cluster {
			return pipeline.Cluster{Representative: own.Item, Size: 1}
		}
		var all []time.Duration
		for i := range 100 {
			began := time.Now()
			if _, err := c.Gather(b.Context(), pipeline.DigestOf(fmt.Append(nil, i*1999)), clusterOf); err != nil {
				b.Fatal(err)
			}
			all = append(all, time.Since(began))
		}
		slices.Sort(all)
		b.ReportMetric(float64(all[95].Microseconds())/1000, "p95-ms")
	})
}
