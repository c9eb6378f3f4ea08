package page

import (
	"html"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"dokaz/pipeline/display"
	"dokaz/pipeline/report/words"
)

func TestShow(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain name.jpg":                  `<bdi>plain name.jpg</bdi>`,
		"":                                `<bdi></bdi>`,
		`<b>&"'`:                          `<bdi>&lt;b&gt;&amp;&#34;&#39;</bdi>`,
		"Мінск жніўня":                    `<bdi>Мінск жніўня</bdi>`,
		"שלום مرحبا":                      `<bdi>שלום مرحبا</bdi>`,
		"写真 🙂":                            `<bdi>写真 🙂</bdi>`,
		"\u202egpj.exe":                   `<bdi><span class="cp">⟨U+202E⟩</span>gpj.exe</bdi>`,
		"a\x00b\tc\r\nd\x7f":              `<bdi>a<span class="cp">⟨U+0000⟩</span>b<span class="cp">⟨U+0009⟩</span>c<span class="cp">⟨U+000D⟩</span><span class="cp">⟨U+000A⟩</span>d<span class="cp">⟨U+007F⟩</span></bdi>`,
		"a\u200bb\u2060c\ufeffd":          `<bdi>a<span class="cp">⟨U+200B⟩</span>b<span class="cp">⟨U+2060⟩</span>c<span class="cp">⟨U+FEFF⟩</span>d</bdi>`,
		"a\u00a0b\u3000c\u2028d":          `<bdi>a<span class="cp">⟨U+00A0⟩</span>b<span class="cp">⟨U+3000⟩</span>c<span class="cp">⟨U+2028⟩</span>d</bdi>`,
		"a\u3164b\u115fc\u2800d":          `<bdi>a<span class="cp">⟨U+3164⟩</span>b<span class="cp">⟨U+115F⟩</span>c<span class="cp">⟨U+2800⟩</span>d</bdi>`,
		"\U000e0041\U000e0020x":           `<bdi><span class="cp">⟨U+E0041⟩</span><span class="cp">⟨U+E0020⟩</span>x</bdi>`,
		"\xd4\xee\xf2\xee":                `<bdi><span class="cp">⟨byte D4⟩</span><span class="cp">⟨byte EE⟩</span><span class="cp">⟨byte F2⟩</span><span class="cp">⟨byte EE⟩</span></bdi>`,
		"\ufffd\ue000":                    `<bdi><span class="cp">⟨U+FFFD⟩</span><span class="cp">⟨U+E000⟩</span></bdi>`,
		"\u0301x":                         `<bdi><span class="cp">⟨U+0301⟩</span>x</bdi>`,
		"e\u0301\u0302":                   "<bdi>e\u0301\u0302</bdi>",
		"e\u0301\u0301\u0301\u0301\u0301": "<bdi>e\u0301\u0301\u0301\u0301<span class=\"cp\">⟨U+0301⟩</span></bdi>",
	} {
		if got := string(Show(in, 0)); got != want {
			t.Errorf("%q:\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestShowCuts(t *testing.T) {
	t.Parallel()
	if got := string(Show("жніўня", 3)); got != `<bdi>жні</bdi><span class="cut">…</span>` {
		t.Errorf("cut: %s", got)
	}
	if got := string(Show("жніўня", 6)); got != `<bdi>жніўня</bdi>` {
		t.Errorf("whole: %s", got)
	}
	if got := ShowText("a\u202eb", 2); got != "a⟨U+202E⟩…" {
		t.Errorf("text: %s", got)
	}
}

func FuzzShow(f *testing.F) {
	for _, s := range []string{evil, "e\u0301\u0301\u0301\u0301\u0301", "\xff\xfe", "שלום"} {
		f.Add(s, 5)
	}
	tags := regexp.MustCompile(`</?bdi>|<span class="(?:cp|cut)">|</span>`)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		got := string(Show(s, limit))
		rest := tags.ReplaceAllString(got, "")
		if strings.ContainsAny(rest, "<>\"'") {
			t.Fatalf("%q: %s", s, got)
		}
		if !utf8.ValidString(got) {
			t.Fatalf("%q: not UTF-8", s)
		}
		for _, r := range html.UnescapeString(rest) {
			if !display.Visible(r) {
				t.Fatalf("%q: U+%04X in %s", s, r, got)
			}
		}
		for _, r := range ShowText(s, limit) {
			if !display.Visible(r) {
				t.Fatalf("%q: U+%04X in text", s, r)
			}
		}
	})
}

