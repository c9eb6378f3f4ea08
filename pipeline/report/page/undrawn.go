package page

import (
	"bytes"
	"html/template"

	"dokaz/pipeline"
	"dokaz/pipeline/report/words"
)

// undrawn stands apart from the other templates, which may be what failed.
var undrawn = template.Must(template.New("undrawn").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<meta name="viewport" content="width=device-width"><title>{{.Title}}</title></head>
<body><h1>{{.Title}}</h1><p>{{.Says}}</p><p><a href="report.json">report.json</a> · {{.Doc}}</p><pre>{{.Cause}}</pre></body></html>
`))

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
	err = undrawn.Execute(&out, map[string]string{
		"Lang": lang, "Title": text("undrawn.title"), "Says": text("undrawn.says"), "Doc": doc.String(), "Cause": ShowText(cause.Error(), maxShown),
	})
	return out.Bytes(), err
}
