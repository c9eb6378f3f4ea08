package wire

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// buryEvery is how often the leases of workers that are gone are looked for: a lease alone would hold for half a minute.
const buryEvery = 2 * time.Second

// presence shows the other processes on the case that a worker lives. It holds a lock on a file of its name, which the kernel lets go when
// the process ends, however it ends, and which a process that is only stopped keeps. In the file stands which lock it is: that of one file
// under one running kernel. Whoever sees the folder from another machine, or as another file system, gets a lock that tells nothing.
type presence struct {
	dir    string
	worker string
	held   *os.File
}

// file is the file of a worker's name.
func (p *presence) file(worker string) string {
	sum := sha256.Sum256([]byte(worker))
	return filepath.Join(p.dir, hex.EncodeToString(sum[:8]))
}

// appear makes a worker present, until leave.
func appear(dir, worker string) (*presence, error) {
	p := &presence{dir: dir, worker: worker}
	if err := mkdir(dir); err != nil {
		return nil, err
	}
	for {
		f, err := os.OpenFile(p.file(worker), os.O_RDWR|os.O_CREATE|unix.O_CLOEXEC, 0o600)
		if err != nil {
			return nil, fmt.Errorf("presence: %w", err)
		}
		if err := flock(f, unix.LOCK_EX); err != nil {
			return nil, errors.Join(fmt.Errorf("presence: %w", err), f.Close())
		}
		if underName(f) {
			p.held = f
			if _, err := f.WriteAt([]byte(identityOf(f)), 0); err != nil {
				return nil, errors.Join(fmt.Errorf("presence: %w", err), p.leave())
			}
			return p, nil
		}
		if err := f.Close(); err != nil { // somebody took it for a leftover before it was locked
			return nil, fmt.Errorf("presence: %w", err)
		}
	}
}

// leave ends the presence, and the file goes.
func (p *presence) leave() error {
	return errors.Join(os.Remove(p.held.Name()), p.held.Close())
}

// vanish ends the presence as the end of the process would: the file stays, so that others see that its leases have no holder.
func (p *presence) vanish() error { return p.held.Close() }

// identityOf names the lock of a file: the boot of the kernel (random(4)), and the file as this kernel has it. It is "" where that is not told.
func identityOf(f *os.File) string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	var st unix.Stat_t
	if err != nil || unix.Fstat(int(f.Fd()), &st) != nil {
		return ""
	}
	return fmt.Sprintf("%s %d %d\n", bytes.TrimSpace(boot), st.Dev, st.Ino)
}

// ours reports whether the lock on a file is the one that was held on it.
func ours(f *os.File) bool {
	const most = 256
	b, err := io.ReadAll(io.NewSectionReader(f, 0, most))
	return err == nil && len(b) > 0 && string(b) == identityOf(f)
}

// ifGone calls do where a worker was here, under this kernel, and lives no more, and then forgets him. Of all others nothing is known.
func (p *presence) ifGone(worker string, do func() error) error {
	f, err := os.OpenFile(p.file(worker), os.O_RDWR|unix.O_CLOEXEC, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("presence: %w", err)
	}
	err = flock(f, unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return f.Close()
	}
	if err == nil && !ours(f) {
		return f.Close()
	}
	if err == nil {
		err = do() // before the file goes: whoever dies between leaves it to be found again
	}
	if err == nil && underName(f) {
		err = os.Remove(f.Name())
	}
	return errors.Join(err, f.Close())
}

// underName reports whether a file that is open still stands under its name.
func underName(f *os.File) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(f.Name())
	return err == nil && os.SameFile(open, there)
}

func flock(f *os.File, how int) error {
	for {
		if err := unix.Flock(int(f.Fd()), how); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// appear makes this worker present among others, where there may be any, and begins to look for those that are gone.
func (h *House) appear(ctx context.Context, worker string) (err error) {
	if h.Case.Alone {
		return nil
	}
	if h.presence, err = appear(h.Case.Path("workers"), worker); err != nil {
		return err
	}
	looking, end := context.WithCancel(ctx)
	h.alone = end
	h.looking.Go(func() { h.burying(looking) })
	return nil
}

// depart ends this worker's presence and the leases that it could not give back. Where those cannot be ended either, on a full disk for
// instance, others do it.
func (h *House) depart() error {
	if h.presence == nil {
		return nil
	}
	h.alone()
	h.looking.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), departWithin)
	defer cancel()
	if err := h.Catalog.AbandonOf(ctx, h.presence.worker); err != nil {
		return errors.Join(err, h.presence.vanish())
	}
	return h.presence.leave()
}

// departWithin bounds how long a worker that leaves waits for the catalog.
const departWithin = 5 * time.Second

// bury ends the leases of workers that are gone.
func (h *House) bury(ctx context.Context) error {
	holders, err := h.Catalog.Holders(ctx)
	if err != nil {
		return err
	}
	for _, worker := range holders {
		err := h.presence.ifGone(worker, func() error { return h.Catalog.AbandonOf(ctx, worker) })
		if err != nil {
			return err
		}
		h.Pool.Kick()
	}
	return nil
}

// burying buries until ctx ends; what fails is tried again.
func (h *House) burying(ctx context.Context) {
	t := time.NewTicker(buryEvery)
	defer t.Stop()
	for {
		_ = h.bury(ctx) // a lease lapses by itself, too
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}
