package page

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

// A match names its items by digest order; a page shows it from its own item's side. Seen from b, a segment's
// times change places and the speed turns round.
func TestSegmentsAreSeenFromThisItem(t *testing.T) {
	t.Parallel()
	m := pipeline.Match{Segments: []pipeline.Segment{{AStart: 12, AEnd: 20, BStart: 4, BEnd: 20, Speed: 0.5}}}
	type view struct {
		here, there [2]float64
		speed       float64
	}
	for from, want := range map[bool]view{
		true:  {[2]float64{12, 20}, [2]float64{4, 20}, 0.5},
		false: {[2]float64{4, 20}, [2]float64{12, 20}, 2},
	} {
		s := seen(m, from)[0]
		if diff := cmp.Diff(want, view{s.here, s.there, s.speed}, cmp.AllowUnexported(view{})); diff != "" {
			t.Errorf("from this item %v (-want +got):\n%s", from, diff)
		}
	}
}

func TestTransformSaysWhichWay(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	item := r.Core.Item.Digest
	other := r.Core.Neighbours[1].Other.Digest
	for _, c := range []struct {
		a, b pipeline.Digest
		want string
	}{
		{item, other, "from this item to the other: mirrored left to right, turned 90° clockwise"},
		{other, item, "from the other item to this one: mirrored left to right, turned 90° clockwise"},
	} {
		r.Core.Neighbours[1].Match.A, r.Core.Neighbours[1].Match.B = c.a, c.b
		if got := textOf(rendered(t, r, doc, nil)); !strings.Contains(got, c.want) {
			t.Errorf("%q is missing", c.want)
		}
	}
}

// Each item's own picture stands in a page once, however many matches show it.
func TestOwnPictureStandsOnce(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	for range 6 {
		r.Core.Neighbours = append(r.Core.Neighbours, r.Core.Neighbours[0])
	}
	own := map[pipeline.Digest]bool{pipeline.DigestOf([]byte("sample photo thumbnail")): true}
	pic := func(d pipeline.Digest) ([]byte, string, error) {
		if own[d] {
			return []byte("GIF89a own picture"), "image/gif", nil
		}
		return pixel, "image/gif", nil
	}
	if n := strings.Count(rendered(t, r, doc, pic), "R0lGODlhIG93biBwaWN0dXJl"); n != 2 {
		t.Errorf("it stands %d times: once above, once for all matches is 2", n)
	}
}

