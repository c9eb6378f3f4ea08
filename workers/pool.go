package workers

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"dokaz/pipeline"
)

// Options say how to run a pool.
type Options struct {
	Redis       string           // address of a Redis ≥ 6.2; "" for the embedded one, which serves this process only
	Namespace   string           // of the case, so that several share a Redis: 1 to 64 of A–Z a–z 0–9 _ -
	Worker      string           // who claims; one for each process
	Concurrency int              // tasks performed at once; 0 means one for each processor
	Stages      Stages           //
	Journey     []Leg            //
	Clock       func() time.Time // nil means time.Now; leases and due times are on it
	Notice      func(error)      // is told of errors that nobody is there to be returned to, each text once in 10 s; may be nil

	Lease    time.Duration                   // of a claim, extended three times as often; 0 means 30 s
	Attempts int                             // how often Perform is tried before Exhausted; 0 means 5
	Backoff  func(attempt int) time.Duration // from a failed attempt (1, 2 …) to the next; nil means 1 s doubling to 1 min, ± half
}

// Times of the pool that are nobody's choice.
const (
	defaultLease    = 30 * time.Second
	defaultAttempts = 5
	defaultTimeout  = 30 * time.Minute
	rest            = time.Hour        // of a task that is exhausted and cannot be ended
	stopWithin      = 10 * time.Second // for stations to end after their context
	catalogWithin   = 10 * time.Second // for a call to Stages at a claim's end
	// maxClaims is how often a task is claimed without an end, by processes that die over it for instance,
	// before it is not performed any more.
	maxClaims = 25
)

// Pool carries tasks from the catalog through the queue to their stations. It is started once and stopped once.
type Pool struct {
	opt     Options
	legs    map[pipeline.Step]Leg
	notices noticer

	redis    *redis.Client
	embedded *embedded // nil with a real Redis
	server   *asynq.Server
	hook     redis.Hook // of tests

	life     context.Context // of all stations
	end      context.CancelCauseFunc
	hands    chan struct{} // one for each task performed: asynq lets more in when it gives one up
	draining atomic.Bool
	kick     chan struct{}
	line     *line
	debts    debts
	work     sync.WaitGroup // the dispatcher

	mu      sync.Mutex
	started bool
	stopped bool
}

// ErrStopped says that the pool is not running.
var ErrStopped = errors.New("workers: stopped")