func TestNumbersForPeople(t *testing.T) {
	t.Parallel()
	en := speakerIn(t, "en")
	for got, want := range map[string]string{
		string(number(0)): "0", string(number(999)): "999", string(number(1000)): "1&#8239;000", string(number(-1234567)): "−1&#8239;234&#8239;567",
		string(en.Bytes(999)): "999&nbsp;B", string(en.Bytes(1000)): "1.0&nbsp;kB", string(en.Bytes(999_999)): "1.0&nbsp;MB",
		string(en.Bytes(4_318_772)): "4.3&nbsp;MB", string(en.Bytes(123_456_789)): "123&nbsp;MB", string(en.Bytes(5e17)): "500&nbsp;PB",
		string(en.seconds(0)): "0:00.0", string(en.seconds(59.96)): "1:00.0", string(en.seconds(97.44)): "1:37.4", string(en.seconds(3725.05)): "1:02:05.1",
		string(en.seconds(-1.5)): "−0:01.5", string(en.seconds(math.Inf(1))): "+Inf s", string(en.lasting(37.48)): "37.5&nbsp;s", string(en.lasting(60)): "1:00.0",
		trim(1.5): "1.5", trim(2): "2", trim(0.1234): "0.123",
		rational("30000/1001"): "29.97", rational("0/0", "25/1"): "25", rational("1e9/1"): "", rational("x"): "",
		string(dms(53.917301, "N", "S")): "53° 55′ 02.3″ N", string(dms(-0.5, "N", "S")): "0° 30′ 00.0″ S", string(dms(59.99999999, "E", "W")): "60° 00′ 00.0″ E",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Numbers of ours are written as each language writes them.
func TestNumbersInEachLanguage(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]string{
		"en": "999&nbsp;B, 4.3&nbsp;MB, 1:37.4, 37.5&nbsp;s, 3&nbsp;h 20&nbsp;min, 1.2&nbsp;km, 0.75",
		"be": "999&nbsp;Б, 4,3&nbsp;МБ, 1:37,4, 37,5&nbsp;с, 3&nbsp;гадз 20&nbsp;хв, 1,2&nbsp;км, 0,75",
		"ru": "999&nbsp;Б, 4,3&nbsp;МБ, 1:37,4, 37,5&nbsp;с, 3&nbsp;ч 20&nbsp;мин, 1,2&nbsp;км, 0,75",
		"uk": "999&nbsp;Б, 4,3&nbsp;МБ, 1:37,4, 37,5&nbsp;с, 3&nbsp;год 20&nbsp;хв, 1,2&nbsp;км, 0,75",
	} {
		s := speakerIn(t, lang)
		got := Join(", ", s.Bytes(999), s.Bytes(4_318_772), s.seconds(97.44), s.lasting(37.48),
			s.fill("{gap}, {distance}, {share}", map[string]string{"gap": "3 h 20 min", "distance": "1.2 km", "share": "0.75"}))
		if string(got) != want || s.Err() != nil {
			t.Errorf("%s: got %q, want %q; %v", lang, got, want, s.Err())
		}
	}
}

// What a giver says stays as it was said, though it looks like a number of ours.
func TestClaimsKeepTheirSigns(t *testing.T) {
	t.Parallel()
	for claim, want := range map[string]string{
		"12.5": "12.5", "3 h": `<span class="v"><bdi>3 h</bdi></span>`, "1.2 km": `<span class="v"><bdi>1.2 km</bdi></span>`,
	} {
		if got := speakerIn(t, "ru").fill("{claimed}", map[string]string{"claimed": claim}); string(got) != want {
			t.Errorf("%q became %q", claim, got)
		}
	}
}

// speakerIn returns the Speaker of a language.
func speakerIn(t *testing.T, lang string) Speaker {
	t.Helper()
	b, err := words.In(lang)
	if err != nil {
		t.Fatal(err)
	}
	return SpeakerOf(b)
}

// Text must stand out from what it stands on by 4.5 to 1 (WCAG 2.2, success criterion 1.4.3), in both themes.
func TestContrast(t *testing.T) {
	t.Parallel()
	css, err := files.ReadFile("base.css")
	if err != nil {
		t.Fatal(err)
	}
	themes := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(string(css), 2)
	if len(themes) != 2 {
		t.Fatalf("%d themes", len(themes))
	}
	for i, theme := range themes {
		colour := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(theme[1], -1) {
			colour[m[1]] = m[2]
		}
		for text, grounds := range map[string][]string{
			"ink": {"desk", "paper", "raised", "value"}, "soft": {"desk", "paper", "raised"}, "accent": {"desk", "paper", "raised"},
			"contradicts-ink": {"contradicts", "paper"}, "questions-ink": {"questions", "paper"}, "supports-ink": {"supports", "paper"}, "note-ink": {"note", "paper"},
		} {
			for _, ground := range grounds {
				if c := contrast(t, colour[text], colour[ground]); c < 4.5 {
					t.Errorf("theme %d: %s on %s stands out by %.2f", i, text, ground, c)
				}
			}
		}
	}
}

// contrast is the ratio of relative luminances (WCAG 2.2, definitions).
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	light, dark := luminance(t, a), luminance(t, b)
	if light < dark {
		light, dark = dark, light
	}
	return (light + 0.05) / (dark + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil {
		t.Fatalf("colour %q: %v", hex, err)
	}
	channel := func(v uint64) float64 {
		c := float64(v&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(n>>16) + 0.7152*channel(n>>8) + 0.0722*channel(n)
}
