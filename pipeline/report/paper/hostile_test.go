package paper

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"dokaz/pipeline"
	"dokaz/pipeline/report/page"

	"golang.org/x/text/unicode/norm"
)

// evil is what a file or a giver may put anywhere: markup, operators of PDF, directions, controls, what is no UTF-8, what no face draws.
const evil = "\"'><script>alert(1)</script>(\\) Tj ET endstream endobj %%EOF \u202e\u2066\u200b\x00\x1b[31m\r\n\u2028\xff\xfe\U0001f525\u4e2d\u0627\U000e0041{nb}"

// poisoned puts a text into every string below v.
func poisoned(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Pointer:
		if !v.IsNil() {
			poisoned(v.Elem(), text)
		}
	case reflect.Interface:
		if !v.IsNil() {
			one := reflect.New(v.Elem().Type())
			one.Elem().Set(v.Elem())
			poisoned(one.Elem(), text)
			v.Set(one.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				poisoned(v.Field(i), text)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			poisoned(v.Index(i), text)
		}
	case reflect.Map:
		if v.Len() > 0 {
			v.Set(reflect.MakeMap(v.Type()))
			v.SetMapIndex(reflect.ValueOf(text).Convert(v.Type().Key()), reflect.ValueOf(text).Convert(v.Type().Elem()))
		}
	}
}

// within holds that every word of a PDF stands on its sheet between the margins.
func within(t *testing.T, pdf []byte) {
	t.Helper()
	for _, m := range regexp.MustCompile(`<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>`).
		FindAllStringSubmatch(poppler(t, pdf, "pdftotext", "-bbox", "-", "-"), -1) {
		var at [4]float64
		for i := range at {
			at[i], _ = strconv.ParseFloat(m[i+1], 64)
		}
		if at[0] < marginSide-3 || at[2] > sheetWidth-marginSide+3 || at[1] < marginTop-14 || at[3] > sheetHeight-20 {
			t.Errorf("%q stands at %v", m[5], at)
		}
	}
}

func TestHostileTextIsShownWholeAndHasNoEffect(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"photo", "video"} {
		r, doc := sample(t, name)
		poisoned(reflect.ValueOf(&r.Core).Elem(), evil)
		poisoned(reflect.ValueOf(&r.Issue).Elem(), evil)
		pdf := made(t, "uk", r, doc, pictured(), Options{Clear: true})
		within(t, pdf)
		raw := poppler(t, pdf, "pdftotext", "-raw", "-", "-")
		if i := strings.IndexFunc(raw, func(c rune) bool { return c != '\n' && c != '\f' && !unicode.IsPrint(c) && c != '\u00a0' }); i >= 0 {
			t.Errorf("an unprintable character at %d: %q", i, raw[max(i-20, 0):i+20])
		}
		for _, want := range []string{"<U+202E>", "<U+0000>", "<byteFF>", "<U+1F525>", "<U+4E2D>", "<U+0627>", "(\\)TjETendstream"} {
			if !strings.Contains(dense(raw), want) {
				t.Errorf("%s is not shown", want)
			}
		}
		if got := poppler(t, pdf, "pdfinfo", "-"); strings.Contains(got, "\u202e") {
			t.Errorf("its description turns a direction:\n%s", got)
		}
	}
}

// A long report is whole: every text of the page is there, no word leaves its sheet, and every sheet is numbered.
func TestALongReportIsWhole(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	for i := range 500 {
		r.Core.Measurements = append(r.Core.Measurements, pipeline.Measurement{By: pipeline.Ref{Analyzer: "exif", Version: 1}, Where: pipeline.At(int64(i), 9), Fact: pipeline.Tag{
			Reader: "goexif", Group: "ExifIFD", Name: strings.Repeat("Unbroken", 1+i%9), Value: strings.Repeat("довгий рядок ", i%40) + strings.Repeat("x", i%700),
		}})
	}
	for i := range 45 {
		n := r.Core.Neighbours[0]
		n.Name = strings.Repeat("копія ", i) + ".jpg"
		r.Core.Neighbours = append(r.Core.Neighbours, n)
	}
	r.Core.Receipts[0].Claims.Notes = strings.Repeat("W", 5000)
	pdf := made(t, "uk", r, doc, pictured(), Options{})
	within(t, pdf)
	got := extracted(t, pdf, "Об’єкт SHA-256", "Звіт SHA-256")
	head := dense("Ім’я Значення Група Ідентифікатор Тип Місце") // repeated on each sheet, between rows
	got = strings.ReplaceAll(got, head, "") + head
	missing := 0
	for _, want := range texts(t, "uk", r, doc, pictured()) {
		if !strings.Contains(got, want) {
			missing++
			t.Logf("%.80q is not on paper", want)
		}
	}
	if missing > 0 {
		t.Errorf("%d texts are not on paper", missing)
	}
}

func TestNamesOfOtherSystems(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "plain")
	for in, want := range map[string]string{
		"сло\u0301ва":           "сло<U+0301>ва",         // a stress that no letter has in one
		norm.NFD.String("йўї"):  "йўї",                   // as macOS writes names
		"обʼєкт Ґ № Ў Є":        "об’єктҐ№ЎЄ",            // the apostrophe of Ukrainian and Belarusian
		"视频":                    "<U+89C6><U+9891>",      // written in none of the faces
		"\u05d0\U0001f600":      "<U+05D0><U+1F600>",     //
		strings.Repeat("a", 70): strings.Repeat("a", 70), //
		"<U+202E>":              "<U+202E>",              //
		"a\u2009b":              "a<U+2009>b",            // a space that is none is named
	} {
		r.Core.Receipts[0].Name = in
		if got := extracted(t, made(t, "en", r, doc, page.Album{}, Options{})); !strings.Contains(got, want) {
			t.Errorf("%q is shown as %.120q", in, got)
		}
	}
}

// FuzzLines holds that setting lines ends, loses nothing and keeps to the width wherever a letter fits.
func FuzzLines(f *testing.F) {
	for _, s := range []string{"", " ", "a b", strings.Repeat("long", 50), "a/b/c-d_e", "Ўўсё ў парадку", evil} {
		f.Add(s, uint16(60))
		f.Add(s, uint16(3))
	}
	t, err := typefaces()
	if err != nil {
		f.Fatal(err)
	}
	l := &layout{faces: &t}
	f.Fuzz(func(t *testing.T, s string, width uint16) {
		in := l.inlined(plain, &node{text: s})
		var want, got strings.Builder
		for _, k := range in {
			if k.kind == word || k.kind == atom {
				want.WriteString(k.text)
			}
		}
		for _, one := range l.lines(slices.Clone(in), float64(width)) {
			w, atoms := 0.0, 0
			for _, k := range one {
				w += k.width
				if k.kind == word || k.kind == atom {
					got.WriteString(k.text)
				}
				if k.kind == atom {
					atoms++
				}
			}
			if w > float64(width)+0.1 && width > 20 && atoms == 0 {
				t.Errorf("a line of %.1f points in %d", w, width)
			}
		}
		if got.String() != want.String() {
			t.Errorf("%q became %q", want.String(), got.String())
		}
	})
}
