package catalog

import (
	"context"
	"fmt"

	"dokaz/pipeline"
)

// Beside says what of a neighbour's measurements its dossier carries, to be set beside the item's own: facts that Fact accepts
// among those of the Analyzers named, the first maxBeside of each analyzer. The zero Beside carries none.
type Beside struct {
	Analyzers []string
	Fact      func(pipeline.Fact) bool
}

// maxBeside bounds the facts carried. Cameras state a dozen; a hostile file may state thousands.
const maxBeside = 64

// statements returns what a neighbour's dossier carries of an item.
func (c *Catalog) statements(ctx context.Context, d pipeline.Digest) ([]pipeline.Measurement, error) {
	var out []pipeline.Measurement
	for _, analyzer := range c.beside.Analyzers {
		rows, err := c.read.QueryContext(ctx, `SELECT measurements FROM outcome WHERE item = $1 AND analyzer = $2`, d.Hex(), analyzer)
		if err != nil {
			return nil, fmt.Errorf("catalog: %w", err)
		}
		err = each(rows, func() error {
			var packed []byte
			if err := rows.Scan(&packed); err != nil {
				return err
			}
			ms, err := c.unpacked.of(packed)
			n := 0
			for _, m := range ms {
				if n < maxBeside && c.beside.Fact(m.Fact) {
					out = append(out, m)
					n++
				}
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
