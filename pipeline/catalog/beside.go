package catalog

import (
	"context"
	"encoding/json"
	"fmt"

	"dokaz/pipeline"
)

// Beside says what of a neighbour's measurements its dossier carries, to be set beside the item's own: facts that Fact accepts
// among those of the Analyzers named, the first maxBeside of each neighbour. The zero Beside carries none.
type Beside struct {
	Analyzers []string
	Fact      func(pipeline.Fact) bool
}

// maxBeside bounds the facts carried of one neighbour. Cameras state a dozen; a hostile file may state thousands.
const maxBeside = 64

// statements returns what a neighbour's dossier carries of an item.
func (c *Catalog) statements(ctx context.Context, d pipeline.Digest) ([]pipeline.Measurement, error) {
	if len(c.beside.Analyzers) == 0 || c.beside.Fact == nil {
		return nil, nil
	}
	names, err := json.Marshal(c.beside.Analyzers)
	if err != nil {
		return nil, err
	}
	rows, err := c.read.QueryContext(ctx, `
		SELECT measurements FROM outcome WHERE item = $1 AND analyzer IN (SELECT value FROM json_each($2)) ORDER BY place`, d.Hex(), string(names))
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []pipeline.Measurement
	err = each(rows, func() error {
		var packed []byte
		if err := rows.Scan(&packed); err != nil {
			return err
		}
		ms, err := unpackMeasurements(packed)
		for _, m := range ms {
			if len(out) < maxBeside && c.beside.Fact(m.Fact) {
				out = append(out, m)
			}
		}
		return err
	})
	return out, err
}
