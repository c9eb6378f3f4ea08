package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// This test is the borders of the house. It parses imports in process: asking `go list` would be served
// from the test cache although a file changed. Files of every build tag are seen.

// room says what the packages under a folder may import. Longest path wins.
type room struct {
	path string   // folder, "" is the root
	ours []string // our rooms it may import; a trailing /... takes those below
	why  string
}

var rooms = []room{
	{"pipeline", nil, "the words import nothing of ours"},
	{"pipeline/display", nil, "characters and what shows them, and nothing of what a text says"},
	{"pipeline/receive", []string{"pipeline"}, "a station knows the words, no other station and no shelf"},
	{"pipeline/examine", []string{"pipeline"}, "a station knows the words, no other station and no shelf"},
	{"pipeline/compare", []string{"pipeline", "pipeline/compare/..."}, "a station knows the words, no other station and no shelf"},
	{"pipeline/compare/geometry", []string{"pipeline"}, "features and miniatures held against each other, and nothing else"},
	{"pipeline/compare/timeline", []string{"pipeline", "pipeline/compare/geometry"}, "frames in time held against each other, and nothing else"},
	{"pipeline/compare/sound", []string{"pipeline"}, "acoustic fingerprints held against each other, and nothing else"},
	{"pipeline/compare/draw", []string{"pipeline", "pipeline/compare", "pipeline/compare/..."}, "drawing shows what comparing found and finds nothing"},
	{"pipeline/report", []string{"pipeline", "pipeline/report/..."}, "a station knows the words, no other station and no shelf"},
	{"pipeline/report/rules", []string{"pipeline", "pipeline/report/clock", "pipeline/report/globe"}, "rules read a dossier and nothing else"},
	{"pipeline/report/clock", []string{"pipeline"}, "readings of time statements and nothing else"},
	{"pipeline/report/globe", nil, "readings of place statements, outlines and maps, and nothing else"},
	{"pipeline/report/words", []string{"pipeline"}, "words know codes only"},
	{"pipeline/report/page", []string{"pipeline", "pipeline/display", "pipeline/report/words", "pipeline/report/clock", "pipeline/report/globe"}, "a page shows a report and judges nothing"},
	{"pipeline/report/paper", []string{"pipeline", "pipeline/report/page", "pipeline/report/words"}, "paper sets what a page says and knows no facts"},
	{"pipeline/vault", []string{"pipeline"}, "a shelf knows the words only"},
	{"pipeline/catalog", []string{"pipeline"}, "a shelf knows the words only"},
	{"pipeline/index", []string{"pipeline"}, "a shelf knows the words only"},
	{"pipeline/vault/vaulttest", []string{"pipeline"}, "a conformance suite knows the contract only"},
	{"pipeline/index/indextest", []string{"pipeline"}, "a conformance suite knows the contract only"},
	{"pipeline/catalog/catalogtest", []string{"pipeline", "pipeline/catalog"}, "a conformance suite knows the contract only"},
	{"analyzers", []string{"pipeline", "analyzers/..."}, "the one list of analyzers"},
	{"analyzers/*", []string{"pipeline", "analyzers/media", "analyzers/internal/..."}, "an analyzer knows the words and how pictures are decoded"},
	{"analyzers/internal/libav/avitest", []string{"pipeline", "analyzers/internal/..."}, "test inputs of the libav room"},
	{"analyzers/internal/*", []string{"pipeline", "analyzers/internal/..."}, "tools that only analyzers use"},
	{"workers", []string{"pipeline"}, "the pool carries tasks and knows no station's insides"},
	{"workers/sandbox", []string{"pipeline", "pipeline/examine"}, "the child runs the examination and knows no shelf"},
	{"cmd/dokaz", []string{"pipeline", "pipeline/...", "cmd/internal/...", "workers/sandbox"}, "verbs speak to wire"},
	{"cmd/internal/door", nil, "the server knows connections and nothing of what is asked"},
	{"cmd/internal/api", []string{"pipeline", "pipeline/catalog", "pipeline/receive", "cmd/internal/webhook", "cmd/internal/upload"}, "the API speaks HTTP and asks the rooms through interfaces; their records are its words"},
	{"cmd/internal/upload", []string{"pipeline", "pipeline/catalog"}, "uploads in pieces know no HTTP and no vault"},
	{"cmd/internal/webhook", []string{"pipeline", "pipeline/catalog"}, "webhooks are sent without knowing what they tell"},
	{"cmd/internal/evaluate", []string{"pipeline"}, "scoring knows matches and truth, not how either came about"},
	{"cmd/internal/ui", []string{"pipeline", "pipeline/catalog", "pipeline/compare", "pipeline/report/page", "pipeline/report/rules", "pipeline/report/words"}, "pages ask a case and show what it says"},
	{"cmd/internal/wire", []string{"pipeline", "pipeline/...", "analyzers", "analyzers/archive", "analyzers/media", "analyzers/proof", "analyzers/readers", "workers", "workers/...", "cmd/internal/..."}, "wire alone knows every room"},
	{"fixtures", []string{"fixtures/..."}, "inputs are made without our own code"},
	{"fixtures/*", []string{"fixtures/..."}, "inputs are made without our own code"},
	{"fixtures/stock/*", []string{"fixtures/..."}, "inputs are made without our own code"},
}

