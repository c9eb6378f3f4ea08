package main

import (
	"os"
	"testing"

	"dokaz/cmd/internal/wire"
	"dokaz/workers/sandbox"

	"github.com/rogpeppe/go-internal/testscript"
)

// asMain makes the test binary behave as dokaz, so that tests can kill it.
const asMain = "DOKAZ_TEST_AS_MAIN"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == sandbox.Verb {
		os.Exit(sandbox.Main(poisoned(wire.InChild())))
	}
	if os.Getenv(asMain) != "" {
		if err := os.Unsetenv(asMain); err != nil {
			panic(err)
		}
		main()
	}
	if _, set := os.LookupEnv("DOKAZ_EXIFTOOL"); !set { // each program started would start one; its own tests are in wire
		if err := os.Setenv("DOKAZ_EXIFTOOL", "off"); err != nil {
			panic(err)
		}
	}
	testscript.Main(m, map[string]func(){"dokaz": main})
}
