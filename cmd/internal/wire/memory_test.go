package wire

import (
	"errors"
	"strconv"
	"testing"
)

func TestMemoryHoldsWhatWasAskedLast(t *testing.T) {
	t.Parallel()
	var m memory
	worked := 0
	ask := func(key string) string {
		got, err := recall(&m, key, func() (string, error) { worked++; return "answer to " + key, nil })
		if err != nil || got != "answer to "+key {
			t.Errorf("%s: %q, %v", key, got, err)
		}
		return got
	}
	ask("first")
	for i := range mostHeld - 1 {
		ask(strconv.Itoa(i))
	}
	ask("first")
	ask("one more") // "0" was asked for longest ago
	if worked != mostHeld+1 || len(m.held) != mostHeld {
		t.Errorf("worked out %d times, want %d; held %d", worked, mostHeld+1, len(m.held))
	}
	if ask("first"); worked != mostHeld+1 {
		t.Error("what was asked for lately is forgotten")
	}
	if ask("0"); worked != mostHeld+2 {
		t.Error("what was asked for longest ago is held")
	}
	broken := errors.New("broken")
	for range 2 {
		if _, err := recall(&m, "bad", func() (int, error) { worked++; return 0, broken }); !errors.Is(err, broken) {
			t.Error(err)
		}
	}
	if worked != mostHeld+4 {
		t.Error("a failure is held")
	}
}
