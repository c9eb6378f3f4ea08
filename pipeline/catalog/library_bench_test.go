package catalog_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/catalog/catalogtest"
)

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
	catalogtest.Fill(b, path, pipeline.DigestOf([]byte("no document")))
	c := open()
	defer c.Close()
	middle := &catalog.Place{Key: "2", Arrival: catalogtest.Items / 2}
	for name, q := range map[string]catalog.Asked{
		"newest": {}, "deep": {After: &catalog.Place{Arrival: catalogtest.Items / 2}}, "name": {Order: catalog.ByName}, "weight-deep": {Order: catalog.ByWeight, After: middle},
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
	day := 24 * time.Hour
	first, last := catalogtest.Received(0), catalogtest.Received(catalogtest.Items)
	for name, q := range map[string]catalog.Filter{
		"waiting": {State: catalog.StateWaiting}, "failed": {State: catalog.StateFailed}, "reported": {State: catalog.StateReported}, "quarantined": {State: catalog.StateQuarantined},
		"since-last-days": {Since: last.Add(-7 * day)}, "since-first-days": {Since: first.Add(7 * day)}, "until-first-days": {Until: first.Add(7 * day)}, "until-before": {Until: first},
		"day": {Since: last.Add(-40 * day), Until: last.Add(-39 * day)}, "failed-day": {State: catalog.StateFailed, Since: last.Add(-40 * day), Until: last.Add(-39 * day)},
		"waiting-until-first-days": {State: catalog.StateWaiting, Until: first.Add(7 * day)},
		"all":                      {}, "text": {Text: "img_01234"}, "text-none": {Text: "no such name"}, "source": {Source: "channel"}, "source-rare": {Source: "rare"},
		"source-none": {Source: "nobody"}, "basis": {Basis: pipeline.NearPicture}, "basis-none": {Basis: pipeline.SharedFootage},
		"basis-strength-rare": {Basis: pipeline.SharedAudio, Strength: pipeline.Suggested}, "strength-none": {Strength: pipeline.Suggested},
		"kind-source-basis": {Kind: pipeline.Video, Source: "channel", Basis: pipeline.NearPicture},
	} {
		for order, newest := range map[string]bool{"": false, "-newest": true} {
			b.Run("api-"+name+order, func(b *testing.B) {
				tenReaders(b, func() error {
					_, err := c.Page(b.Context(), q, 0, newest, 51)
					return err
				})
			})
		}
	}
	b.Run("gather", func(b *testing.B) {
		clusterOf := func(own pipeline.Degree, _ []pipeline.Degree) pipeline.Cluster {
			return pipeline.Cluster{Representative: own.Item, Size: 1}
		}
		var all []time.Duration
		for i := range 100 {
			began := time.Now()
			if _, err := c.Gather(b.Context(), catalogtest.Item(i*1999), clusterOf); err != nil {
				b.Fatal(err)
			}
			all = append(all, time.Since(began))
		}
		slices.Sort(all)
		b.ReportMetric(float64(all[95].Microseconds())/1000, "p95-ms")
	})
}
