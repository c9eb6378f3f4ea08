package wire

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/report/words"
	"dokaz/workers/sandbox"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

// Config is everything that can be set. File < environment (DOKAZ_…) < flags.
type Config struct {
	Case     string        `koanf:"case" json:"case"`         // folder of the case
	Redis    string        `koanf:"redis" json:"redis"`       // "" is the queue inside the process
	Workers  int           `koanf:"workers" json:"workers"`   // items examined at once
	Quiet    time.Duration `koanf:"quiet" json:"quiet"`       // how long a neighbour's new revision waits for further changes
	Actor    string        `koanf:"actor" json:"actor"`       // who stands in custody entries
	Language string        `koanf:"language" json:"language"` // of report pages and indexes, one of words.Languages
	PDF      bool          `koanf:"pdf" json:"pdf"`           // a batch writes each report as PDF, too
	ExifTool string        `koanf:"exiftool" json:"exiftool"` // "auto" is the one found on PATH, "off" none, else the path of one
	Trust    string        `koanf:"trust" json:"trust"`       // file of those whose Content Credentials are trusted; "" is the list that ships
	Keys     string        `koanf:"keys" json:"keys"`         // file of OpenPGP keys whose holders are known; "" knows nobody
	Child    ChildLimits   `koanf:"child" json:"child"`

	Limits pipeline.Limits `koanf:"limits" json:"limits"` // what one file may make an examination do
	Serve  Serve           `koanf:"serve" json:"serve"`
}

// Serve is how the doors of dokaz serve are set.
type Serve struct {
	Listen  string  `koanf:"listen" json:"listen"`   // address and port
	Upload  int64   `koanf:"upload" json:"upload"`   // bytes of one file at most
	Uploads int     `koanf:"uploads" json:"uploads"` // at once
	Queue   int     `koanf:"queue" json:"queue"`     // items that wait to be examined before no more are taken
	Free    int64   `koanf:"free" json:"free"`       // bytes of disk that are left free
	Rate    float64 `koanf:"rate" json:"rate"`       // requests a second of one token; 0 is no limit
	Private string  `koanf:"private" json:"private"` // address prefixes besides public ones that webhooks may go to, separated by commas
}

// ChildLimits bound the process that examines one item.
type ChildLimits struct {
	Memory int64         `koanf:"memory" json:"memory"` // bytes of address space
	CPU    time.Duration `koanf:"cpu" json:"cpu"`
	Wall   time.Duration `koanf:"wall" json:"wall"`
	Nice   int           `koanf:"nice" json:"nice"` // how far it gives way to other processes, 0 to 19

	Without string `koanf:"without" json:"without"` // walls left away, by name with commas between, to measure what they cost
	Unsafe  bool   `koanf:"unsafe" json:"unsafe"`   // examine where too few walls stand; reports and custody entries say so
}

// without names the walls that are left away.
func (l ChildLimits) without() []string {
	return strings.FieldsFunc(l.Without, func(r rune) bool { return r == ',' || r == ' ' })
}

// Setting is one effective value and where it came from.
type Setting struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Origin string `json:"origin"` // "default", "file PATH", "environment DOKAZ_…", "flag --…"
}

// ErrConfig says that a setting cannot be used; the text names key and origin.
var ErrConfig = errors.New("configuration")

func defaults() map[string]any {
	l := pipeline.DefaultLimits()
	return map[string]any{
		"case":         "dokaz-case",
		"redis":        "",
		"workers":      runtime.NumCPU(),
		"quiet":        "2s",
		"actor":        "dokaz",
		"language":     "en",
		"pdf":          false,
		"exiftool":     "auto",
		"trust":        "",
		"keys":         "",
		"child.memory": int64(6) << 30,
		"child.cpu":    "15m",
		"child.wall":   "20m",
		"child.nice":   0,

		"child.without": "",
		"child.unsafe":  false,

		"limits.pixels":          l.Pixels,
		"limits.frames":          l.Frames,
		"limits.shown":           l.Shown,
		"limits.film":            l.Film.String(),
		"limits.sound":           l.Sound.String(),
		"limits.streams":         l.Streams,
		"limits.animated":        l.Animated,
		"limits.samples":         l.Samples,
		"limits.nesting":         l.Nesting,
		"limits.inflated":        l.Inflated,
		"limits.archive.members": l.Archive.Members,
		"limits.archive.bytes":   l.Archive.Bytes,
		"limits.archive.ratio":   l.Archive.Ratio,
		"limits.archive.slack":   l.Archive.Slack,
		"limits.archive.depth":   l.Archive.Depth,
		"limits.archive.window":  l.Archive.Window,

		"serve.listen":  "127.0.0.1:8344",
		"serve.upload":  int64(8) << 30,
		"serve.uploads": 64,
		"serve.queue":   100_000,
		"serve.free":    int64(1) << 30,
		"serve.rate":    200,
		"serve.private": "",
	}
}

