package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dokaz/pipeline"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A released schema is never edited: whoever holds a report of that name holds its meaning. A change of form
// gets a new name and a new file; only then does a line join this table.
func TestReleasedSchemasAreNeverEdited(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256(Schema())
	const released = "3c0c706895657b1ef79cc543c00512eff52b2bb7bb5d4c886782b949ceb40743"
	if got := hex.EncodeToString(sum[:]); got != released {
		t.Errorf("dokaz.report.v1.json has digest %s, was released as %s", got, released)
	}
}

// compiled is the schema as an independent implementation understands it.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("urn:report", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("urn:report")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, doc []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

// factKinds reads the constants of type FactKind out of the package's source, the one place where a new
// kind cannot be forgotten.
func factKinds(t *testing.T) []pipeline.FactKind {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../fact.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []pipeline.FactKind
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); !ok || id.Name != "FactKind" {
			return true
		}
		for _, v := range spec.Values {
			if lit, ok := v.(*ast.BasicLit); ok {
				s, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, pipeline.FactKind(s))
			}
		}
		return true
	})
	if len(out) < 15 {
		t.Fatalf("found only %d kinds of fact in ../fact.go", len(out))
	}
	return out
}

func TestSchemaDescribesEveryKindOfFact(t *testing.T) {
	t.Parallel()
	tree := schemaTree(t)
	defs := tree["$defs"].(map[string]any)
	measurement := defs["measurement"].(map[string]any)
	listed := measurement["properties"].(map[string]any)["kind"].(map[string]any)["enum"].([]any)
	chosen := map[any]any{}
	for _, c := range measurement["allOf"].([]any) {
		c := c.(map[string]any)
		kind := c["if"].(map[string]any)["properties"].(map[string]any)["kind"].(map[string]any)["const"]
		chosen[kind] = c["then"].(map[string]any)["properties"].(map[string]any)["fact"].(map[string]any)["$ref"]
	}
	for _, k := range factKinds(t) {
		if !slices.Contains(listed, any(string(k))) || chosen[string(k)] != "#/$defs/fact_"+string(k) {
			t.Errorf("%s is not a kind of fact in the schema", k)
			continue
		}
		f, err := pipeline.UnmarshalFact(k, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		mirrors(t, string(k), reflect.TypeOf(f), defs["fact_"+string(k)], defs)
	}
}

func TestSchemaMirrorsTheReport(t *testing.T) {
	t.Parallel()
	tree := schemaTree(t)
	mirrors(t, "report", reflect.TypeOf(pipeline.Report{}), tree, tree["$defs"].(map[string]any))
}

func schemaTree(t *testing.T) map[string]any {
	t.Helper()
	var tree map[string]any
	if err := json.Unmarshal(Schema(), &tree); err != nil {
		t.Fatal(err)
	}
	return tree
}

// mirrors walks a Go type and its part of the schema together: the same members, required where Go always
// writes them, nothing further allowed, everything described.
func mirrors(t *testing.T, at string, typ reflect.Type, node any, defs map[string]any) {
	t.Helper()
	n := node.(map[string]any)
	for n["$ref"] != nil {
		n = defs[strings.TrimPrefix(n["$ref"].(string), "#/$defs/")].(map[string]any)
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	text := reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()
	switch {
	case typ == reflect.TypeFor[pipeline.Measurement]():
		return // has its own form: kind beside fact, checked kind by kind
	case typ.Implements(text) || typ.Kind() == reflect.String || (typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Uint8):
		if n["type"] != "string" && n["const"] == nil {
			t.Errorf("%s: %v in the schema, text in Go", at, n["type"])
		}
	case typ.Kind() == reflect.Struct:
		mirrorsStruct(t, at, typ, n, defs)
	case typ.Kind() == reflect.Slice || typ.Kind() == reflect.Array:
		if n["type"] != "array" {
			t.Errorf("%s: %v in the schema, a list in Go", at, n["type"])
			return
		}
		mirrors(t, at+"[]", typ.Elem(), n["items"], defs)
	case typ.Kind() == reflect.Bool:
		if n["type"] != "boolean" {
			t.Errorf("%s: %v in the schema, bool in Go", at, n["type"])
		}
	case typ.Kind() == reflect.Float64:
		if n["type"] != "number" {
			t.Errorf("%s: %v in the schema, a float in Go", at, n["type"])
		}
	case typ.Kind() == reflect.Int || typ.Kind() == reflect.Int64:
		if n["type"] != "integer" && n["enum"] == nil {
			t.Errorf("%s: %v in the schema, an integer in Go", at, n["type"])
		}
	case typ.Kind() == reflect.Map:
		if n["type"] != "object" {
			t.Errorf("%s: %v in the schema, a map in Go", at, n["type"])
		}
	default:
		t.Errorf("%s: no rule for %s", at, typ)
	}
}

// leftBehind stays with the case: no report carries it.
var leftBehind = map[string]bool{"local_features.frames[].points": true, "local_features.frames[].miniature": true}

func mirrorsStruct(t *testing.T, at string, typ reflect.Type, n, defs map[string]any) {
	t.Helper()
	if n["type"] != "object" || n["additionalProperties"] != false {
		t.Errorf("%s: not a closed object", at)
		return
	}
	properties := n["properties"].(map[string]any)
	seen := map[string]bool{}
	for i := range typ.NumField() {
		name, options, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		seen[name] = true
		p, ok := properties[name].(map[string]any)
		if leftBehind[at+"."+name] {
			if ok {
				t.Errorf("%s.%s is in the schema, and reports do not carry it", at, name)
			}
			continue
		}
		if !ok {
			t.Errorf("%s.%s is not in the schema", at, name)
			continue
		}
		if d, _ := p["description"].(string); d == "" {
			t.Errorf("%s.%s has no description", at, name)
		}
		always := !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero")
		if required := slices.Contains(n["required"].([]any), any(name)); required != always {
			t.Errorf("%s.%s: required is %v, Go always writes it: %v", at, name, required, always)
		}
		mirrors(t, at+"."+name, typ.Field(i).Type, p, defs)
	}
	for name := range properties {
		if !seen[name] {
			t.Errorf("%s.%s is in the schema, not in Go", at, name)
		}
	}
}