// The nearest confirmed matches have a drawing, hidden until it is asked for; suggested ones and those that a person parted
// have none, and a page has no more than five.
func TestDrawingsOfTheNearest(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	first, item := r.Core.Neighbours[0], r.Core.Item.Digest
	parted := first
	parted.Decision = &pipeline.PairDecision{Verdict: pipeline.Different, By: "N. K.\u202e", Why: "<b>two doors</b>"}
	r.Core.Neighbours = []pipeline.Neighbour{parted, r.Core.Neighbours[1], first, first, first, first, first, first}
	asked := 0
	give := func(m pipeline.Match) (*Drawing, error) {
		if asked++; m.Strength != pipeline.Confirmed {
			t.Errorf("a drawing of a match that is %s", m.Strength)
		}
		if asked == 1 {
			return nil, nil
		}
		return &Drawing{Shows: "sheet", A: item, MediaType: "image/jpeg", Bytes: []byte("drawn")}, nil
	}
	var b strings.Builder
	if err := HTML(&b, r, doc, Album{Drawings: give}); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	if n := strings.Count(got, `<details class="drawn">`); n != 5 || asked != 6 || strings.Count(got, "ZHJhd24=") != 5 {
		t.Errorf("%d drawings, %d asked for", n, asked)
	}
	text := textOf(got)
	for _, want := range []string{"A is this item, B the other. Above, both pictures", "different, by N. K.⟨U+202E⟩ at", "<b>two doors</b>", "Parted by a person: listed, joined to no group"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	broken := errors.New("no shelf")
	if err := HTML(&strings.Builder{}, r, doc, Album{Drawings: func(pipeline.Match) (*Drawing, error) { return nil, broken }}); !errors.Is(err, broken) {
		t.Errorf("a drawing that cannot be made: %v", err)
	}
}

func TestAnotherItemsPlacesAreItsOwn(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	other := r.Core.Neighbours[0].Other.Digest
	r.Core.Findings[0].Cites = []pipeline.Cite{
		{Analyzer: "exif", Where: pipeline.In("item/" + other.Hex() + "/APP1/Exif"), What: "ExifIFD:DateTimeOriginal", Value: "2020"},
		{Analyzer: "exif", Where: pipeline.In("item/<script>"), What: "x"},
	}
	got := rendered(t, r, doc, nil)
	if !strings.Contains(got, `<a href="../`+other.Hex()+`/report.html">item `) || strings.Contains(got, "<script>") {
		t.Error("a place in another item does not lead there")
	}
}

func TestHowPicturesAgreeIsSaid(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	m := &r.Core.Neighbours[0].Match
	m.Inliers, m.Agreement, m.OtherShot, m.Transform.Within = 1234, 0.987, true, &pipeline.Box{0, 0.125, 1, 0.75}
	text := textOf(rendered(t, r, doc, nil))
	for _, want := range []string{"1 234 places of one are found in the other", "0.99 between the brightness of both", "Another shot of the same scene", "lies there in the part from 0, 0.125 of 1 by 0.75"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// What decoding a film once more told of a still's moment is said, and so is that it was not done, in every language.
func TestTheMomentOfAStillIsSaid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		moment pipeline.Moment
		want   map[string]string
	}{
		"distinct": {pipeline.Moment{Time: 5.68, Unlike: 0.012, Next: 0.5, Frames: 255, Cells: 90, Told: true, Distinct: true}, map[string]string{
			"en": "5.680 s: the film was decoded once more, and of 255 frames", "be": "5,680 с: фільм дэкадаваны яшчэ раз",
			"ru": "5,680 с: фильм декодирован ещё раз", "uk": "5,680 с: фільм декодовано ще раз"}},
		"open": {pipeline.Moment{Time: 5.68, Unlike: 0.012, Frames: 30, Cells: 90, Told: true}, map[string]string{
			"en": "(the next: —): the moment is not determined", "be": "момант не вызначаны", "ru": "момент не определён", "uk": "момент не визначено"}},
		"untold": {pipeline.Moment{Time: 5.68, Unlike: 2, Frames: 30}, map[string]string{
			"en": "none of 30 frames tells the moment better", "be": "ніводзін з 30 кадраў", "ru": "ни один из 30 кадров", "uk": "жоден із 30 кадрів"}},
		"absent": {pipeline.Moment{Not: pipeline.FilmAbsent}, map[string]string{
			"en": "could not be looked at once more", "be": "яго няма пад рукой", "ru": "его нет под рукой", "uk": "його немає під рукою"}},
		"unread": {pipeline.Moment{Not: pipeline.FilmUnread}, map[string]string{
			"en": "could not be decoded once more", "be": "Дэкадаваць фільм яшчэ раз не ўдалося", "ru": "Декодировать фильм ещё раз не удалось", "uk": "Декодувати фільм ще раз не вдалося"}},
	} {
		for lang, want := range c.want {
			said := strings.ReplaceAll(textOf("<body>"+string(speakerIn(t, lang).Moment(c.moment))), "\u00a0", " ")
			if !strings.Contains(said, want) {
				t.Errorf("%s in %s: %q without %q", name, lang, said, want)
			}
		}
	}
}

// A picture has no time: the drawing shows the video's alone, with a mark where the picture is, and a picture's own report has none.
func TestAPictureInAVideoIsAMark(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]int{"photo": 0, "video": 1} {
		r, doc := sample(t, kind)
		r.Core.Neighbours = r.Core.Neighbours[:1]
		m := &r.Core.Neighbours[0].Match
		m.Basis, m.Segments = pipeline.PictureInVideo, []pipeline.Segment{{Speed: 1, Frames: 1}, {Speed: 1, Frames: 1, Ambiguous: true}}
		g := &m.Segments[0]
		g.BStart, g.BEnd = 3, 3
		if kind == "video" {
			m.A, m.B = r.Core.Neighbours[0].Other.Digest, r.Core.Item.Digest
		}
		out := string(rendered(t, r, doc, nil))
		if n := strings.Count(out, `<svg class="map one"`); n != want || strings.Contains(out, `<svg class="map"`) {
			t.Errorf("%s: %d drawings of a video's time, want %d and none of two", kind, n, want)
		}
		if want == 0 {
			continue
		}
		long, _ := maker{r: r}.duration()
		if mark := fmt.Sprintf(`<rect class="run" x="%.1f" y="4" width="4.0" height="32"/>`, 3000/long); !strings.Contains(out, mark) {
			t.Errorf("of %v s the drawing has no %s", long, mark)
		}
		if !strings.Contains(out, `<rect class="band loose" x="0.0" y="4" width="4.0" height="32"/>`) {
			t.Error("a moment that is not determined is drawn as if it were")
		}
	}
}
