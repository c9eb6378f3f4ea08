//go:build !(linux && amd64)

package main

import (
	"errors"
	"time"
)

const canSetClock = false

func setClock(int, time.Duration) error { return errors.ErrUnsupported }