// outside says which module may be imported under which folders only.
var outside = map[string][]string{
	"github.com/asticode/":            {"analyzers/internal/libav"},
	"github.com/rwcarlsen/goexif":     {"analyzers/exif"},
	"github.com/corona10/goimagehash": {"analyzers/pixelhash"},
	"github.com/hibiken/asynq":        {"workers"},
	"github.com/alicebob/miniredis":   {"workers"},
	"github.com/redis/go-redis":       {"workers"},
	"modernc.org/sqlite":              {"pipeline/catalog"},
	"github.com/jackc/pgx":            {"pipeline/catalog"},
	"github.com/spf13/":               {"cmd"},
	"github.com/knadh/koanf":          {"cmd/internal/wire"},
	"github.com/danielgtaylor/huma":   {"cmd/internal/api"},
	"github.com/chromedp/":            {"cmd/dokaz"},
	"github.com/prometheus/":          {"cmd/internal/api", "cmd/internal/door"},
	"github.com/fxamacker/cbor":       {"analyzers/c2pa", "fixtures/stock/craft"},
	"github.com/digitorus/":           {"analyzers/c2pa", "analyzers/proof"},
	"golang.org/x/crypto":             {"analyzers/proof"},
	"gocloud.dev":                     {"pipeline/vault"},
	"github.com/minio/":               {"pipeline/vault"},
	"codeberg.org/go-pdf/":            {"pipeline/report/paper"},
	"github.com/bodgit/":              {"analyzers/archive"},
	"github.com/klauspost/":           {"analyzers/archive"},
	"github.com/ulikunitz/":           {"analyzers/archive", "fixtures"},
	"archive/":                        {"analyzers/archive", "analyzers/proof", "fixtures"}, // archives are opened in the child only
	"compress/bzip2":                  {"analyzers/archive", "fixtures"},
	"encoding/csv":                    {"pipeline/report/page", "pipeline/receive", "cmd/internal/evaluate", "analyzers/proof", "fixtures"},
	"text/template":                   {}, // pages are made by html/template, which escapes
	"log/slog":                        {}, // messages go through the terminal's one door, which escapes
}

// words may not import these of the standard library: the vocabulary touches no machine.
var forbiddenToWords = []string{"os", "os/exec", "net", "net/http", "database/sql", "log", "log/slog", "syscall", "unsafe"}

type importing struct {
	file string // slash path from the root
	pkg  string // folder from the root
	path string // import path
	test bool
}

// importsUnder parses the import clauses of every Go file below root.
func importsUnder(root string) ([]importing, map[string]bool, error) {
	var out []importing
	packages := map[string]bool{}
	err := filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (strings.HasPrefix(e.Name(), ".") && p != root || e.Name() == "testdata" || e.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(p, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		packages[path.Dir(rel)] = true
		for _, s := range f.Imports {
			ip, err := strconv.Unquote(s.Path.Value)
			if err != nil {
				return err
			}
			out = append(out, importing{rel, path.Dir(rel), ip, strings.HasSuffix(rel, "_test.go")})
		}
		return nil
	})
	return out, packages, err
}

func fits(pattern, pkg string) bool {
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		return strings.HasPrefix(pkg, below+"/")
	}
	ok, err := path.Match(pattern, pkg)
	return err == nil && ok
}

// roomOf finds the room of a package: the exact one, else a pattern's.
func roomOf(pkg string) (room, bool) {
	for _, r := range rooms {
		if r.path == pkg {
			return r, true
		}
	}
	for _, r := range rooms {
		if fits(r.path, pkg) {
			return r, true
		}
	}
	return room{}, false
}

