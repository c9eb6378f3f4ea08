package sandbox

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
)

// shell is a program that shows the first line of the file and does what the question says, with nothing but what a shell can do itself.
const shell = `while read word rest; do
  case $word in
    first) read line < ` + ForeignFile + `; echo "$line" ;;
    open) if read line < "$rest"; then echo "open: $line"; else echo closed; fi ;;
    fork) (echo forked) ;;
    hang) while :; do :; done ;;
    chatter) while :; do echo 0123456789012345678901234567890123456789012345678901234567890123456789; done ;;
    die) exit 3 ;;
  esac
  echo "{ready}"
done`

func foreign(t *testing.T, without ...string) *Foreign {
	t.Helper()
	if _, err := os.Stat("/bin/dash"); err != nil {
		t.Skip("NOT TRIED: no /bin/dash to play somebody else's program")
	}
	c := child(t, Limits{}, without...)
	f, err := c.Foreign(Program{
		Path: "/bin/dash", Arguments: []string{"-c", shell}, Run: []string{"/bin/dash", "/lib64", "/lib"}, Readable: []string{"/lib", "/lib64", "/etc/ld.so.cache"},
		Copy: 1 << 20, Answer: 1 << 10, Wall: 2 * time.Second, Files: 3,
	})
	if errors.Is(err, ErrUnwalled) && len(without) == 0 {
		t.Skipf("NOT TRIED: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func asked(t *testing.T, f *Foreign, content, question string) (string, error) {
	t.Helper()
	_, o := inMemory(content)
	got, err := f.Ask(t.Context(), o, []byte(question+"\n"), "{ready}")
	return string(got), err
}

func TestAForeignProgramSeesOneFileAfterAnother(t *testing.T) {
	t.Parallel()
	f := foreign(t)
	for i, content := range []string{"a long first line\nmore\n", "b\n", "c\n", "d\n", "e\n"} { // two processes: each is shown three
		got, err := asked(t, f, content, "first")
		if want, _, _ := strings.Cut(content, "\n"); err != nil || got != want+"\n" {
			t.Errorf("%d: %q, %v", i, got, err)
		}
	}
	if len(f.idle) != 1 || f.idle[0].shown != 2 {
		t.Errorf("%d idle processes", len(f.idle))
	}
}

func TestAForeignProgramIsWalledIn(t *testing.T) {
	t.Parallel()
	f := foreign(t)
	for question, want := range map[string]string{
		"open /etc/passwd":   "closed\n",
		"open " + os.Args[0]: "closed\n",
	} {
		if got, err := asked(t, f, "x\n", question); err != nil || got != want {
			t.Errorf("%s: %q, %v", question, got, err)
		}
	}
	if got, err := asked(t, f, "x\n", "fork"); strings.Contains(got, "forked") || !errors.Is(err, ErrForeign) {
		t.Errorf("fork: %q, %v", got, err)
	}
}

func TestAForeignProgramThatGivesNoAnswer(t *testing.T) {
	t.Parallel()
	f := foreign(t)
	for question, want := range map[string]string{
		"hang": "no answer: killed: wall clock 2 s", "chatter": "no answer: an answer of more than 1 KiB", "die": "no answer: it ended: exit status 3",
	} {
		if got, err := asked(t, f, "x\n", question); err == nil || err.Error() != want || !errors.Is(err, ErrForeign) {
			t.Errorf("%s: %q, %v", question, got, err)
		}
	}
	if got, err := asked(t, f, "still\n", "first"); got != "still\n" || err != nil {
		t.Errorf("afterwards: %q, %v", got, err)
	}
	if _, err := asked(t, f, strings.Repeat("x", 1<<20+1), "first"); !errors.Is(err, pipeline.ErrRefused) {
		t.Errorf("too large: %v", err)
	}
}

func TestNoForeignProgramWithoutLandlock(t *testing.T) {
	t.Parallel()
	c := child(t, Limits{}, layerLandlock)
	if _, err := c.Foreign(Program{}); !errors.Is(err, ErrUnwalled) {
		t.Errorf("got %v", err)
	}
}
