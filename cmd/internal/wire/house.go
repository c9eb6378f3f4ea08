package wire

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"dokaz/analyzers"
	"dokaz/analyzers/archive"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/examine"
	"dokaz/pipeline/index"
	"dokaz/pipeline/receive"
	"dokaz/pipeline/report/rules"
	"dokaz/pipeline/vault"
	"dokaz/workers"
	"dokaz/workers/sandbox"
)

// House is one open case with its shelves and stations.
type House struct {
	Config  Config
	Case    *Case
	Catalog *catalog.Catalog
	Vault   *vault.Disk // originals
	Derived *vault.Disk // derivatives and frozen report documents
	Child   *sandbox.Child
	Compare *compare.Station
	Pool    *workers.Pool // nil until Work

	presence *presence          // of this worker among others; nil before Work, and where the case is ours alone
	alone    context.CancelFunc // ends looking
	looking  sync.WaitGroup     // for others that are gone
	presses  chan struct{}      // one for each PDF that is made at once

	settings analyzers.Settings
	exiftool *exiftool // nil where none is asked
	halfway  halfways

	tool    string
	events  func(Event)
	methods []pipeline.Ref
}

// ErrQueue says that the Redis named cannot serve as the queue.
var ErrQueue = workers.ErrRedis

// Event tells onlookers what came about. It is said after the commit.
type Event struct {
	Type    string // "received", "examined", "reported", "notice"
	Item    pipeline.Digest
	Trouble []pipeline.Outcome // failed, refused or partial outcomes of an examination
	Notice  error              // what went wrong and is not an item's, told to whoever runs this
}

// notice tells onlookers what nobody is there to be returned.
func (h *House) notice(err error) { h.events(Event{Type: "notice", Notice: err}) }

// Purpose is why a case is opened.
type Purpose int

// The purposes.
const (
	Read Purpose = iota // read what is there; the case must exist
	Toil                // take in and examine; the case is made where absent
)

