package report

import (
	"bytes"
	_ "embed"
)

//go:embed schema/dokaz.report.v1.json
var schema []byte

// Schema returns the published JSON Schema (draft 2020-12) of pipeline.ReportSchema. A released schema is
// never edited: a report that needs another one gets a new name.
func Schema() []byte { return bytes.Clone(schema) }
