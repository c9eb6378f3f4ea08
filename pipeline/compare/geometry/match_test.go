package geometry

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func at(x, y float64, size, angle uint8) point {
	return point{x: x, y: y, radius: radii[size], size: size, angle: angle}
}

func TestMatchesAskForARunnerUpOfAnotherPlace(t *testing.T) {
	t.Parallel()
	l := newLot(31)
	d := l.descriptor()
	near := func(bits int, p point) point {
		p.bits = d
		for i := range bits {
			p.bits[i%4] ^= 1 << (i / 4)
		}
		return p
	}
	other := at(0.9, 0.9, 112, 0)
	other.bits = l.descriptor()
	a := near(0, at(0.5, 0.5, 112, 0))
	for name, c := range map[string]struct {
		bs   []point
		want []match
	}{
		"one like it":                  {[]point{other, near(10, at(0.2, 0.2, 112, 0))}, []match{{a: 0, b: 1, distance: 10, ratio: 10.0 / float64(d.Distance(other.bits))}}},
		"the same corner at two sizes": {[]point{near(10, at(0.2, 0.2, 112, 0)), near(11, at(0.201, 0.2, 120, 0)), other}, []match{{a: 0, b: 0, distance: 10, ratio: 10.0 / float64(d.Distance(other.bits))}}},
		"nearly as like elsewhere":     {[]point{near(10, at(0.2, 0.2, 112, 0)), near(12, at(0.6, 0.2, 112, 0))}, []match{{a: 0, b: 0, distance: 10, ratio: 10.0 / 12}}},
		"as like elsewhere":            {[]point{near(10, at(0.2, 0.2, 112, 0)), near(10, at(0.6, 0.2, 112, 0))}, nil},
		"none":                         {nil, nil},
	} {
		if d := cmp.Diff(c.want, matches([]point{a}, c.bs), cmp.AllowUnexported(match{})); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestMatchesThatAgree(t *testing.T) {
	t.Parallel()
	as := []point{at(0.2, 0.2, 112, 0), at(0.6, 0.2, 112, 10), at(0.2, 0.6, 120, 20)}
	turned := []point{at(0.5, 0.1, 112, 64), at(0.5, 0.5, 112, 74), at(0.1, 0.1, 120, 84)} // a quarter clockwise
	for name, c := range map[string]struct {
		change func(p *point)
		agree  bool
	}{
		"as it should":      {func(*point) {}, true},
		"a little off":      {func(p *point) { p.x, p.y, p.size, p.angle = p.x+0.03, p.y-0.03, p.size+8, p.angle-12 }, true},
		"of another size":   {func(p *point) { p.size += 12 }, false},
		"turned elsewhere":  {func(p *point) { p.angle += 20 }, false},
		"at another place":  {func(p *point) { p.x += 0.1 }, false},
		"at another height": {func(p *point) { p.y += 0.1 }, false},
	} {
		bs := append([]point(nil), turned...)
		c.change(&bs[2])
		got := agreeing(match{a: 0, b: 0}, []match{{a: 0, b: 0}, {a: 1, b: 1}, {a: 2, b: 2}}, as, bs)
		want := 2
		if c.agree {
			want = 3
		}
		if len(got) != want {
			t.Errorf("%s: %d agree", name, len(got))
		}
	}
}

func TestAFeatureOfBIsCarriedOnce(t *testing.T) {
	t.Parallel()
	as := []point{at(0.5, 0.5, 112, 0), at(0.501, 0.5, 112, 0), at(0.2, 0.2, 112, 0)}
	bs := []point{at(0.5, 0.5, 112, 0), at(0.2, 0.2, 112, 0)}
	ms := []match{{a: 0, b: 0, distance: 30}, {a: 1, b: 0, distance: 10}, {a: 2, b: 1, distance: 40}}
	want := []match{ms[1], ms[2]}
	if d := cmp.Diff(want, gather(identity, ms, as, bs, 1), cmp.AllowUnexported(match{})); d != "" {
		t.Error(d)
	}
}

func TestAMapCarriesPlaceSizeAndDirection(t *testing.T) {
	t.Parallel()
	half := Map{0, -0.5, 0.5, 0.5, 0, 0, 0, 0, 1} // half as large, a quarter clockwise
	a := at(0.4, 0.4, 128, 250)
	for name, c := range map[string]struct {
		b    point
		want bool
	}{
		"there":           {at(0.3, 0.2, 112, 58), true},
		"a little off":    {at(0.302, 0.2, 118, 62), true},
		"elsewhere":       {at(0.33, 0.2, 112, 58), false},
		"of another size": {at(0.3, 0.2, 128, 58), false},
		"not turned":      {at(0.3, 0.2, 112, 250), false},
	} {
		if carries(half, &a, &c.b, 1) != c.want {
			t.Errorf("%s: carried %v", name, !c.want)
		}
	}
}

// The tables are rounded far above the last place of a double: another platform's functions may be off there.
func TestTablesAreTheSameEverywhere(t *testing.T) {
	t.Parallel()
	for i := range 256 {
		for _, v := range []float64{directions[i][0], directions[i][1], radii[i] * 4096} {
			if v != rounded(v) || rounded(v+1e-14) != rounded(v) || rounded(v-1e-14) != rounded(v) {
				t.Errorf("entry %d: %v lies at a tie", i, v)
			}
		}
	}
	if radii[160] != 0.25 || radii[0] != 1.0/4096 || directions[64] != [2]float64{0, 1} || directions[128] != [2]float64{-1, 0} {
		t.Error(radii[160], radii[0], directions[64], directions[128])
	}
}
