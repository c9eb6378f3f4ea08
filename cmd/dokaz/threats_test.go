package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestThreatsAreProvedByTests demands that every test that docs/threat-model.md names is there, and that every threat names one or
// says that none does.
func TestThreatsAreProvedByTests(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/threat-model.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err = filepath.WalkDir("../..", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(p, "_test.go") {
			return err
		}
		text, err := os.ReadFile(p)
		for _, m := range declared.FindAllSubmatch(text, -1) {
			there[filepath.ToSlash(filepath.Dir(p))[len("../../"):]+"."+string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`([a-z0-9/]+)\\.((?:Test|Fuzz)\\w+)`")
	row, rows := regexp.MustCompile(`^\| T\d`), 0
	for line := range strings.Lines(string(b)) {
		if !row.MatchString(line) {
			continue
		}
		rows++
		found := named.FindAllStringSubmatch(line, -1)
		if len(found) == 0 && !strings.Contains(line, "no test") {
			t.Errorf("a threat without a test, and without the words \"no test\": %s", line)
		}
		for _, m := range found {
			if !there[m[1]+"."+m[2]] {
				t.Errorf("%s.%s is named and not there", m[1], m[2])
			}
		}
	}
	if rows < 19 {
		t.Errorf("%d threats", rows)
	}
}