var namespace = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`) })

// New checks the options. Nothing runs before Start.
func New(o Options) (*Pool, error) {
	switch {
	case !namespace().MatchString(o.Namespace):
		return nil, fmt.Errorf("workers: namespace %q is not 1 to 64 of A–Z a–z 0–9 _ -", o.Namespace)
	case o.Stages == nil:
		return nil, errors.New("workers: no stages")
	case len(o.Journey) == 0:
		return nil, errors.New("workers: a journey without legs")
	}
	silenceRedis()
	p := &Pool{opt: o.filled(), legs: map[pipeline.Step]Leg{}, kick: make(chan struct{}, 1)}
	p.notices.tell = o.Notice
	p.hands = make(chan struct{}, p.opt.Concurrency)
	for _, l := range o.Journey {
		if _, twice := p.legs[l.Step]; twice || l.Station == nil || !namespace().MatchString(string(l.Step)) {
			return nil, fmt.Errorf("workers: leg %q is named twice, has no station, or no fit name", l.Step)
		}
		if l.Timeout <= 0 {
			l.Timeout = defaultTimeout
		}
		l.Weight = max(l.Weight, 1)
		p.legs[l.Step] = l
	}
	return p, nil
}

func (o Options) filled() Options {
	if o.Concurrency <= 0 {
		o.Concurrency = runtime.GOMAXPROCS(0)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Lease <= 0 {
		o.Lease = defaultLease
	}
	if o.Attempts <= 0 {
		o.Attempts = defaultAttempts
	}
	if o.Backoff == nil {
		o.Backoff = backoff
	}
	return o
}

// backoff is 1 s, 2 s, 4 s … 64 s, each half to one and a half times as long, so that what failed together
// does not come back together.
func backoff(attempt int) time.Duration {
	d := time.Second << min(max(attempt-1, 0), 6)
	return d/2 + rand.N(d)
}

// Start connects and begins to take tasks. ctx is of all stations: when it ends they do, and nothing new is
// taken; Stop is still to be called. ErrRedis says that the Redis given cannot serve.
func (p *Pool) Start(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.started {
		return errors.New("workers: a pool is started once")
	}
	if p.opt.Redis == "" {
		p.embedded = embed()
		p.redis = p.embedded.client()
	} else {
		c, err := connect(ctx, p.opt.Redis)
		if err != nil {
			return err
		}
		p.redis = c
	}
	if p.hook != nil {
		p.redis.AddHook(p.hook)
	}
	p.life, p.end = context.WithCancelCause(ctx)
	p.line = newLine(p)
	p.server = asynq.NewServerFromRedisClient(p.redis, p.config())
	if err := p.server.Start(asynq.HandlerFunc(p.carry)); err != nil {
		p.end(err)
		return errors.Join(fmt.Errorf("workers: asynq: %w", err), p.disconnect())
	}
	p.started = true
	p.work.Go(p.dispatch)
	return nil
}

func (p *Pool) config() asynq.Config {
	queues := map[string]int{}
	all := 0
	for s, l := range p.legs {
		queues[queueName(p.opt.Namespace, s)] = l.Weight
		all += l.Weight
	}
	for s := range p.legs {
		queues[againName(p.opt.Namespace, s)] = all // each is asked first as often as all the steps together
	}
	check := 200 * time.Millisecond
	if p.embedded != nil {
		check = 50 * time.Millisecond
	}
	return asynq.Config{
		Concurrency:       p.opt.Concurrency,
		Queues:            queues,
		TaskCheckInterval: check,
		// carry never fails; what asynq takes for failed (a lapsed lease of its own) is sent again by us.
		RetryDelayFunc:  func(int, error, *asynq.Task) time.Duration { return time.Minute },
		ShutdownTimeout: stopWithin,
		Logger:          asynqLog{p.notices.notice},
		LogLevel:        asynq.ErrorLevel,
	}
}

// Kick says that there is new work in the catalog. It never blocks and may be called at any time.
func (p *Pool) Kick() {
	select {
	case p.kick <- struct{}{}:
	default:
	}
}

// Drain takes nothing new and waits until the tasks at hand are done, or until ctx ends, whose cause it
// returns then. The pool does not take up work again.
func (p *Pool) Drain(ctx context.Context) error {
	p.mu.Lock()
	running := p.started && !p.stopped
	p.mu.Unlock()
	if !running {
		return ErrStopped
	}
	if !p.draining.Swap(true) {
		p.server.Stop()
	}
	held := 0
	defer func() {
		for range held {
			<-p.hands
		}
	}()
	for range cap(p.hands) {
		select {
		case p.hands <- struct{}{}:
			held++
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// Stop ends the stations' contexts, gives their tasks back, and leaves nothing running. The error tells of a
// station that did not end in time, or of a connection that did not close.
func (p *Pool) Stop() error {
	p.mu.Lock()
	if !p.started || p.stopped {
		p.mu.Unlock()
		return nil
	}
	p.stopped = true
	p.mu.Unlock()
	p.draining.Store(true)
	p.end(ErrStopped)
	p.work.Wait()
	p.server.Shutdown()
	var err error
	late := time.After(stopWithin)
	for range cap(p.hands) {
		select {
		case p.hands <- struct{}{}:
		case <-late:
			err = fmt.Errorf("workers: a station did not end within %v of its context", stopWithin)
			return errors.Join(err, p.disconnect())
		}
	}
	return p.disconnect()
}

func (p *Pool) disconnect() error {
	err := p.redis.Close()
	if p.embedded != nil {
		p.embedded.close()
	}
	if err != nil {
		return fmt.Errorf("workers: %w", err)
	}
	return nil
}
