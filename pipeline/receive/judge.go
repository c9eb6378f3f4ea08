package receive

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"dokaz/pipeline"
)

// Identify tells what a file is by the first of its bytes. isWanted is true where they or its name say that it is media: a
// playlist named .mp4 is an item, of the playlist's format. It is true of archives, too, whose names do not claim something
// else: a .docx is a zip archive by content, and a document to whoever gives it. Where the bytes tell nothing, the kind is Other
// whatever the name claims: equal bytes under two names are one item, and its kind must not depend on which
// name came first.
func Identify(name string, head []byte) (kind pipeline.Kind, format string, isWanted bool) {
	content, known := pipeline.Sniff(head)
	claimed, named := pipeline.FormatOfName(name)
	claimsMedia := named && claimed.Kind != pipeline.Other
	switch {
	case known:
		archive := pipeline.IsArchive(content.Name) && (named && pipeline.IsArchive(claimed.Name) || pipeline.Extension(name) == "")
		return content.Kind, content.Name, content.Kind != pipeline.Other || claimsMedia || archive
	case claimsMedia:
		return pipeline.Other, "", true
	}
	return pipeline.Other, "", false
}

// notMedia says in words why nothing calls a file media.
func notMedia(name string, head []byte) *LeftOut {
	extension := "no extension"
	if e := pipeline.Extension(name); e != "" {
		extension = fmt.Sprintf("%q is no media extension", "."+e)
	}
	return leftOut(NotMedia, "not media: %s by content, %s", contentWord(head), extension)
}

// contentWord names the content of what is not media.
func contentWord(head []byte) string {
	if f, ok := pipeline.Sniff(head); ok {
		return f.Name
	}
	switch {
	case len(head) == 0:
		return "empty"
	case isText(head):
		return "text"
	}
	return "unknown"
}

// isText reports whether head is UTF-8 without control characters that no text has. The last
// character may be cut.
func isText(head []byte) bool {
	if bytes.ContainsFunc(head, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' }) {
		return false
	}
	for cut := range min(utf8.UTFMax, len(head)) {
		if utf8.Valid(head[:len(head)-cut]) {
			return true
		}
	}
	return false
}
