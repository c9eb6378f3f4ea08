package workers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"dokaz/pipeline"
)

// Times of the dispatcher.
const (
	dueEvery    = 500 * time.Millisecond
	dueAtOnce   = 256
	kicksGather = 100 * time.Millisecond
	lookFirst   = 3 * time.Second  // after sending, until a task that is due still is looked for in the queue
	lookTaken   = dueEvery         // where its name was taken: others send it too, or it was left by one that ended
	lookMost    = 15 * time.Second // between two looks; the wait doubles up to it
	forgetSent  = time.Minute
	// namesAtOnce is how many taken names are passed over in one look.
	namesAtOnce = 3
	// neverInAsynq keeps asynq's own deadline and archive out of the way: leases and attempts are the catalog's.
	neverInAsynq = 30 * 24 * time.Hour
	manyRetries  = 1000
)

// dispatch sends what is due: at the start, when kicked, and every half second, until the pool drains.
// Whatever the queue lost is due still and is sent again by the same way; there is no other recovery.
func (p *Pool) dispatch() {
	tick := time.NewTicker(dueEvery)
	defer tick.Stop()
	for !p.draining.Load() {
		began := time.Now()
		p.repay()
		if err := p.line.sendDue(p.life); err != nil && p.life.Err() == nil {
			p.notices.notice(fmt.Errorf("workers: dispatch: %w", err))
		}
		select {
		case <-p.life.Done():
			return
		case <-p.kick:
			p.breathe(began)
		case <-tick.C:
		}
	}
}

// breathe lets kicks gather while the line is not empty: asking the catalog after every commit would cost more than
// the commits.
func (p *Pool) breathe(last time.Time) {
	if p.line.empty() {
		return
	}
	t := time.NewTimer(time.Until(last.Add(kicksGather)))
	defer t.Stop()
	select {
	case <-p.life.Done():
	case <-t.C:
	}
}

// line is what this process has put into the queue and not yet taken out.
type line struct {
	pool    *Pool
	redis   *redis.Client
	inspect *asynq.Inspector

	client *asynq.Client // used by the dispatcher only
	mark   string        // the value of the mark key when last seen
	sends  int           // to the embedded Redis since it was new

	mu   sync.Mutex
	sent map[pipeline.Task]*sending
	more bool // Due had more than fits
}

// sending is one task on its way.
type sending struct {
	again int // generation of its name
	at    time.Time
	look  time.Time // when to look for it, if it is due still
	wait  time.Duration
}

func newLine(p *Pool) *line {
	return &line{
		pool:    p,
		redis:   p.redis,
		inspect: asynq.NewInspectorFromRedisClient(p.redis),
		client:  asynq.NewClientFromRedisClient(p.redis),
		sent:    map[pipeline.Task]*sending{},
	}
}

// served forgets a task that was claimed, and reports whether the line has become so short that the
// dispatcher should fill it without waiting for its tick.
func (l *line) served(t pipeline.Task) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.sent, t)
	low := 2 * l.pool.opt.Concurrency
	if l.more {
		low = max(low, dueAtOnce/2)
	}
	return len(l.sent) < low
}

func (l *line) empty() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.sent) == 0
}

// sendDue asks the catalog what is due and sends what is not on its way already.
func (l *line) sendDue(ctx context.Context) error {
	if err := l.checkMark(ctx); err != nil {
		return err
	}
	due, err := l.pool.opt.Stages.Due(ctx, l.pool.opt.Clock(), dueAtOnce)
	if err != nil {
		return fmt.Errorf("due: %w", err)
	}
	now := time.Now()
	l.forget(due, now)
	for _, t := range due {
		if l.pool.draining.Load() {
			return nil
		}
		if err := l.send(ctx, t, now); err != nil {
			return err
		}
	}
	if l.pool.embedded != nil && l.sends >= renewAfter {
		l.sends = 0
		l.pool.embedded.renew()
	}
	return nil
}

