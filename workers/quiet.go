package workers

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// asynqLog hands asynq's warnings and errors to notice and drops its chatter. asynq ends the process after
// Fatal only if the logger does; this one does not.
type asynqLog struct{ notice func(error) }

func (asynqLog) Debug(...any) {}
func (asynqLog) Info(...any)  {}

// Warn drops: asynq warns of lost acknowledgements and lapsed leases, which are the reconciler's daily bread.
func (asynqLog) Warn(...any)      {}
func (l asynqLog) Error(a ...any) { l.notice(errors.New("asynq: " + fmt.Sprint(a...))) }
func (l asynqLog) Fatal(a ...any) { l.notice(errors.New("asynq: " + fmt.Sprint(a...))) }

// redisLog drops what go-redis writes to standard error of its own accord, into the middle of a progress
// bar: that a connection broke, which the next command's error tells as well.
type redisLog struct{}

func (redisLog) Printf(context.Context, string, ...any) {}

// silenceRedis sets go-redis' one logger, which is of the whole process; no other room may import go-redis.
var silenceRedis = sync.OnceFunc(func() { redis.SetLogger(redisLog{}) })

// noticer tells each error text once in a while, however often it happens.
type noticer struct {
	tell func(error)
	mu   sync.Mutex
	told map[string]time.Time
}

// sameAgain is how long an equal text is kept back; tooMany bounds how many texts are remembered.
const (
	sameAgain = 10 * time.Second
	tooMany   = 256
)

func (n *noticer) notice(err error) {
	if err == nil || n.tell == nil {
		return
	}
	now := time.Now()
	n.mu.Lock()
	last, ok := n.told[err.Error()]
	fresh := !ok || now.Sub(last) >= sameAgain
	if fresh {
		if n.told == nil || len(n.told) >= tooMany {
			n.told = map[string]time.Time{}
		}
		n.told[err.Error()] = now
	}
	n.mu.Unlock()
	if fresh {
		n.tell(err)
	}
}
