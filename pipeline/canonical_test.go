package pipeline

import (
	"encoding/json"
	"math"
	"testing"
)

// The numbers are RFC 8785 Appendix B: IEEE 754 bits and the text the scheme asks for.
func TestCanonicalNumbersOfRFC8785(t *testing.T) {
	t.Parallel()
	for bits, want := range map[uint64]string{
		0x0000000000000000: "0",
		0x8000000000000000: "0",
		0x0000000000000001: "5e-324",
		0x8000000000000001: "-5e-324",
		0x7fefffffffffffff: "1.7976931348623157e+308",
		0xffefffffffffffff: "-1.7976931348623157e+308",
		0x4340000000000000: "9007199254740992",
		0x4430000000000000: "295147905179352830000",
		0xc340000000000000: "-9007199254740992",
		0x44b52d02c7e14af5: "9.999999999999997e+22",
		0x44b52d02c7e14af6: "1e+23",
		0x44b52d02c7e14af7: "1.0000000000000001e+23",
		0x444b1ae4d6e2ef4e: "999999999999999700000",
		0x444b1ae4d6e2ef4f: "999999999999999900000",
		0x444b1ae4d6e2ef50: "1e+21",
		0x3eb0c6f7a0b5ed8c: "9.999999999999997e-7",
		0x3eb0c6f7a0b5ed8d: "0.000001",
		0x41b3de4355555553: "333333333.3333332",
		0x41b3de4355555557: "333333333.33333343",
		0xbecbf647612f3696: "-0.0000033333333333333333",
		0x43143ff3c1cb0959: "1424953923781206.2",
	} {
		got, err := Canonical(math.Float64frombits(bits))
		if err != nil || string(got) != want {
			t.Errorf("%016x: got %s, %v; want %s", bits, got, err, want)
		}
	}
}

func TestCanonicalSortsAndEscapesAsRFC8785(t *testing.T) {
	t.Parallel()
	// RFC 8785 §3.2.2 and §3.2.3, the examples of the text.
	in := `{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],` +
		`"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false],` +
		`"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",` +
		`"1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`
	want := `{"\r":"Carriage Return","1":"One","literals":[null,true,false],` +
		`"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/",` +
		"\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\"," +
		"\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}"
	got, err := Canonical(json.RawMessage(in))
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
}

// Between 2^53 and 10^21 a double is written as an integer, whose last digits are zeros where more say nothing. The texts are those of V8's
// Number.prototype.toString.
func TestCanonicalWritesLargeDoubles(t *testing.T) {
	t.Parallel()
	for bits, want := range map[uint64]string{
		0x436d2dfb51ed7565: "65706654073334570",
		0x4340000000000001: "9007199254740994",
		0xc3dfffffffffffff: "-9223372036854775000",
		0x43e0000000000000: "9223372036854776000",
		0x43b12210f47de981: "1234567890123456800",
		0x4350000000000001: "18014398509481988",
		0x444b1ae4d6e2ef4f: "999999999999999900000",
	} {
		got, err := Canonical(math.Float64frombits(bits))
		if err != nil || string(got) != want {
			t.Errorf("%016x: got %s, %v; want %s", bits, got, err, want)
		}
	}
}

func TestCanonicalRefusesIntegersADoubleCannotHold(t *testing.T) {
	t.Parallel()
	for _, i := range []int64{1<<53 + 1, -(1<<53 + 1), 65706654073334571, math.MaxInt64} {
		if got, err := Canonical(i); err == nil {
			t.Errorf("%d became %s", i, got)
		}
	}
}