// trespass says why an import is forbidden, or "".
func trespass(im importing) string {
	r, ok := roomOf(im.pkg)
	if !ok {
		return ""
	}
	if im.path == "C" && im.pkg != "analyzers/internal/libav" {
		return "C lives in analyzers/internal/libav only"
	}
	if im.pkg == "pipeline" && !im.test && slices.Contains(forbiddenToWords, im.path) {
		return "the words touch no machine"
	}
	for module, where := range outside {
		if !strings.HasPrefix(im.path, module) || im.test && !strings.Contains(module, ".") {
			continue // tests may use all of the standard library
		}
		if !slices.ContainsFunc(where, func(w string) bool { return im.pkg == w || strings.HasPrefix(im.pkg, w+"/") }) {
			return module + " lives in " + strings.Join(where, ", ") + " only"
		}
	}
	own, ok := strings.CutPrefix(im.path, "dokaz/")
	if !ok || own == im.pkg {
		return ""
	}
	if im.test && (own == "fixtures" || own == "fixtures/stock" || own == "fixtures/stock/craft" || strings.HasPrefix(own, im.pkg+"/") || im.pkg == "cmd/dokaz") {
		return "" // tests may open fixtures and run the conformance suite of their own contract
	}
	if im.test && strings.HasPrefix(im.pkg, "analyzers/") && strings.HasPrefix(own, "analyzers/") {
		return "" // analyzers' tests may put two of them together
	}
	if im.test && im.pkg == "pipeline/compare" && own == "pipeline/index" {
		return "" // the station is tested on the shelf it will have
	}
	if im.test && im.pkg == "pipeline/report/rules" && own == "pipeline/report/words" {
		return "" // the test that every code has its words
	}
	if !slices.ContainsFunc(r.ours, func(p string) bool { return fits(p, own) }) {
		return r.path + ": " + r.why
	}
	return ""
}

func TestRoomsKeepEveryImport(t *testing.T) {
	t.Parallel()
	imports, packages, err := importsUnder("../..")
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range packages {
		if _, ok := roomOf(pkg); !ok {
			t.Errorf("%s is no room of the house: name it in rooms, or put the code where it belongs", pkg)
		}
	}
	for _, im := range imports {
		if why := trespass(im); why != "" {
			t.Errorf("%s imports %s: %s", im.file, im.path, why)
		}
	}
	if len(packages) < 15 {
		t.Errorf("only %d packages seen: the test looks in the wrong place", len(packages))
	}
}

func TestRoomsSeeTrespasses(t *testing.T) {
	t.Parallel()
	for _, im := range []importing{
		{"pipeline/item.go", "pipeline", "os", false},
		{"pipeline/item.go", "pipeline", "dokaz/pipeline/vault", false},
		{"pipeline/receive/take.go", "pipeline/receive", "dokaz/pipeline/vault", false},
		{"pipeline/compare/pair.go", "pipeline/compare", "dokaz/pipeline/report", false},
		{"analyzers/exif/exif.go", "analyzers/exif", "dokaz/pipeline/catalog", false},
		{"analyzers/exif/exif.go", "analyzers/exif", "C", false},
		{"analyzers/format/format.go", "analyzers/format", "github.com/rwcarlsen/goexif/exif", false},
		{"workers/sandbox/child.go", "workers/sandbox", "dokaz/pipeline/catalog", false},
		{"pipeline/report/report.go", "pipeline/report", "github.com/hibiken/asynq", false},
		{"cmd/dokaz/run.go", "cmd/dokaz", "dokaz/analyzers", false},
	} {
		if trespass(im) == "" {
			t.Errorf("%s may import %s unseen", im.pkg, im.path)
		}
	}
	if _, ok := roomOf("pipeline/util"); ok {
		t.Error("pipeline/util found a room")
	}
}

// TestEveryAnalyzerIsListed fails when a directory of analyzers/ has no line in analyzers.go.
func TestRoomsListEveryAnalyzer(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	f, err := parser.ParseFile(token.NewFileSet(), "../../analyzers/analyzers.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && (s.Sel.Name == "New" || s.Sel.Name == "Within") {
			if x, ok := s.X.(*ast.Ident); ok {
				listed[x.Name] = true
			}
		}
		return true
	})
	dirs, err := os.ReadDir("../../analyzers")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if !d.IsDir() || d.Name() == "internal" || d.Name() == "media" {
			continue
		}
		if !listed[d.Name()] {
			t.Errorf("analyzers/%s has no line in analyzers/analyzers.go", d.Name())
		}
	}
}

// TestNoPackageRegistersItself keeps registration explicit: importing a package changes nothing.
func TestRoomsRegisterNothing(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir("../..", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(p, ".go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, 0)
		if err != nil {
			return err
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s has an init function", p)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
