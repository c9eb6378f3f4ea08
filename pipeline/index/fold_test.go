package index

import (
	"testing"

	"pgregory.net/rapid"

	"dokaz/pipeline"
)

var hashes = rapid.Custom(func(t *rapid.T) (h pipeline.Hash256) {
	for i := range h {
		h[i] = rapid.Uint64().Draw(t, "word")
	}
	return h
})

// mirrored are the forms that neither turn a picture by a quarter nor transpose it.
var mirrored = []pipeline.Dihedral{pipeline.AsItIs, pipeline.Mirrored, pipeline.Clockwise180, pipeline.Clockwise180Mirrored}

func TestFoldedHashesAreAsFarApartAsHashes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := hashes.Draw(t, "a"), hashes.Draw(t, "b")
		if unfold(fold(a)) != a {
			t.Fatal("folding cannot be undone")
		}
		if got, want := fold(a).distance(fold(b)), a.Distance(b); got != want {
			t.Fatalf("%d, not %d", got, want)
		}
	})
}

func TestMirrorImagesShareWhatIsSieved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := hashes.Draw(t, "a"), hashes.Draw(t, "b")
		for _, form := range mirrored {
			f := fold(b.Turned(form))
			if f[0] != fold(b)[0] || f[1] != fold(b)[1] {
				t.Fatalf("form %d: %x, %x", form, f, fold(b))
			}
			if low, d := fold(a).atLeast(f), a.Distance(b.Turned(form)); low > d {
				t.Fatalf("form %d: at least %d, yet %d", form, low, d)
			}
		}
	})
}

func TestEveryBitCountsInTheSieve(t *testing.T) {
	t.Parallel()
	for bit := range 256 {
		var h pipeline.Hash256
		h[bit/64] = 1 << (bit % 64)
		if n := fold(h).atLeast(folded{}); n != 1 {
			t.Errorf("bit %d counts %d", bit, n)
		}
	}
}

// unfold undoes fold.
func unfold(f folded) pipeline.Hash256 {
	p := f.plain()
	d, a, b, c := p[0], p[1], p[2], p[3]
	a, c = exchanged(a, c, 16, evenRows)
	b, d = exchanged(b, d, 16, evenRows)
	a, b = exchanged(a, b, 1, evenColumns)
	c, d = exchanged(c, d, 1, evenColumns)
	return pipeline.Hash256{a, b, c, d}
}
