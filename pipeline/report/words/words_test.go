package words

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

// forbidden are words that no report may use, by language: verdicts on truth and origin, and scores. Reports
// observe, people judge (ENFSI-BPM-DI-03; SWGIT section 14). Where words are inflected, stems stand for them.
var forbidden = map[string]*regexp.Regexp{
	"en": regexp.MustCompile(`(?i)\b(authentic\w*|genuine\w*|fake\w*|forged?|forger\w*|proves?|proven|proof|untouched|unaltered|unmanipulated|` +
		`originals?|tamper\w*|manipulat\w*|doctored|suspicious\w*|verdict|score of|truth|real (?:photo|video|footage)|taken by this|AI-generated|deepfake\w*|guilt\w*|` +
		`probab\w*|likel\w*|certain(?:ly|ty)?|beyond doubt|per ?cent\w*)\b|%`),
	"be": regexp.MustCompile(`(?i)сапраўдн|аўтэнтыч|фальшы|фальсіф|падроб|фэйк|даказа[нў]|даказва|некранут|арыгінал|маніпул|падазр|вердыкт|верагодн|імаверн|` +
		`напэўна|несумненн|праўд|ісцін|працэнт|дыпфэйк|вінават|нейрасет|балаў|%`),
	"ru": regexp.MustCompile(`(?i)подлинн|настоящ|аутентич|фальши|фальсиф|поддел|подлог|фейк|доказан|доказыва|нетронут|оригинал|манипул|подозр|вердикт|` +
		`вероятн|наверняка|несомненн|достоверн|правд|истин|процент|дипфейк|виновн|нейросет|балл|%`),
	"uk": regexp.MustCompile(`(?i)справжн|автентич|фальши|фальсиф|підроб|фейк|доведен|доводить|незайман|оригінал|маніпул|підозр|вердикт|[йі]мовірн|` +
		`напевно|безсумнівн|безперечн|достовірн|правд|істин|відсот|діпфейк|винуват|нейромереж|балів|%`),
}

func everyText(b *Book) map[string]Line {
	out := map[string]Line{}
	for code, t := range b.findings {
		at := "finding " + string(code)
		out[at+" title"], out[at+" says"], out[at+" limits"], out[at+" change"] = t.Title, t.Says, t.Limits, t.Change
		for i, l := range t.May {
			out[at+" may "+string(rune('1'+i))] = l
		}
		for i, l := range t.Benign {
			out[at+" benign "+string(rune('1'+i))] = l
		}
	}
	for name, list := range b.lists {
		for entry, word := range list {
			out["list "+name+" "+entry] = Line(word)
		}
	}
	for name, l := range b.page {
		out["page "+name] = l
	}
	return out
}

func TestNoTextGivesAVerdict(t *testing.T) {
	t.Parallel()
	for _, lang := range Languages() {
		b, err := In(lang)
		if err != nil {
			t.Fatal(err)
		}
		if forbidden[lang] == nil {
			t.Fatalf("%s: no words are forbidden", lang)
		}
		for at, l := range everyText(b) {
			for _, word := range forbidden[lang].FindAllString(string(l), -1) {
				t.Errorf("%s: %s says %q: %s", lang, at, word, l)
			}
		}
	}
}

func TestForbiddenWordsAreFound(t *testing.T) {
	t.Parallel()
	for lang, lines := range map[string][]string{
		"en": {
			"The photo is authentic.", "a genuine file", "This is fake", "proves that", "untouched", "original footage", "87 %", "87% sure",
			"evidence of tampering", "was manipulated", "suspicious", "AI-generated with", "taken by this phone",
		},
		"be": {"Здымак сапраўдны.", "гэта падробка", "даказана", "арыгінальны файл", "верагодна", "падазроны", "87 %"},
		"ru": {"Снимок подлинный.", "это подделка", "доказано", "оригинальный файл", "вероятно", "подозрительный", "87 %"},
		"uk": {"Знімок справжній.", "це підробка", "доведено", "оригінальний файл", "Ймовірно", "підозрілий", "87 %"},
	} {
		for _, l := range lines {
			if !forbidden[lang].MatchString(l) {
				t.Errorf("%s: %q passes", lang, l)
			}
		}
	}
}

