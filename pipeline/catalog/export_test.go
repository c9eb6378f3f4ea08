package catalog

// AlwaysMany has a catalog take every condition for one that many items fit.
func AlwaysMany(c *Catalog) { c.fewest = -1 }
