package workers

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// ErrRedis says that the Redis given cannot serve as the queue; its text says why and what would.
var ErrRedis = errors.New("redis")

// connect opens a real Redis and checks that it can serve. Errors never hold the address, which may hold a password.
func connect(ctx context.Context, address string) (*redis.Client, error) {
	opt, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	c := redis.NewClient(opt)
	if err := fit(ctx, c); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func parseAddress(address string) (*redis.Options, error) {
	const forms = "give redis://host:port/db, rediss://host:port/db or unix:///path/to/socket?db=0"
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%w: the address is no URL; %s", ErrRedis, forms)
	}
	switch u.Scheme {
	case "redis", "rediss", "unix":
	default:
		return nil, fmt.Errorf("%w: addresses do not begin with %q; %s", ErrRedis, u.Scheme+":", forms)
	}
	opt, err := redis.ParseURL(address)
	if err != nil {
		return nil, fmt.Errorf("%w: the address does not parse; %s", ErrRedis, forms)
	}
	return opt, nil
}

// fit asks the server what it is. asynq 0.26 needs ZRANGE … BYSCORE, which Redis has since 6.2, and its
// scripts touch keys that a cluster may keep apart.
func fit(ctx context.Context, c *redis.Client) error {
	text, err := c.Info(ctx, "server").Result()
	if err != nil {
		return fmt.Errorf("%w: no answer to INFO: %w", ErrRedis, err)
	}
	about := map[string]string{}
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			about[k] = v
		}
	}
	version := about["redis_version"]
	if !atLeast(version, 6, 2) {
		return fmt.Errorf("%w: version %q is too old, 6.2 or later is needed", ErrRedis, version)
	}
	if about["redis_mode"] == "cluster" {
		return fmt.Errorf("%w: a cluster cannot serve as the queue, a single server or one behind Sentinel can", ErrRedis)
	}
	return nil
}

// atLeast compares "7.0.15" with 6.2.
func atLeast(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	a, errA := strconv.Atoi(parts[0])
	b, errB := strconv.Atoi(parts[1])
	return errA == nil && errB == nil && (a > major || a == major && b >= minor)
}
