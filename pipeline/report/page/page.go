// Package page shows reports to people: one self-contained HTML file per report, and for a batch an index
// as HTML, CSV and JSON lines.
//
// It knows a report, the words of a language, and markup. It must not know where reports and pictures are
// kept, and it adds nothing to what a report says: whatever it shows is in the report. Its pages load
// nothing, from a network or elsewhere; their content security policy forbids it too. A report's page has no
// script at all, the index works without its own.
//
// Every string of a report may be hostile. Text reaches a page in one of two ways only: our own words, from
// package words, and everything else through show, which leaves no control, invisible or direction-changing
// character in effect.
package page

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"sync"

	"dokaz/pipeline"
	"dokaz/pipeline/report/words"
)

//go:embed report.gohtml index.gohtml base.css report.css index.css index.js
var files embed.FS

// Pictures gives the bytes and the media type of a derivative. It answers pipeline.ErrNotFound where the
// derivative is not kept, which the page says; any other error ends the rendering.
type Pictures func(pipeline.Digest) ([]byte, string, error)

// Drawings gives a drawing that shows why a match holds, or nil where there is none; an error ends the rendering.
type Drawings func(pipeline.Match) (*Drawing, error)

// Drawing is a picture of two items held against each other. It names them A and B.
type Drawing struct {
	Shows     string // entry of the words' list "drawing"
	A         pipeline.Digest
	MediaType string
	Bytes     []byte
	Kept      *pipeline.Digest // under which a server that has Links gives it; nil: the page carries it
}

// Album is where a page finds its pictures. A nil member means that there are none of its kind.
type Album struct {
	Pictures Pictures
	Drawings Drawings
	Links    *Links // nil: the page stands alone, as a file among a batch's
}

// Links lead from a page that a server shows to what lies beside it there. All are paths of that server.
type Links struct {
	Picture func(pipeline.Digest) string      // a derivative
	Report  func(pipeline.Digest) string      // another item
	Compare func(a, b pipeline.Digest) string // two items held against each other
	All     string                            // the list of items
}

// HTML writes the page of a report in English. doc is the digest of the report's document (report.Issue),
// by which the page names the revision. The album's small pictures are put into the page, blurred until the reader asks for
// one, and its drawings of the nearest confirmed matches, hidden until then.
//
// Equal arguments give equal bytes.
func HTML(w io.Writer, r pipeline.Report, doc pipeline.Digest, a Album) error {
	return HTMLIn("en", w, r, doc, a)
}

// HTMLIn is HTML in another language; one without words is pipeline.ErrNotFound.
func HTMLIn(lang string, w io.Writer, r pipeline.Report, doc pipeline.Digest, a Album) error {
	book, err := words.In(lang)
	if err != nil {
		return fmt.Errorf("page of %s: %w", r.Core.Item.Digest, err)
	}
	v, err := viewOf(book, r, doc, a)
	if err != nil {
		return fmt.Errorf("page of %s: %w", r.Core.Item.Digest, err)
	}
	return write(w, "report.gohtml", r.Core.Item.Digest.String(), v)
}

// Part writes what HTMLIn writes without the frame of a document: the table of contents and the report, for a page that has a frame,
// Stylesheet and a policy of its own.
func Part(lang string, w io.Writer, r pipeline.Report, doc pipeline.Digest, a Album) error {
	book, err := words.In(lang)
	if err != nil {
		return fmt.Errorf("page of %s: %w", r.Core.Item.Digest, err)
	}
	v, err := viewOf(book, r, doc, a)
	if err != nil {
		return fmt.Errorf("page of %s: %w", r.Core.Item.Digest, err)
	}
	return write(w, "report", r.Core.Item.Digest.String(), v)
}

// Stylesheet is the style of Part.
func Stylesheet() (string, error) {
	all, err := sheets()
	return all["report.css"].text, err
}

// write executes a template into w.
func write(w io.Writer, name, subject string, data any) error {
	all, err := templates()
	if err != nil {
		return fmt.Errorf("page of %s: %w", subject, err)
	}
	out := bufio.NewWriter(w)
	if err := all.ExecuteTemplate(out, name, data); err != nil {
		return fmt.Errorf("page of %s: %w", subject, err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("page of %s: %w", subject, err)
	}
	return nil
}

// templates parses the embedded templates once; a parsed template is safe for concurrent use.
var templates = sync.OnceValues(func() (*template.Template, error) {
	return template.New("").ParseFS(files, "*.gohtml")
})

// sheet is an embedded style sheet or script with its hash for the content security policy (CSP Level 3
// §2.3.1, hash-source).
type sheet struct {
	text string
	hash string
}

// sheets puts together the style sheets and the script of the pages, once.
var sheets = sync.OnceValues(func() (map[string]sheet, error) {
	out := map[string]sheet{}
	for name, parts := range map[string][]string{
		"report.css": {"base.css", "report.css"}, "index.css": {"base.css", "index.css"}, "index.js": {"index.js"},
	} {
		var text []byte
		for _, part := range parts {
			b, err := files.ReadFile(part)
			if err != nil {
				return nil, err
			}
			text = append(text, b...)
		}
		sum := sha256.Sum256(text)
		out[name] = sheet{string(text), "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"}
	}
	return out, nil
})
