package workers

import (
	"context"
	"errors"
)

// Ping connects to a real Redis and returns its version, or says why it cannot serve as the queue.
func Ping(ctx context.Context, address string) (string, error) {
	c, err := connect(ctx, address)
	if err != nil {
		return "", err
	}
	about, err := c.InfoMap(ctx, "server").Result()
	return about["Server"]["redis_version"], errors.Join(err, c.Close())
}
