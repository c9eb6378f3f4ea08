package page

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"dokaz/pipeline"
	"dokaz/pipeline/display"
)

// evil is what a file or a giver may put anywhere.
const evil = "\"'><script>alert(1)</script><img src=x onerror=y>\u202e\u2066\u200b\ufeff\x00\x1b[31m\r\n\u2028\U000e0041 {{.}} javascript:x"

// fill puts evil into every string below v, and something into everything else.
func fill(v reflect.Value, facts bool) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(evil)
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), facts)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i), facts)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), facts)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), facts)
		}
	case reflect.Uint8, reflect.Uint64:
		v.SetUint(7)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf(evil), reflect.ValueOf(evil))
	}
}

// hostileReport has evil in every string, with a measurement of every kind of fact.
func hostileReport(t testing.TB) pipeline.Report {
	t.Helper()
	r, _ := sample(t, "photo")
	v, _ := sample(t, "video")
	kinds := map[pipeline.FactKind]pipeline.Fact{}
	for _, m := range append(r.Core.Measurements, v.Core.Measurements...) {
		kinds[pipeline.KindOf(m.Fact)] = m.Fact
	}
	var out pipeline.Report
	core := reflect.ValueOf(&out.Core).Elem()
	for i := range core.NumField() {
		if core.Type().Field(i).Name != "Measurements" {
			fill(core.Field(i), true)
		}
	}
	fill(reflect.ValueOf(&out.Issue).Elem(), true)
	for _, fact := range kinds {
		f := reflect.New(reflect.TypeOf(fact))
		fill(f.Elem(), true)
		var by pipeline.Ref
		var where pipeline.Where
		fill(reflect.ValueOf(&by).Elem(), true)
		fill(reflect.ValueOf(&where).Elem(), true)
		out.Core.Measurements = append(out.Core.Measurements, pipeline.Measurement{By: by, Where: where, Fact: f.Elem().Interface().(pipeline.Fact)})
	}
	return out
}

// harmless holds that nothing of evil is in effect on a page.
func harmless(t *testing.T, name, page string) {
	t.Helper()
	body := page[strings.Index(page, "<body"):]
	body = regexp.MustCompile(`(?s)<script>.*?</script>`).ReplaceAllString(body, "")
	for _, bad := range []string{"<script", "<img src=x", `"onerror`, `href="javascript`} {
		if strings.Contains(body, bad) {
			t.Errorf("%s holds %q", name, bad)
		}
	}
	if !utf8.ValidString(page) {
		t.Errorf("%s is not UTF-8", name)
	}
	for i, c := range body {
		if c != '\n' && !display.Visible(c) {
			t.Errorf("%s holds U+%04X: …%q", name, c, body[max(0, i-60):i])
			break
		}
	}
	if !strings.Contains(body, "⟨U+202E⟩") || !strings.Contains(body, "⟨U+0000⟩") {
		t.Errorf("%s does not show what it hides", name)
	}
	balanced(t, name, page)
}

func TestHostileTextHasNoEffectAnywhere(t *testing.T) {
	t.Parallel()
	r := hostileReport(t)
	harmless(t, "report", rendered(t, r, pipeline.DigestOf(nil), onePixel))
	harmless(t, "report without pictures", rendered(t, r, pipeline.DigestOf(nil), nil))
	harmless(t, "index", indexPage(t, hostileRows(), Batch{Tool: evil, Pictures: onePixel, Left: []LeftOut{{evil, evil}}}))
}
