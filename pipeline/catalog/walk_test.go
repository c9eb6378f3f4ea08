package catalog

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestWalksNeitherSortNorScan: a list in the order of arrival that many items fit is read off the keys, whatever it asks for, so that a page
// costs the same in a case of any size.
func TestWalksNeitherSortNorScan(t *testing.T) {
	t.Parallel()
	c, err := Open(t.Context(), filepath.Join(t.TempDir(), "catalog.db"), Options{Actor: "tester"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	day := time.Date(2020, 8, 9, 0, 0, 0, 0, time.UTC)
	for name, f := range map[string]Filter{
		"all": {}, "state": {State: StateFailed}, "since": {Since: day}, "until": {Until: day}, "between": {Since: day, Until: day.Add(time.Hour)},
		"state since": {State: StateWaiting, Since: day}, "source, state and until": {Source: "x", State: StateReported, Until: day},
	} {
		for _, newest := range []bool{false, true} {
			for _, after := range []int64{0, 70_000} {
				asked := f.asked()
				query, args := asked.pageSQL(few{marks: make([]bool, len(asked.Marks))}, after, newest, 51)
				plan := planOf(t, c, query, args)
				if strings.Contains(plan, "TEMP B-TREE") {
					t.Errorf("%s, newest %v, after %d, sorts:\n%s%s", name, newest, after, query, plan)
				}
				for line := range strings.Lines(plan) {
					// The outermost table may be gone through, for the page ends it; spans are one in 256.
					if strings.HasPrefix(line, "SCAN") && !strings.HasPrefix(line, "SCAN s") && (asked.walk(few{marks: make([]bool, len(asked.Marks))}) != walk{} || after > 0) {
						t.Errorf("%s, newest %v, after %d, scans:\n%s%s", name, newest, after, query, plan)
					}
				}
			}
		}
	}
}

// planOf is what SQLite means to do, one step a line (sqlite.org/eqp.html).
func planOf(t *testing.T, c *Catalog, query string, args []any) string {
	t.Helper()
	rows, err := c.read.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	err = each(rows, func() error {
		var id, parent, unused int
		var detail string
		err := rows.Scan(&id, &parent, &unused, &detail)
		fmt.Fprintln(&b, detail)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