// Open opens the case of the configuration and its shelves. With an embedded queue nobody else may work on
// the case meanwhile; looking is always allowed.
func Open(ctx context.Context, c Config, why Purpose, events func(Event)) (*House, error) {
	h := &House{Config: c, events: events, tool: Tool(), presses: make(chan struct{}, presses)}
	if h.events == nil {
		h.events = func(Event) {}
	}
	var err error
	hold := Unheld
	if why == Toil {
		hold = Shared
		if c.Redis == "" {
			hold = Alone
		}
	}
	if h.Case, err = OpenCase(c.Case, hold); err != nil {
		return nil, err
	}
	if err := h.furnish(ctx); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

func (h *House) furnish(ctx context.Context) error {
	var err error
	if h.settings, h.exiftool, err = settingsOf(h.Config); err != nil {
		return err
	}
	h.Catalog, err = catalog.Open(ctx, h.Case.Path("catalog.db"), catalog.Options{
		Actor: pipeline.Actor(h.Config.Actor), Quiet: h.Config.Quiet,
		Featuring: h.yielding([]pipeline.FactKind{pipeline.KindLocalFeatures}),
		Beside:    catalog.Beside{Analyzers: h.yielding(rules.BesideKinds()), Fact: rules.Beside, Version: rules.Ref().Version},
	})
	if err != nil {
		return err
	}
	if h.Vault, err = vault.Open(h.Case.Path("vault")); err != nil {
		return err
	}
	if h.Derived, err = vault.Open(h.Case.Path("derived")); err != nil {
		return err
	}
	h.Compare = compare.New(index.New(), h.Catalog, compare.Defaults())
	again := analyzers.Revisit(h.Config.Limits, pipeline.Revisit{}).Spec().Ref()
	h.methods = append(h.refs(), again, h.Compare.Ref(), rules.Ref(), h.Config.Limits.Ref())
	return nil
}

// Close lets the case go. Workers must have been stopped.
func (h *House) Close() error {
	errs := []error{h.depart()}
	if h.Child != nil {
		errs = append(errs, h.Child.Close())
	}
	if h.Catalog != nil {
		errs = append(errs, h.Catalog.Close())
	}
	return errors.Join(append(errs, h.Case.Close())...)
}

// Plan is the digest over how items are examined: when an analyzer changes, known items are examined anew.
func (h *House) Plan() (catalog.Plan, error) {
	b, err := pipeline.Canonical(h.methods)
	return catalog.Plan(pipeline.DigestOf(b).Hex()), err
}

// Recall fills the comparing station's index from the catalog.
func (h *House) Recall(ctx context.Context) error {
	ps, err := h.Catalog.PrintsSince(ctx, h.Compare.Seen())
	if err != nil {
		return err
	}
	return h.Compare.Add(ps...)
}

// ErrUnwalled says that this machine cannot hold a hostile file, so that none is examined.
var ErrUnwalled = sandbox.ErrUnwalled

// Examiner returns the way to examine in a child, made at the first call. ErrUnwalled refuses.
func (h *House) Examiner() (*sandbox.Child, error) {
	var err error
	if h.Child == nil {
		h.Child, err = sandbox.New(childOptions(h.Config))
	}
	return h.Child, err
}

func childOptions(c Config) sandbox.Options {
	return sandbox.Options{
		Limits: sandbox.Limits{AddressSpace: uint64(c.Child.Memory), CPU: c.Child.CPU, Wall: c.Child.Wall, Nice: c.Child.Nice},
		Spares: c.Workers,
		Unsafe: c.Child.Unsafe, Without: c.Child.without(),
		Files: c.Limits,
	}
}

// Work starts the workers. Where the case is ours alone, leases left by a process that died are ended first.
func (h *House) Work(ctx context.Context) error {
	if h.Case.Alone {
		if err := h.Catalog.Abandon(ctx); err != nil {
			return err
		}
	}
	if err := h.Catalog.Wake(ctx); err != nil {
		return err
	}
	if err := h.Recall(ctx); err != nil {
		return err
	}
	child, err := h.Examiner()
	if err != nil {
		return err
	}
	child.Warm()
	host, err := os.Hostname()
	if err != nil {
		host = "unnamed"
	}
	worker := host + "/" + strconv.Itoa(os.Getpid()) + "/" + rand.Text()
	h.Pool, err = workers.New(workers.Options{
		Redis:       h.Config.Redis,
		Concurrency: h.Config.Workers,
		Worker:      worker,
		Stages:      h.Catalog,
		Journey:     h.journey(),
		Namespace:   h.Case.ID,
		Clock:       h.Catalog.Steady,
		Notice:      h.notice,
	})
	if err != nil {
		return err
	}
	if err := h.appear(ctx, worker); err != nil {
		return err
	}
	return h.Pool.Start(ctx)
}

// Receiving returns the station that takes files in.
func (h *House) Receiving(all bool) (*receive.Station, error) {
	plan, err := h.Plan()
	return &receive.Station{
		Vault:   h.Vault,
		Records: catalog.Receiver{Catalog: h.Catalog, Plan: plan},
		By:      pipeline.Actor(h.Config.Actor),
		Now:     time.Now,
		All:     all,
	}, err
}

// refs names the analyzers in the order in which they examine.
func (h *House) refs() []pipeline.Ref { return refsOf(h.Config.Limits, h.settings) }

func refsOf(l pipeline.Limits, s analyzers.Settings) []pipeline.Ref {
	var out []pipeline.Ref
	for _, a := range analyzers.With(l, s) {
		out = append(out, a.Spec().Ref())
	}
	return out
}

// yielding names the analyzers that state facts of any of these kinds.
func (h *House) yielding(kinds []pipeline.FactKind) []string {
	var out []string
	for _, s := range Specs(h.Config.Limits) {
		if slices.ContainsFunc(kinds, func(k pipeline.FactKind) bool { return slices.Contains(s.Yields, k) }) {
			out = append(out, s.Name)
		}
	}
	return out
}

// ChildMain is the life of the examining child; its result is the child's exit code.
func ChildMain() int { return sandbox.Main(InChild()) }

// InChild is what the child does with its item. What all analyzers share is made ready before there is one: a child that was started
// ahead has time.
func InChild() sandbox.Run {
	analyzers.All(pipeline.Limits{})
	return func(ctx context.Context, it pipeline.Item, o pipeline.Original, l pipeline.Limits, names []string, sink sandbox.Sink) error {
		aside := asideOf(sink)
		if len(names) == 1 {
			w, ok, err := analyzers.OnDemand(l, names[0], aside)
			if err != nil {
				return err
			}
			if ok {
				return examine.Run(ctx, []pipeline.Analyzer{w.Analyzer}, w.Projector, it, o, sink)
			}
		}
		s, err := told(aside)
		if err != nil {
			return err
		}
		now := among(analyzers.With(l, s), names)
		if out, ok := sink.(interface{ Members() *sandbox.Members }); ok && out.Members() != nil {
			now = among([]pipeline.Analyzer{archive.Within(l, out.Members())}, names)
		}
		return examine.Run(ctx, now, s.Projector(l), it, o, sink)
	}
}

// asideOf is what the parent has the analyzers told besides the item.
func asideOf(sink sandbox.Sink) []byte {
	if in, ok := sink.(interface{ Aside() []byte }); ok {
		return in.Aside()
	}
	return nil
}

// told reads what the parent had the analyzers told.
func told(aside []byte) (s analyzers.Settings, err error) {
	if len(aside) == 0 {
		return analyzers.Untold(), nil
	}
	if err := json.Unmarshal(aside, &s); err != nil {
		return s, fmt.Errorf("settings: %w", err)
	}
	return s, s.Check()
}

// among keeps the analyzers of these names.
func among(list []pipeline.Analyzer, names []string) []pipeline.Analyzer {
	return slices.DeleteFunc(slices.Clone(list), func(a pipeline.Analyzer) bool { return !slices.Contains(names, a.Spec().Name) })
}
