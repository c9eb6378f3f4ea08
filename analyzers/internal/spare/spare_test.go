package spare

import "testing"

func TestOneIsKept(t *testing.T) {
	t.Parallel()
	var o Of[[4]byte]
	a, b := o.Take(), o.Take()
	if a == b {
		t.Fatal("one piece is given to two")
	}
	a[0], b[0] = 1, 2
	o.Give(a)
	o.Give(b)
	if c := o.Take(); c != b || c[0] != 2 {
		t.Error("what was given back last is not kept as it was")
	}
	if d := o.Take(); d == a || d == b || d[0] != 0 {
		t.Error("more than one is kept")
	}
}
