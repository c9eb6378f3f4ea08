package pipeline

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestEveryLimitHasADefaultAndIsTold(t *testing.T) {
	t.Parallel()
	if got := (Limits{}).OrDefaults(); got != DefaultLimits() {
		t.Errorf("nothing set gives %+v", got)
	}
	told := DefaultLimits().String()
	var each func(v reflect.Value, path string)
	each = func(v reflect.Value, path string) {
		for i := range v.NumField() {
			f, name := v.Field(i), path+v.Type().Field(i).Name
			if f.Kind() == reflect.Struct {
				each(f, name+".")
				continue
			}
			if f.Int() <= 0 {
				t.Errorf("%s has no default", name)
			}
			value := f.Int()
			if f.Type() == reflect.TypeFor[time.Duration]() {
				value /= int64(time.Second)
			}
			if !strings.Contains(told, " "+Grouped(value)) {
				t.Errorf("%s is not told in %q", name, told)
			}
		}
	}
	each(reflect.ValueOf(DefaultLimits()), "")
	set := DefaultLimits()
	set.Archive.Depth = 7
	if got := set.OrDefaults(); got != set || got.Ref() == DefaultLimits().Ref() {
		t.Errorf("a limit set is not kept or not told: %+v", got)
	}
}

func TestOver(t *testing.T) {
	t.Parallel()
	err := Over("pixels", 900_000_000, 268_435_456)
	if !errors.Is(err, ErrRefused) || err.Error() != "refused: pixels 900,000,000 over 268,435,456" {
		t.Errorf("%v", err)
	}
}