// LoadConfig merges defaults, the file (./dokaz.yaml or the one named by DOKAZ_CONFIG), the environment and flags, which are
// given by key. Unknown keys are errors, so that a misspelt limit is not silently absent.
func LoadConfig(flags map[string]string) (Config, []Setting, error) {
	k := koanf.New(".")
	origin := map[string]string{}
	set := func(key string, v any, from string) error {
		if _, known := defaults()[key]; !known {
			return fmt.Errorf("%w: %s: no setting is called %q", ErrConfig, from, key)
		}
		origin[key] = from
		return k.Set(key, v)
	}
	for key, v := range defaults() {
		if err := set(key, v, "default"); err != nil {
			return Config{}, nil, err
		}
	}
	if err := loadFile(set); err != nil {
		return Config{}, nil, err
	}
	if err := loadEnv(set); err != nil {
		return Config{}, nil, err
	}
	for key, v := range flags {
		if err := set(key, v, "flag --"+cmp.Or(flagNames[key], strings.ReplaceAll(key, ".", "-"))); err != nil {
			return Config{}, nil, err
		}
	}
	var c Config
	if err := k.Unmarshal("", &c); err != nil {
		return c, nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	var settings []Setting
	for _, key := range k.Keys() {
		settings = append(settings, Setting{key, k.String(key), origin[key]})
	}
	return c, settings, c.check()
}

// flagNames are those of flags that are not called as their settings.
var flagNames = map[string]string{"child.unsafe": "unsafe-no-sandbox"}

func loadFile(set func(string, any, string) error) error {
	path, named := os.LookupEnv("DOKAZ_CONFIG")
	if !named {
		path = "dokaz.yaml"
	}
	f := koanf.New(".")
	err := f.Load(file.Provider(path), yaml.Parser())
	if errors.Is(err, fs.ErrNotExist) && !named {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: file %s: %w", ErrConfig, path, err)
	}
	for _, key := range f.Keys() {
		if err := set(key, f.Get(key), "file "+filepath.Base(path)); err != nil {
			return err
		}
	}
	return nil
}

// foreign are variables with our prefix that are no settings.
var foreign = map[string]bool{"DOKAZ_CONFIG": true, "DOKAZ_FIXTURES": true, "DOKAZ_FIXTURES_REQUIRED": true, "DOKAZ_MEDIA": true, "DOKAZ_TEST_AS_MAIN": true}

func loadEnv(set func(string, any, string) error) error {
	e := koanf.New(".")
	err := e.Load(env.Provider(".", env.Opt{Prefix: "DOKAZ_", TransformFunc: func(k, v string) (string, any) {
		if foreign[k] {
			return "", nil
		}
		return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(k, "DOKAZ_")), "_", "."), v
	}}), nil)
	if err != nil {
		return fmt.Errorf("%w: environment: %w", ErrConfig, err)
	}
	for _, key := range e.Keys() {
		name := "DOKAZ_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
		if err := set(key, e.Get(key), "environment "+name); err != nil {
			return err
		}
	}
	return nil
}

func (c Config) check() error {
	switch {
	case c.Case == "":
		return fmt.Errorf("%w: case is empty: name a folder with --case", ErrConfig)
	case c.Workers < 1 || c.Workers > 512:
		return fmt.Errorf("%w: workers is %d: 1 to 512", ErrConfig, c.Workers)
	case c.Child.Memory < 3<<30:
		return fmt.Errorf("%w: child.memory is %d: the HEIC decoder needs at least 3 GiB of address space", ErrConfig, c.Child.Memory)
	case c.Child.CPU < time.Second || c.Child.Wall < time.Second:
		return fmt.Errorf("%w: child.cpu and child.wall must be at least 1s", ErrConfig)
	case !slices.Contains(words.Languages(), c.Language):
		return fmt.Errorf("%w: language is %q: one of %s", ErrConfig, c.Language, strings.Join(words.Languages(), ", "))
	case !prefixes(c.Serve.Private):
		return fmt.Errorf("%w: serve.private is %q: address prefixes separated by commas, such as 10.0.0.0/8", ErrConfig, c.Serve.Private)
	case c.Child.Nice < 0 || c.Child.Nice > 19:
		return fmt.Errorf("%w: child.nice is %d: 0 to 19", ErrConfig, c.Child.Nice)
	case slices.ContainsFunc(c.Child.without(), func(w string) bool { return !slices.Contains(sandbox.Removable(), w) }):
		return fmt.Errorf("%w: child.without is %q: of %s", ErrConfig, c.Child.Without, strings.Join(sandbox.Removable(), ", "))
	case c.Limits != c.Limits.OrDefaults():
		return fmt.Errorf("%w: each of limits is at least 1, film and sound at least 1s", ErrConfig)
	case c.Limits.Film < time.Second || c.Limits.Sound < time.Second:
		return fmt.Errorf("%w: limits.film and limits.sound must be at least 1s", ErrConfig)
	case c.Quiet < 0:
		return fmt.Errorf("%w: quiet is negative", ErrConfig)
	case c.Serve.Upload < 1 || c.Serve.Uploads < 1 || c.Serve.Queue < 1 || c.Serve.Free < 0 || c.Serve.Rate < 0:
		return fmt.Errorf("%w: serve.upload, serve.uploads and serve.queue are at least 1, serve.free and serve.rate at least 0", ErrConfig)
	}
	return nil
}

// Prefixes are the address prefixes that webhooks may go to besides public addresses.
func (s Serve) Prefixes() []netip.Prefix {
	var out []netip.Prefix
	for text := range strings.SplitSeq(s.Private, ",") {
		if p, err := netip.ParsePrefix(strings.TrimSpace(text)); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// prefixes reports whether a text is empty or holds nothing but address prefixes.
func prefixes(text string) bool {
	return text == "" || len(Serve{Private: text}.Prefixes()) == strings.Count(text, ",")+1
}
