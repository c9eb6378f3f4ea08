package workers

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"dokaz/pipeline"
)

// onWire lets a test see and fail the commands that go to Redis.
type onWire struct {
	fail func(args []any) error
}

func (onWire) DialHook(n redis.DialHook) redis.DialHook { return n }
func (h onWire) ProcessHook(n redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, c redis.Cmder) error {
		if err := h.fail(c.Args()); err != nil {
			c.SetErr(err)
			return err
		}
		return n(ctx, c)
	}
}
func (onWire) ProcessPipelineHook(n redis.ProcessPipelineHook) redis.ProcessPipelineHook { return n }

// isDone recognises asynq's acknowledgement: its script of five keys that begins with the active list.
func isDone(args []any) bool {
	return len(args) > 3 && strings.HasPrefix(fmt.Sprint(args[0]), "eval") && fmt.Sprint(args[2]) == "5" &&
		strings.HasSuffix(fmt.Sprint(args[3]), ":active")
}

// newPool makes a pool that is not started yet.
func newPool(t *testing.T, o Options) *Pool {
	t.Helper()
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// asynq 0.26 does not retry an acknowledgement that failed (research: one lost ack, two runs).
func TestLostAcknowledgementsAreHarmless(t *testing.T) {
	transports(t, func(t *testing.T, s *server) {
		b := newBook()
		for i := range 20 {
			b.ask(examine, item(i))
		}
		p := newPool(t, options(b, s.address(), journey(b)))
		var lost atomic.Int32
		p.hook = onWire{func(args []any) error {
			if isDone(args) {
				lost.Add(1)
				return errors.New("connection reset by peer")
			}
			return nil
		}}
		run(t, p)
		eventually(t, 30*time.Second, "all done", func() bool { return b.undone() == 0 })
		for i := range 20 { // the names of the unacknowledged are taken; a later asking must come through
			b.ask(examine, item(i))
		}
		p.Kick()
		eventually(t, 30*time.Second, "all done again", func() bool { return b.undone() == 0 })
		b.look(func() {
			for k, n := range b.effects {
				if n != 2 {
					t.Errorf("%s %s: %d effects of 2 askings", k.step, k.item.Hex()[:8], n)
				}
			}
		})
		if lost.Load() < 40 {
			t.Errorf("%d acknowledgements lost: the wire was not what the test thinks", lost.Load())
		}
	})
}

// leftover prepares, before a pool starts, what another worker left in Redis under a task's very name.
func leftover(t *testing.T, p *Pool, d pipeline.Digest, spoil func(c redis.UniversalClient, queue, id string) error) {
	t.Helper()
	task := pipeline.Task{Step: report, Item: d, Wanted: 1}
	body, err := writeTicket(task)
	if err != nil {
		t.Fatal(err)
	}
	queue, id := queueName(p.opt.Namespace, report), taskID(task, 0)
	if _, err := asynq.NewClientFromRedisClient(p.redis).Enqueue(asynq.NewTask(kindOfTask, body), asynq.Queue(queue), asynq.TaskID(id)); err != nil {
		t.Fatal(err)
	}
	if err := spoil(p.redis, queue, id); err != nil {
		t.Fatal(err)
	}
}

func TestTwinsThatWillNeverComeAreReplaced(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ctx := t.Context()
	for name, spoil := range map[string]func(c redis.UniversalClient, queue, id string) error{
		"active without a lease (hibiken/asynq#1144)": func(c redis.UniversalClient, queue, id string) error {
			return c.Eval(ctx, `redis.call("LREM",KEYS[1],0,ARGV[1]); redis.call("LPUSH",KEYS[2],ARGV[1]); return redis.call("HSET",KEYS[3],"state","active")`,
				[]string{"asynq:{" + queue + "}:pending", "asynq:{" + queue + "}:active", "asynq:{" + queue + "}:t:" + id}, id).Err()
		},
		"active with the lease of a dead worker": func(c redis.UniversalClient, queue, id string) error {
			return c.Eval(ctx, `redis.call("LREM",KEYS[1],0,ARGV[1]); redis.call("LPUSH",KEYS[2],ARGV[1]); redis.call("ZADD",KEYS[4],ARGV[2],ARGV[1]); return redis.call("HSET",KEYS[3],"state","active")`,
				[]string{"asynq:{" + queue + "}:pending", "asynq:{" + queue + "}:active", "asynq:{" + queue + "}:t:" + id, "asynq:{" + queue + "}:lease"},
				id, time.Now().Add(30*time.Second).Unix()).Err()
		},
		"pending in no list": func(c redis.UniversalClient, queue, id string) error {
			return c.LRem(ctx, "asynq:{"+queue+"}:pending", 0, id).Err()
		},
		"archived": func(c redis.UniversalClient, queue, id string) error {
			return asynq.NewInspectorFromRedisClient(c).ArchiveTask(queue, id)
		},
		"archived in no set": func(c redis.UniversalClient, queue, id string) error {
			if err := asynq.NewInspectorFromRedisClient(c).ArchiveTask(queue, id); err != nil {
				return err
			}
			return c.ZRem(ctx, "asynq:{"+queue+"}:archived", id).Err()
		},
		"of a queue asynq has forgotten": func(c redis.UniversalClient, queue, id string) error {
			if err := asynq.NewInspectorFromRedisClient(c).ArchiveTask(queue, id); err != nil {
				return err
			}
			return c.SRem(ctx, "asynq:queues", queue).Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBook()
			b.ask(report, item(0))
			o := options(b, s.addr, journey(b))
			o.Namespace = "case" + fmt.Sprint(rand.Uint32())
			p := newPool(t, o)
			p.redis = s.client()
			leftover(t, p, item(0), spoil)
			if err := p.redis.Close(); err != nil {
				t.Fatal(err)
			}
			run(t, p)
			eventually(t, 30*time.Second, "done", func() bool { return b.undone() == 0 })
			b.verify(t, 1, report)
			if name == "archived" {
				q, err := asynq.NewInspectorFromRedisClient(p.redis).GetQueueInfo(queueName(o.Namespace, report))
				if err != nil || q.Archived != 0 {
					t.Errorf("the archived twin was not removed: %+v, %v", q, err)
				}
			}
		})
	}
}

