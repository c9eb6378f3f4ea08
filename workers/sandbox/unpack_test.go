package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

// unfold plays an archive: its words say what it holds and what it does to the child.
func unfold(o pipeline.Original, sink Sink) error {
	b, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size()))
	if err != nil {
		return err
	}
	sink.Start(ref("unfold"))
	out := sink.(*voice).Members()
	for i, word := range strings.Fields(string(b)) {
		if out == nil {
			break
		}
		var errs []error
		begin := func() { errs = append(errs, out.Begin(pipeline.Member{Name: fmt.Appendf(nil, "%d\xff", i)})) }
		switch word {
		case "whole":
			begin()
			errs = append(errs, out.Piece([]byte("first ")), out.Piece([]byte("second")), out.End(true))
		case "broken":
			begin()
			errs = append(errs, out.Piece([]byte("half")), out.End(false))
		case "big":
			begin()
			errs = append(errs, out.Piece(make([]byte, 3<<20)), out.End(true))
		case "unfinished":
			begin()
		case "stray":
			errs = append(errs, out.Piece([]byte("x")))
		case "twice":
			begin()
			begin()
		case "long":
			errs = append(errs, out.Begin(pipeline.Member{Name: make([]byte, 1<<20)}), out.End(true))
		case "dies":
			begin()
			errs = append(errs, out.Piece([]byte("half")), syscall.Kill(os.Getpid(), syscall.SIGKILL))
			select {}
		}
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	return errors.Join(sink.Say(ref("unfold"), pipeline.In("x"), tag("unfold", fmt.Sprint(out != nil))), sink.End(pipeline.Outcome{By: ref("unfold"), Status: pipeline.Done}))
}

func TestUnpack(t *testing.T) {
	t.Parallel()
	c := child(t, Limits{}, layerNamespaces) // the first process of a namespace of its own cannot kill itself
	for words, want := range map[string]string{
		"whole broken whole":            "0=first second; 2=first second; done ",
		"":                              "done ",
		"big":                           "0=3145728 bytes; done ",
		"long":                          "long name=; done ",
		"whole unfinished":              "0=first second; 0=first second; failed process died twice: reply refused: another event inside a member; quarantined",
		"whole dies":                    "0=first second; 0=first second; failed process died twice: killed by the system; quarantined",
		"stray":                         "failed process died twice: reply refused: members out of order; quarantined",
		"twice":                         "failed process died twice: reply refused: members out of order; quarantined",
		"big big":                       "0=3145728 bytes; 0=3145728 bytes; failed process died twice: reply refused: members of more than 4194304 bytes; quarantined",
		"whole whole whole whole whole": strings.Repeat("0=first second; 1=first second; 2=first second; 3=first second; ", 2) + "failed process died twice: reply refused: more than 4 members; quarantined",
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			it, o := inMemory(words)
			res, err := c.Unpack(t.Context(), it, o, ref("unfold"), Bounds{Members: 4, Bytes: 4 << 20}, func(_ context.Context, m pipeline.Member, r io.Reader) error {
				b, err := io.ReadAll(r)
				if err != nil {
					return err
				}
				name, text := strings.TrimSuffix(string(m.Name), "\xff"), string(b)
				if len(name) > 10 {
					name = "long name"
				}
				if len(text) > 100 {
					text = fmt.Sprintf("%d bytes", len(text))
				}
				fmt.Fprintf(&got, "%s=%s; ", name, text)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			e := res.Examination.Outcomes[0]
			fmt.Fprintf(&got, "%s %s", e.Status, e.Reason)
			if diff := cmp.Diff(want, got.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if res.Quarantined != strings.Contains(want, "quarantined") {
				t.Errorf("quarantined: %v", res.Quarantined)
			}
		})
	}
}

// TestWhatTakesMembersMayFail ends with the taker's own error, whatever else the archive holds.
func TestWhatTakesMembersMayFail(t *testing.T) {
	t.Parallel()
	c := child(t, Limits{})
	full := errors.New("the disk is full")
	for _, reads := range []int64{0, 1, 1 << 20, 3 << 20} {
		it, o := inMemory("big whole")
		_, err := c.Unpack(t.Context(), it, o, ref("unfold"), Bounds{Members: 4, Bytes: 4 << 20}, func(_ context.Context, _ pipeline.Member, r io.Reader) error {
			_, err := io.CopyN(io.Discard, r, reads)
			return errors.Join(err, full)
		})
		if !errors.Is(err, full) {
			t.Errorf("after %d bytes: %v", reads, err)
		}
	}
}

// TestMembersTakenSlowlyComeWhole keeps each member for longer than a child lingers: it has ended long before the last is read.
func TestMembersTakenSlowlyComeWhole(t *testing.T) {
	t.Parallel()
	it, o := inMemory("whole whole whole")
	n := 0
	res, err := child(t, Limits{}).Unpack(t.Context(), it, o, ref("unfold"), Bounds{Members: 4, Bytes: 4 << 20}, func(_ context.Context, _ pipeline.Member, r io.Reader) error {
		_, err := io.Copy(io.Discard, r)
		time.Sleep(linger * 6 / 5) // slowness is what this test is about
		n++
		return err
	})
	if err != nil || n != 3 || len(res.Deaths) > 0 || res.Examination.Outcomes[0].Status != pipeline.Done {
		t.Errorf("%d members, %v, %v, %v", n, res.Deaths, res.Examination.Outcomes, err)
	}
}

// TestMembersComeOnlyWhereAskedFor runs the same child as an examination does.
func TestMembersComeOnlyWhereAskedFor(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{"unfold unfold=false"}, facts(examine(t, child(t, Limits{}), "whole", "unfold"))); diff != "" {
		t.Error(diff)
	}
}