func TestEveryFindingIsComplete(t *testing.T) {
	t.Parallel()
	for _, lang := range Languages() {
		b, err := In(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range b.Codes() {
			tx, _ := b.Finding(code)
			if tx.Title == "" || tx.Says == "" || tx.Limits == "" || tx.Change == "" || len(tx.May) < 2 || len(tx.Benign) == 0 {
				t.Errorf("%s: %s lacks a text: %+v", lang, code, tx)
			}
			if len(tx.Title.Places()) > 0 {
				t.Errorf("%s: the title of %s has places to fill", lang, code)
			}
		}
	}
}

// Every language says what English says: the same findings, lists and lines, with the same places in each.
func TestLanguagesAreComplete(t *testing.T) {
	t.Parallel()
	en, err := In("en")
	if err != nil {
		t.Fatal(err)
	}
	want := everyText(en)
	for _, lang := range Languages() {
		b, err := In(lang)
		if err != nil {
			t.Fatal(err)
		}
		got := everyText(b)
		for at, l := range want {
			other, ok := got[at]
			if !ok {
				t.Errorf("%s lacks %s", lang, at)
				continue
			}
			if diff := cmp.Diff(sorted(l.Places()), sorted(other.Places())); diff != "" {
				t.Errorf("%s: places of %s (-en +%s):\n%s", lang, at, lang, diff)
			}
		}
		for at := range got {
			if _, ok := want[at]; !ok {
				t.Errorf("%s has %s, which English lacks", lang, at)
			}
		}
	}
}

func sorted(s []string) map[string]int {
	out := map[string]int{}
	for _, v := range s {
		out[v]++
	}
	return out
}

// same are lines that are the same in every language.
var same = map[string]bool{
	"JPEG": true, "PNG": true, "GIF": true, "WebP": true, "AVIF": true, "HEIC": true, "JPEG 2000": true, "JPEG XL": true, "TIFF": true, "BMP": true,
	"QuickTime": true, "3GP": true, "MP4": true, "WebM": true, "Matroska": true, "AVI": true, "Flash Video": true, "ASF (Windows Media)": true,
	"Ogg": true, "WAV": true, "FLAC": true, "AMR": true, "MP3": true, "AAC": true, "PDF": true, "SHA-256": true, "SHA-512": true,
}

// alphabets are the letters that a language of Cyrillic script does not have, though its neighbours do.
var alphabets = map[string]string{"be": "ищъїєґИЩЪЇЄҐ", "ru": "іїєґўІЇЄҐЎ", "uk": "ыэъёўЫЭЪЁЎ"}

// Nothing is left in English or in a neighbour's language, and quotation marks are the language's own.
func TestEveryLineIsTranslated(t *testing.T) {
	t.Parallel()
	latin, cyrillic := regexp.MustCompile(`\p{Latin}`), regexp.MustCompile(`\p{Cyrillic}`)
	for lang, foreign := range alphabets {
		b, err := In(lang)
		if err != nil {
			t.Fatal(err)
		}
		for at, l := range everyText(b) {
			text := ""
			for _, p := range b.Fill(l, nil) {
				if !strings.HasPrefix(p.Text, "{") {
					text += p.Text
				}
			}
			if latin.MatchString(text) && !cyrillic.MatchString(text) && !same[text] {
				t.Errorf("%s: %s is not translated: %s", lang, at, l)
			}
			if i := strings.IndexAny(text, foreign+"\"'“”„"); i >= 0 {
				t.Errorf("%s: %s has a sign that the language does not use at %q", lang, at, text[i:])
			}
		}
	}
}

// Whatever the house can call something must have a word: an entry a list lacks would be shown as text from
// outside.
func TestEveryNameOfTheHouseHasAWord(t *testing.T) {
	t.Parallel()
	names := map[string][]string{
		"weight": {string(pipeline.Note), string(pipeline.Supports), string(pipeline.Questions), string(pipeline.Contradicts)},
		"status": {string(pipeline.Done), string(pipeline.Partial), string(pipeline.Failed), string(pipeline.Refused), string(pipeline.Skipped)},
		"kind":   {string(pipeline.Photo), string(pipeline.Video), string(pipeline.Audio), string(pipeline.Other)},
		"zone":   {string(pipeline.ZoneUTC), string(pipeline.ZoneStated), string(pipeline.ZoneUnstated), string(pipeline.ZoneNominal)},
		"basis": {
			string(pipeline.SameBytes), string(pipeline.SameMedia), string(pipeline.NearPicture), string(pipeline.PartialPicture),
			string(pipeline.PictureInVideo), string(pipeline.SharedFootage), string(pipeline.SharedAudio),
		},
		"strength":    {string(pipeline.Suggested), string(pipeline.Confirmed)},
		"act":         {string(pipeline.ActReceived), string(pipeline.ActExamined), string(pipeline.ActReported), string(pipeline.ActQuarantine), string(pipeline.ActDecided), string(pipeline.ActRetried)},
		"decision":    {string(pipeline.Different), string(pipeline.Same)},
		"meaning":     {"original", "digitized", "modified", "gps", "container_created", "stream_created", "filename"},
		"column":      {pipeline.ClaimArchive, pipeline.ClaimArchiveMember, pipeline.ClaimArchiveModified, pipeline.ClaimArchiveDepth},
		"attestation": {string(pipeline.ProofValid), string(pipeline.ProofInvalid), string(pipeline.ProofSignerUnknown), string(pipeline.ProofNotChecked)},
		"attested":    {"time", "place", "device"},
		"stamp":       {"known", "unknown", "none"},
		"layer":       {"on", "off", "unavailable"},
		"extent":      {"trailing", "truncated", "empty"},
		"stream":      {"video", "audio", "subtitle", "data", "attachment"},
		"unit":        {"d", "h", "min", "s", "m", "km", "B", "kB", "MB", "GB", "TB", "PB"},
	}
	for _, f := range pipeline.Formats() {
		names["format"] = append(names["format"], f.Name)
	}
	names["weight_meaning"], names["status_meaning"], names["strength_meaning"] = names["weight"], names["status"], names["strength"]
	names["meaning_long"] = append([]string{"claim", "received"}, names["meaning"]...)
	for _, lang := range Languages() {
		b, err := In(lang)
		if err != nil {
			t.Fatal(err)
		}
		for list, entries := range names {
			for _, e := range entries {
				if _, ok := b.Word(list, e); !ok {
					t.Errorf("%s: list %s has no word for %q", lang, list, e)
				}
			}
		}
	}
}

func TestListsNamedInTextsExist(t *testing.T) {
	t.Parallel()
	b, err := In("en")
	if err != nil {
		t.Fatal(err)
	}
	for at, l := range everyText(b) {
		for _, place := range l.Places() {
			if _, list, listed := strings.Cut(place, "@"); listed && b.lists[list] == nil {
				t.Errorf("%s: no list is called %q", at, list)
			}
		}
	}
}

func TestFillKeepsValuesApart(t *testing.T) {
	t.Parallel()
	b, err := In("en")
	if err != nil {
		t.Fatal(err)
	}
	got := b.Fill("a {x} b {w@weight} c {u@weight} d {gone} {", map[string]string{"x": "{w}<b>", "w": "note", "u": "odd"})
	want := []Piece{
		{Text: "a "}, {Text: "{w}<b>", Value: true, Place: "x"}, {Text: " b "}, {Text: "Note", Place: "w"}, {Text: " c "}, {Text: "odd", Value: true, Place: "u"},
		{Text: " d "}, {Text: "{gone}"}, {Text: " {"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s := Plain(got[:3]); s != "a “{w}<b>” b " {
		t.Errorf("plain: %q", s)
	}
}

func TestMalformedBooksAreRefused(t *testing.T) {
	t.Parallel()
	const head = "lang: xx\nname: X\n"
	for name, text := range map[string]string{
		"no language":       "[page]\na: b\n",
		"no name":           "lang: xx\n[page]\na: b\n",
		"a stray key":       head + "more: x\n",
		"an unknown head":   head + "[chapter]\n",
		"no text":           head + "[page]\na:\n",
		"no colon":          head + "[page]\nabc\n",
		"a key twice":       head + "[page]\na: b\na: c\n",
		"a list twice":      head + "[list a]\nb: c\n[list a]\n",
		"a word twice":      head + "[list a]\nb: c\nb: d\n",
		"a finding twice":   head + "[finding a.b]\n[finding a.b]\n",
		"no code":           head + "[finding nonsense]\n",
		"a title twice":     head + "[finding a.b]\ntitle: x\ntitle: y\n",
		"an unknown part":   head + "[finding a.b]\nverdict: x\n",
		"a loose beginning": head + "[page]\n  goes on\n",
	} {
		if _, err := Parse(text); !errors.Is(err, pipeline.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b, err := Parse(head + "# note\n[page]\na: one\n  two\n\n[finding a.b]\nmay: x\nmay: y\n")
	if err != nil {
		t.Fatal(err)
	}
	if l, _ := b.Page("a"); l != "one two" {
		t.Errorf("a line that goes on: %q", l)
	}
	if tx, _ := b.Finding("a.b"); len(tx.May) != 2 {
		t.Errorf("may: %q", tx.May)
	}
	if _, err := In("xx"); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("a language without a book: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("lang: xx\nname: X\n[page]\na: {b@c}\n")
	f.Add("[finding a.b]\n may: x")
	f.Fuzz(func(t *testing.T, s string) {
		b, err := Parse(s)
		if err != nil {
			if !errors.Is(err, pipeline.ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		for _, l := range everyText(b) {
			b.Fill(l, map[string]string{"b": "c"})
		}
	})
}