func TestForgedTasksHaveNoEffect(t *testing.T) {
	transports(t, func(t *testing.T, s *server) {
		b := newBook()
		b.ask(report, item(0))
		var h heard
		o := options(b, s.address(), journey(b))
		o.Notice = h.notice
		p := start(t, o)
		eventually(t, 20*time.Second, "done", func() bool { return b.undone() == 0 })
		client := asynq.NewClientFromRedisClient(p.redis)
		honest, err := writeTicket(pipeline.Task{Step: report, Item: item(0), Wanted: 1})
		if err != nil {
			t.Fatal(err)
		}
		unknown, err := writeTicket(pipeline.Task{Step: report, Item: item(99), Wanted: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, payload := range []string{
			string(honest), string(unknown), "", "x", "{}", `{"step":"rm -rf"}`, string(honest) + string(honest),
			strings.Replace(string(honest), `"step"`, `"exec":"sh","step"`, 1), strings.Repeat("[", 100_000),
			strings.Replace(string(honest), `"fence":0`, `"fence":1`, 1), strings.Replace(string(honest), `"wanted":1`, `"wanted":2`, 1),
		} {
			if _, err := client.Enqueue(asynq.NewTask(kindOfTask, []byte(payload)), asynq.Queue(queueName("case", report))); err != nil {
				t.Fatal(err)
			}
		}
		inspector := asynq.NewInspectorFromRedisClient(p.redis)
		eventually(t, 20*time.Second, "an empty queue", func() bool {
			q, err := inspector.GetQueueInfo(queueName("case", report))
			return err == nil && q.Pending+q.Active+q.Archived+q.Retry == 0
		})
		b.verify(t, 1, report)
		for _, err := range h.all() {
			if !errors.Is(err, pipeline.ErrMalformed) {
				t.Errorf("noticed %v", err)
			}
		}
	})
}

// sendTwice delivers every task again under another name, as asynq does after a lapsed lease.
func sendTwice(t *testing.T, p *Pool, stop <-chan struct{}) *sync.WaitGroup {
	var w sync.WaitGroup
	w.Go(func() {
		client := asynq.NewClientFromRedisClient(p.redis)
		for {
			due, err := p.opt.Stages.Due(context.Background(), time.Now(), 64)
			for _, task := range due {
				body, werr := writeTicket(task)
				if err != nil || werr != nil {
					t.Error(err, werr)
				}
				// What Redis answers does not matter: it is being wiped and killed meanwhile.
				_, _ = client.Enqueue(asynq.NewTask(kindOfTask, body), asynq.Queue(queueName("case", task.Step)))
			}
			select {
			case <-stop:
				return
			case <-time.After(30 * time.Millisecond):
			}
		}
	})
	return &w
}

// 200 items of two steps, a tenth of all calls failing, every task delivered more than once, Redis wiped and
// killed in the middle: nothing is lost and nothing done twice.
func TestChaos(t *testing.T) {
	transports(t, func(t *testing.T, s *server) {
		const n = 200
		b := newBook()
		for i := range n {
			b.ask(examine, item(i))
		}
		dice := rand.New(rand.NewPCG(1, 2)) // guarded by the book's lock
		b.trouble = func(call string) error {
			if call != "due" && dice.IntN(10) == 0 {
				return injected(call, 0)
			}
			return nil
		}
		var tries, late atomic.Int32
		station := func(next ...pipeline.Step) Station {
			return perform(func(ctx context.Context, c pipeline.Claim) error {
				time.Sleep(time.Duration(rand.IntN(10)) * time.Millisecond) // the work
				switch tries.Add(1) % 10 {
				case 0:
					return injected("perform", c.Attempts)
				case 5: // the result is committed, and then something goes wrong
					if err := b.commit(c, next...); err != nil {
						return err
					}
					late.Add(1)
					return injected("after the commit", c.Attempts)
				}
				return b.commit(c, next...)
			})
		}
		legs := []Leg{{Step: examine, Station: station(report), Weight: 4}, {Step: report, Station: station()}}
		o := options(b, s.address(), legs)
		o.Attempts, o.Lease = 1000, time.Second
		p := start(t, o)
		stop := make(chan struct{})
		twice := sendTwice(t, p, stop)
		hurt := func(at int) {
			eventually(t, 60*time.Second, fmt.Sprint("effect ", at), func() bool {
				done := 0
				b.look(func() { done = len(b.effects) })
				return done >= at
			})
			switch {
			case s == nil:
				p.embedded.renew()
			case at%100 == 0:
				s.restart()
			default:
				if err := s.client().FlushAll(t.Context()).Err(); err != nil {
					t.Error(err)
				}
			}
		}
		for _, at := range []int{30, 100, 170, 200, 310} {
			hurt(at)
		}
		eventually(t, 120*time.Second, "all done", func() bool { return b.undone() == 0 })
		close(stop)
		twice.Wait()
		b.verify(t, n, examine, report)
		if tries.Load() <= 2*n || late.Load() == 0 {
			t.Errorf("%d tries, %d failed after their commit: the test did not do what it says", tries.Load(), late.Load())
		}
	})
}

func TestARedisThatIsAwayForAWhile(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := newBook()
	b.ask(report, item(0))
	begun, goOn := make(chan struct{}), make(chan struct{})
	var h heard
	o := options(b, s.addr, []Leg{{Step: report, Station: perform(func(ctx context.Context, c pipeline.Claim) error {
		if c.Item == item(0) {
			close(begun)
			select {
			case <-goOn:
			case <-ctx.Done():
			}
		}
		return b.commit(c)
	})}})
	o.Notice = h.notice
	p := start(t, o)
	<-begun
	path := s.cmd.Path
	s.kill()
	b.ask(report, item(1))
	p.Kick()
	eventually(t, 20*time.Second, "a word about it", func() bool {
		for _, err := range h.all() {
			if errors.Is(err, ErrRedis) {
				return true
			}
		}
		return false
	})
	close(goOn) // what is at hand is finished without Redis
	eventually(t, 10*time.Second, "the task at hand", func() bool { return b.undone() == 1 })
	s.start(path)
	eventually(t, 30*time.Second, "the task that waited", func() bool { return b.undone() == 0 })
	b.verify(t, 2, report)
}
