package workers

import (
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestTheEmbeddedRedisIsRenewed(t *testing.T) {
	t.Parallel()
	b := newBook()
	p := newPool(t, options(b, "", journey(b)))
	run(t, p)
	first := p.embedded.now()
	for round := range 3 {
		p.embedded.renew()
		for i := range 20 {
			b.ask(examine, item(20*round+i))
		}
		p.Kick()
		eventually(t, 20*time.Second, "all done", func() bool { return b.undone() == 0 })
	}
	b.verify(t, 60, examine, report)
	if p.embedded.now() == first {
		t.Error("the first server still serves")
	}
}

func TestTheEmbeddedRedisOpensNoPort(t *testing.T) {
	t.Parallel()
	e := embed()
	defer e.close()
	c := e.client()
	defer c.Close()
	if err := c.Set(t.Context(), "a", "b", time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
	if at := e.now().Server().Addr(); at != nil {
		t.Errorf("it listens on %v", at)
	}
}

func TestTimePassesInTheEmbeddedRedis(t *testing.T) {
	t.Parallel()
	e := embed()
	defer e.close()
	c := e.client()
	defer c.Close()
	if err := c.Set(t.Context(), "a", "b", 300*time.Millisecond).Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, "the key's end", func() bool { return errors.Is(c.Get(t.Context(), "a").Err(), redis.Nil) })
}