// checkMark notices a Redis that was wiped or replaced, by a key that it would have lost too: everything
// that was sent is to be sent again, and asynq's memory of its queues is void.
func (l *line) checkMark(ctx context.Context) error {
	key := "dokaz:{" + l.pool.opt.Namespace + "}:mark"
	if err := l.redis.SetNX(ctx, key, rand.Text(), 0).Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrRedis, err)
	}
	mark, err := l.redis.Get(ctx, key).Result()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRedis, err)
	}
	if mark != l.mark {
		l.mark = mark
		l.client = asynq.NewClientFromRedisClient(l.redis)
		l.mu.Lock()
		clear(l.sent)
		l.mu.Unlock()
	}
	return nil
}

// forget drops what is no longer due: others served it, or it was given up.
func (l *line) forget(due []pipeline.Task, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.more = len(due) >= dueAtOnce
	still := make(map[pipeline.Task]bool, len(due))
	for _, t := range due {
		still[t] = true
	}
	for t, s := range l.sent {
		if !still[t] && (!l.more || now.Sub(s.at) > forgetSent) {
			delete(l.sent, t)
		}
	}
}

// send puts one due task into its queue, unless it is there.
func (l *line) send(ctx context.Context, t pipeline.Task, now time.Time) error {
	if _, ok := l.pool.legs[t.Step]; !ok {
		return fmt.Errorf("%w: the journey has no leg %q", pipeline.ErrMalformed, t.Step)
	}
	l.mu.Lock()
	s, known := l.sent[t]
	if !known {
		s = &sending{at: now, look: now.Add(lookFirst), wait: lookFirst}
		l.sent[t] = s
	}
	l.mu.Unlock()
	if known && now.Before(s.look) {
		return nil
	}
	var err error
	if known {
		s.wait = min(2*s.wait, lookMost)
		s.look = now.Add(s.wait)
		err = l.lookFor(ctx, t, s)
	} else {
		var fresh bool
		if fresh, err = l.enqueue(ctx, t, 0); !fresh {
			s.look = now.Add(lookTaken)
		}
	}
	if err != nil {
		l.mu.Lock()
		delete(l.sent, t)
		l.mu.Unlock()
	}
	return err
}

// enqueue reports whether the task is in the queue now that was not before; false means that its name is taken.
func (l *line) enqueue(ctx context.Context, t pipeline.Task, again int) (bool, error) {
	body, err := writeTicket(t)
	if err != nil {
		return false, err
	}
	l.sends++
	_, err = l.client.EnqueueContext(ctx, asynq.NewTask(kindOfTask, body),
		asynq.Queue(queueOf(l.pool.opt.Namespace, t)),
		asynq.TaskID(taskID(t, again)),
		asynq.MaxRetry(manyRetries),
		asynq.Timeout(neverInAsynq))
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("%w: enqueue: %w", ErrRedis, err)
	}
	return true, nil
}

// lookFor finds out why a task that was sent is due still, and sends it again where it will not come by
// itself. Sending once too often costs one refused claim.
func (l *line) lookFor(ctx context.Context, t pipeline.Task, s *sending) error {
	queue, id := queueOf(l.pool.opt.Namespace, t), taskID(t, s.again)
	twin, err := l.inspect.GetTaskInfo(queue, id)
	switch {
	case errors.Is(err, asynq.ErrTaskNotFound), errors.Is(err, asynq.ErrQueueNotFound):
	case err != nil:
		return fmt.Errorf("%w: look for a task: %w", ErrRedis, err)
	case twin.State == asynq.TaskStatePending:
		q, err := l.inspect.GetQueueInfo(queue)
		if err != nil {
			return fmt.Errorf("%w: look at a queue: %w", ErrRedis, err)
		}
		if q.Pending > 0 || q.Paused {
			return nil // it waits in line; otherwise it says so where nobody waits
		}
	case twin.State == asynq.TaskStateActive:
		// Taken and not claimed: by a worker that died, or its lease was lost (hibiken/asynq#1144).
	default: // archived, in retry, completed: its name is free once it is deleted
		_ = l.inspect.DeleteTask(queue, id) // where that fails the name stays taken, which is seen next
	}
	for range namesAtOnce {
		fresh, err := l.enqueue(ctx, t, s.again)
		if err != nil || fresh {
			return err
		}
		s.again++
	}
	return nil
}
