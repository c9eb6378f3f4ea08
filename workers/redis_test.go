package workers

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

// answer makes a client that answers INFO without a server.
type answer struct {
	onWire
	text string
}

func (a answer) ProcessHook(redis.ProcessHook) redis.ProcessHook {
	return func(_ context.Context, c redis.Cmder) error {
		if s, ok := c.(*redis.StringCmd); ok {
			s.SetVal(a.text)
		}
		return nil
	}
}

func TestWhichRedisIsFit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ info, want string }{
		"Debian 12":   {"# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n", ""},
		"the oldest":  {"redis_version:6.2.0\r\nredis_mode:sentinel\r\n", ""},
		"Valkey 8":    {"redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\nredis_mode:standalone\r\n", ""},
		"too old":     {"redis_version:6.0.16\r\n", `redis: version "6.0.16" is too old, 6.2 or later is needed`},
		"much older":  {"redis_version:4.0.9\r\n", `redis: version "4.0.9" is too old, 6.2 or later is needed`},
		"no version":  {"nothing", `redis: version "" is too old, 6.2 or later is needed`},
		"odd version": {"redis_version:next\r\n", `redis: version "next" is too old, 6.2 or later is needed`},
		"a cluster":   {"redis_version:7.0.15\r\nredis_mode:cluster\r\n", "redis: a cluster cannot serve as the queue, a single server or one behind Sentinel can"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := redis.NewClient(&redis.Options{})
			defer client.Close()
			client.AddHook(answer{text: c.info})
			got := ""
			if err := fit(t.Context(), client); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"redis://localhost:6380/3":       "tcp localhost:6380 3",
		"redis://:secret@10.0.0.1":       "tcp 10.0.0.1:6379 0",
		"rediss://user:secret@h:6379":    "tcp h:6379 0 tls",
		"unix:///run/redis/r.sock?db=2":  "unix /run/redis/r.sock 2",
		"":                               "",
		"localhost:6379":                 "",
		"http://localhost":               "",
		"redis://:secret@h/x":            "",
		"redis://:sec/ret@h:port":        "",
		"redis://:secret@h:6379?nope=1":  "",
		"redis://:secret%zz@h:6379":      "",
		"redis-sentinel://:secret@a,b/0": "",
	} {
		opt, err := parseAddress(address)
		if err != nil {
			if want != "" {
				t.Errorf("%s: %v", address, err)
			}
			if !errors.Is(err, ErrRedis) || strings.Contains(err.Error(), "sec") {
				t.Errorf("the error %q tells too much, or is of another kind", err)
			}
			continue
		}
		got := strings.TrimSpace(opt.Network + " " + opt.Addr + " " + string(rune('0'+opt.DB)))
		if opt.TLSConfig != nil {
			got += " tls"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestAServerThatIsNotThereIsToldAtStart(t *testing.T) {
	t.Parallel()
	b := newBook()
	p := newPool(t, options(b, "unix:///nonexistent/socket", journey(b)))
	if err := p.Start(t.Context()); !errors.Is(err, ErrRedis) {
		t.Errorf("got %v", err)
	}
	if err := p.Stop(); err != nil {
		t.Errorf("stop of what never started: %v", err)
	}
}

func TestTicketsComeBack(t *testing.T) {
	t.Parallel()
	want := pipeline.Task{Step: examine, Item: item(7), Wanted: 3, Fence: 12}
	body, err := writeTicket(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := readTicket(body)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if id, again := taskID(want, 0), taskID(want, 2); id != want.Item.Hex()+".3.12" || again != id+".2" {
		t.Error(id, again)
	}
}

func FuzzTicket(f *testing.F) {
	body, err := writeTicket(pipeline.Task{Step: examine, Item: item(7), Wanted: 3, Fence: 12})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte(`{"step":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		task, err := readTicket(b)
		if err != nil {
			if !errors.Is(err, pipeline.ErrMalformed) {
				t.Error(err)
			}
			return
		}
		again, err := writeTicket(task)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := readTicket(again); err != nil || back != task {
			t.Errorf("%+v became %+v, %v", task, back, err)
		}
	})
}

// BenchmarkDispatch is the cost of carrying one task that does nothing, over a catalog in memory.
func BenchmarkDispatch(b *testing.B) {
	book := newBook()
	done := make(chan struct{}, 1024)
	o := options(book, "", []Leg{{Step: report, Station: perform(func(_ context.Context, c pipeline.Claim) error {
		err := book.commit(c)
		done <- struct{}{}
		return err
	})}})
	o.Concurrency = 2
	p, err := New(o)
	if err != nil {
		b.Fatal(err)
	}
	for i := range b.N {
		book.ask(report, item(i))
	}
	b.ResetTimer()
	if err := p.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	for range b.N {
		<-done
	}
	b.StopTimer()
	if err := p.Stop(); err != nil {
		b.Fatal(err)
	}
}
