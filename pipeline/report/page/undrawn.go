package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"

	"dokaz/pipeline"
	"dokaz/pipeline/report/words"
)

// undrawn stands apart from the other templates, which may be what failed.
var undrawn = template.Must(template.New("undrawn").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{{.Policy}}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>{{.Title}}</title><style>{{.Style}}</style></head>
<body><h1>{{.Title}}</h1><p>{{.Says}}</p><p><a href="report.json">report.json</a> · {{.Doc}}</p><p><code>{{.Cause}}</code></p></body></html>
`))

// undrawnStyle keeps digests and causes within the width of a phone or a sheet.
const undrawnStyle = template.CSS("body{font:1rem/1.5 sans-serif;max-width:44rem;margin:1rem auto;padding:0 1rem;overflow-wrap:anywhere}")

// Undrawn is the page of a report that cannot be shown: it says why, and names the document, which stands beside it and says all that is
// known.
func Undrawn(lang string, doc pipeline.Digest, cause error) ([]byte, error) {
	book, err := words.In(lang)
	if err != nil {
		return nil, err
	}
	text := func(name string) string {
		l, _ := book.Page(name) // a test holds the words to be complete
		return words.Plain(book.Fill(l, nil))
	}
	var out bytes.Buffer
	sum := sha256.Sum256([]byte(undrawnStyle))
	err = undrawn.Execute(&out, map[string]any{
		"Style": undrawnStyle, "Policy": "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
		"Lang": lang, "Title": text("undrawn.title"), "Says": text("undrawn.says"), "Doc": doc.String(), "Cause": ShowText(cause.Error(), maxShown),
	})
	return out.Bytes(), err
}
