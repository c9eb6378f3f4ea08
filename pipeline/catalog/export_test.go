package catalog

import (
	"context"
	"time"
)

// AlwaysMany has a catalog take every condition for one that many items fit.
func AlwaysMany(c *Catalog) { c.fewest = -1 }

// OpenOn opens a catalog on a machine whose boot has a name and lasts for so long.
func OpenOn(ctx context.Context, path string, o Options, name string, since func() time.Duration) (*Catalog, error) {
	return openOn(ctx, path, o, boot{name, since})
}
