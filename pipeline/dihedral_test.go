package pipeline

import (
	"testing"

	"pgregory.net/rapid"
)

var hashes = rapid.Custom(func(t *rapid.T) (h Hash256) {
	for i := range h {
		h[i] = rapid.Uint64().Draw(t, "word")
	}
	return h
})

var forms = rapid.SampledFrom(Dihedrals[:])

// turnedPlainly turns a hash term by term, after what turning does to the cosine transform of a picture of N rows:
// the picture turned clockwise has at (y, x) what stood at (N-1-x, y), and mirrored what stood at (y, N-1-x).
func turnedPlainly(h Hash256, form Dihedral) (out Hash256) {
	type sign [16][16]bool
	var terms sign
	for i := range 256 {
		terms[i/16][i%16] = h[3-i/64]>>(i%64)&1 != 0
	}
	mirror := func(in sign) (out sign) {
		for u := range in {
			for v, s := range in[u] {
				out[u][v] = s != (v%2 == 0)
			}
		}
		return out
	}
	for range form.Rotate() / 90 {
		var transposed sign
		for u := range terms {
			for v := range terms {
				transposed[v][u] = terms[u][v]
			}
		}
		terms = mirror(transposed)
	}
	if form.Mirror() {
		terms = mirror(terms)
	}
	for i := range 256 {
		if terms[i/16][i%16] {
			out[3-i/64] |= 1 << (i % 64)
		}
	}
	return out
}

func TestTurnedTermByTerm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h, form := hashes.Draw(t, "hash"), forms.Draw(t, "form")
		if got, want := h.Turned(form), turnedPlainly(h, form); got != want {
			t.Fatalf("%v is not %v", got, want)
		}
	})
}

func TestFormsAreAGroup(t *testing.T) {
	t.Parallel()
	for i, a := range Dihedrals {
		if int(a) != i || a.Then(AsItIs) != a || AsItIs.Then(a) != a || a.Then(a.Inverse()) != AsItIs || a.Inverse().Then(a) != AsItIs {
			t.Errorf("%d: identity or inverse", a)
		}
		for _, b := range Dihedrals {
			for _, c := range Dihedrals {
				if a.Then(b).Then(c) != a.Then(b.Then(c)) {
					t.Errorf("%d, %d, %d: not associative", a, b, c)
				}
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		h, a, b := hashes.Draw(t, "hash"), forms.Draw(t, "first"), forms.Draw(t, "second")
		if h.Turned(a).Turned(b) != h.Turned(a.Then(b)) {
			t.Fatal("turned twice is not turned once by both")
		}
	})
}

func TestTurnedKeepsDistances(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, form := hashes.Draw(t, "a"), hashes.Draw(t, "b"), forms.Draw(t, "form")
		if a.Turned(form).Distance(b.Turned(form)) != a.Distance(b) {
			t.Fatal("both turned")
		}
		if a.Turned(form).Distance(b) != a.Distance(b.Turned(form.Inverse())) {
			t.Fatal("the one turned, the other turned back")
		}
	})
}

func TestFormsSayWhatTheyDo(t *testing.T) {
	t.Parallel()
	for i, form := range Dihedrals {
		if form.Rotate() != i%4*90 || form.Mirror() != (i >= 4) {
			t.Errorf("form %d: %d°, mirrored %v", i, form.Rotate(), form.Mirror())
		}
	}
}

func BenchmarkTurned(b *testing.B) {
	h := Hash256{0x0123456789abcdef, 0xfedcba9876543210, 0xdeadbeefcafef00d, 0x1122334455667788}
	for b.Loop() {
		for _, form := range Dihedrals {
			h = h.Turned(form)
		}
	}
}
