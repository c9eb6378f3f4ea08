//go:build libav

package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog/catalogtest"
)

// matchesShown is how many matches the report of the large case has on its page.
const matchesShown = 10

// readItems is how many reports, groups and pairs BenchmarkPages reads, each once in a round.
const readItems = 200

// reportedItem is the place of the i-th item whose report is read.
func reportedItem(i int) int { return 1000 + i*937 }

// BenchmarkPages asks a server over HTTP for whole pages of a case of 200,000 items and 1,000,000 matches, with ten readers at once:
// milliseconds at the 50th and 95th percentile, the client's share of the time and the wire's included. The reports are that of a real
// photograph with ten matches, each a document of its own; what the comparisons and copies are held against each other by was examined from
// a real photograph and its mirrored copy. "First" is a round in which nobody had asked for any of the pages before.
func BenchmarkPages(b *testing.B) {
	dir, photo, mirrored, _, _ := reviewed(b)
	enlarge(b, dir, photo, mirrored)
	s := startServing(b, dir)
	defer func() { // its orderly end would write an index of 200,000 lines
		if err := s.process.Process.Kill(); err != nil {
			b.Error(err)
		}
	}()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	get := func(url string) {
		answer, err := client.Get(url)
		if err != nil {
			b.Error(err)
			return
		}
		_, err = io.Copy(io.Discard, answer.Body)
		if err := answer.Body.Close(); err != nil {
			b.Error(err)
		}
		if err != nil || answer.StatusCode != http.StatusOK {
			b.Errorf("%s: %s, %v", url, answer.Status, err)
		}
	}
	get(s.review)
	items := func(i int) string { return "/items/" + catalogtest.Item(reportedItem(i)).String() }
	groups := func(i int) string { return "/items/" + catalogtest.Item(i).String() + "/copies" }
	pair := func(i int) string { return comparePathOf(catalogtest.Item(i), catalogtest.Item(i+1)) }
	get(s.address + items(readItems)) // makes the drawings that all these reports have, as publishing them would have done
	for _, q := range []struct {
		name string
		path func(int) string
	}{
		{"library", func(i int) string { return "/" }}, {"table", func(i int) string { return "/?view=table&order=weight" }},
		{"library-text", func(i int) string { return fmt.Sprintf("/?q=img_%02d", i%100) }}, {"library-undecided", func(int) string { return "/?standing=open&weight=note&kind=photo&order=name" }},
		{"item-first", items}, {"item", items}, {"item-from-list", func(i int) string { return items(i) + "?list=kind%3Dvideo" }},
		{"copies-first", groups}, {"copies", groups}, {"compare-first", pair}, {"compare", pair},
	} {
		b.Run(q.name, func(b *testing.B) {
			const readers, each = 10, readItems / 10
			took := make(chan time.Duration, readers*each)
			for reader := range readers {
				go func() {
					for i := range each {
						began := time.Now()
						get(s.address + q.path(reader*each+i))
						took <- time.Since(began)
					}
				}()
			}
			var all []time.Duration
			for range readers * each {
				all = append(all, <-took)
			}
			slices.Sort(all)
			b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(all[len(all)*95/100].Microseconds())/1000, "p95-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// enlarge puts the large case beside what was really examined. Its first items have what was found of a photograph and, every second one, of
// its mirrored copy.
func enlarge(b *testing.B, dir string, photo, mirrored pipeline.Digest) {
	cfg, _, err := wire.LoadConfig(map[string]string{"case": dir})
	if err != nil {
		b.Fatal(err)
	}
	h, err := wire.Open(b.Context(), cfg, wire.Read, nil)
	if err != nil {
		b.Fatal(err)
	}
	r, _, _, err := h.Report(b.Context(), photo)
	if err != nil {
		b.Fatal(err)
	}
	one := r.Core.Neighbours[0]
	for i := range matchesShown - 1 {
		n := one
		n.Match.A, n.Match.B, n.Other.Digest = catalogtest.Item(i), photo, catalogtest.Item(i)
		r.Core.Neighbours = append(r.Core.Neighbours, n)
	}
	db := filepath.Join(dir, "catalog.db")
	catalogtest.Fill(b, db, documentOf(b, h, r))
	own, err := sql.Open("sqlite", "file:"+db)
	if err != nil {
		b.Fatal(err)
	}
	put := func(query string, args ...any) {
		b.Helper()
		if _, err := own.Exec(query, args...); err != nil {
			b.Fatal(err)
		}
	}
	for i := range readItems {
		r.Core.Item.Digest = catalogtest.Item(reportedItem(i))
		put(`UPDATE report SET doc = $1 WHERE item = $2`, documentOf(b, h, r).Hex(), r.Core.Item.Digest.Hex())
	}
	for i := range readItems + 10 { // an item's group reaches a few further
		from := photo
		if i%2 == 1 {
			from = mirrored
		}
		// The time in the head of a gzip (RFC 1952 §2.3.1) makes the measurements of each item others than those of the next, and says nothing.
		put(`INSERT INTO outcome SELECT $1, place, analyzer, version, parameters, status, reason, took_us,
			CAST(substr(measurements, 1, 4) || printf('%04d', $3) || substr(measurements, 9) AS BLOB) FROM outcome WHERE item = $2`,
			catalogtest.Item(i).Hex(), from.Hex(), i)
		put(`INSERT INTO beside SELECT $1, picks, CAST(substr(facts, 1, 4) || printf('%04d', $3) || substr(facts, 9) AS BLOB) FROM beside WHERE item = $2`,
			catalogtest.Item(i).Hex(), from.Hex(), i)
	}
	if err := errors.Join(own.Close(), h.Close()); err != nil {
		b.Fatal(err)
	}
}

// documentOf freezes a report that was changed.
func documentOf(b *testing.B, h *wire.House, r pipeline.Report) pipeline.Digest {
	b.Helper()
	doc, err := json.Marshal(r)
	if err != nil {
		b.Fatal(err)
	}
	sums, err := h.Derived.Put(b.Context(), bytes.NewReader(doc))
	if err != nil {
		b.Fatal(err)
	}
	return sums.SHA256
}
