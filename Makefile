# Everything a person or a machine does with this repository. `make` alone prints the targets.
# Recipes set up what they need by themselves, quickly when it is there already.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help

GO       ?= go
TAGS     := libav nodynamic
CACHE    := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/dokaz
VERSION  := $(shell git describe --tags --dirty 2>/dev/null || echo "0.1.0-dev+$$(git describe --always --dirty 2>/dev/null || echo unknown)")
# Git stamps the version above; Go's own stamp would fail in a clone owned by somebody else.
BUILD    := -trimpath -buildvcs=false -tags "$(TAGS)" -ldflags "-X dokaz/cmd/internal/wire.Version=$(VERSION)"
# Each recipe line that compiles C starts with this: the environment that finds the private FFmpeg.
WITH_LIBAV = env=$$(deploy/setup/ffmpeg.sh --print-env) && eval "$$env" &&
GO_TEST    = $(WITH_LIBAV) $(GO) test -tags "$(TAGS)" -timeout 60m
SCRIPTS   := $(wildcard deploy/setup/*.sh .ci/run .ci/fuzz)
GO_FILES   = find . -name '*.go' -not -path './.git/*'

# The linter is a module of its own, so that its 200 dependencies stay out of Dokaz's go.sum.
LINTER := $(CACHE)/tools/golangci-lint-$(shell sha256sum deploy/tools/go.sum 2>/dev/null | cut -c1-12)

# packages_with PATTERN sets the shell's $packages to those whose tests match, as ./dir arguments.
packages_with = packages=$$(grep -rlE --include='*_test.go' '$(1)' . | xargs -r -n 1 dirname | sort -u | grep .) || { echo 'make: no test matches $(1)' >&2; exit 1; };

## Use

.PHONY: help
help: ## print this
	@awk -F ':.*## ' '/^## /{printf "\n%s\n", substr($$0, 4)} /^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

.PHONY: setup
setup: setup-test setup-check ## install packages, build the private FFmpeg, fetch Go modules
	@$(GO) mod download

.PHONY: build
build: setup-build ## compile bin/dokaz
	@$(WITH_LIBAV) $(GO) build $(BUILD) -o bin/dokaz ./cmd/dokaz
	@deploy/setup/ffmpeg.sh --check-binary bin/dokaz

.PHONY: demo
demo: build setup-demo ## run Dokaz on real photographs and clips and print where the reports are
	@$(call make_fixtures,demo) && bin/dokaz demo --set "$$set" $(DEMO_ARGS)

.PHONY: fixtures
fixtures: setup-demo ## make the fixture set SET (test, demo, hostile, seeds, bombs, bulk; default test)
	@$(call make_fixtures,$(or $(SET),test))

## Before a change goes in

.PHONY: test
test: setup-test ## all tests
	@$(GO_TEST) ./...

.PHONY: check
check: test check-rest ## what CI runs: tests, then format, vet, lint, rooms, tidy, generated files, scripts

.PHONY: race
race: setup-test ## all tests under the race detector
	@$(GO_TEST) -race ./...

.PHONY: fuzz fuzz-all
fuzz: fuzz-all
fuzz-all: setup-test ## each fuzz target of the tree for FUZZTIME (default 20s); FUZZ=regexp for some, WORKERS for as many processes, OUT for the figures
	@$(WITH_LIBAV) FUZZTIME=$(or $(FUZZTIME),20s) FUZZ='$(FUZZ)' WORKERS=$(WORKERS) TAGS="$(TAGS)" FIGURES="$(FIGURES)" .ci/fuzz

.PHONY: bench
bench: setup-test ## all benchmarks; BENCH=regexp for some
	@$(GO_TEST) -run '^$$' -bench '$(or $(BENCH),.)' -benchmem ./...

.PHONY: battery
battery: build setup-demo ## make known transforms of real photographs and clips and measure matching on them; long. HELD_OUT=1 for those that no threshold was set on, ONLY="-photos 64 -videos -1" for some (see fixtures/gen)
	@dir=$(CACHE)/battery-$(FIXTURE_KEY)$(if $(HELD_OUT),-held-out); mkdir -p "$$dir"; made="$$dir/made$(subst $() ,,$(ONLY))"; \
	[[ -d $$dir/sources ]] || $(GO) run -buildvcs=false ./fixtures/gen -collect $(if $(HELD_OUT),-held-out) -out "$$dir/sources"; \
	[[ -f $$made/manifest.csv ]] || $(GO) run -buildvcs=false ./fixtures/gen -battery "$$dir/sources" -out "$$made" $(ONLY); \
	bin/dokaz eval "$$made/manifest.csv" --cross-source

.PHONY: parity
parity: setup-test ## what Dokaz reads of the shared photographs, field by field against ExifTool; prints every difference
	@$(call packages_with,^func TestParity) $(GO_TEST) -count=1 -v -run '^TestParity' $$packages -parity

.PHONY: screenshots
screenshots: setup-test ## a picture of every review page, theme, language and width, and some prints, into OUT (default screenshots/); LOOKS=regexp for some, as be-dark-320
	@$(GO_TEST) -count=1 -timeout 60m -run '^TestPagesFitAndCanBeUsed$$' ./cmd/dokaz -looks '$(or $(LOOKS),.)' -screenshots "$(abspath $(or $(OUT),screenshots))"

# The long tests below print what they measured and write it as JSON into FIGURES; docs/measurements/ tells of it in words.
FIGURES = $(abspath $(or $(OUT),docs/measurements/figures))
LONG_TEST = mkdir -p "$(FIGURES)" && $(GO_TEST) -count=1 -timeout 12h -v

.PHONY: chaos
chaos: setup-test ## faults at random moments over thousands of items; long, goes on where it was stopped. ITEMS, FAULTS for another size, SEED for other moments, RUN=regexp for some
	@$(LONG_TEST) -run '$(or $(RUN),^TestChaosFull)' ./cmd/dokaz -chaos -chaos-items $(or $(ITEMS),5000) -chaos-faults $(or $(FAULTS),2000) -chaos-seed $(or $(SEED),1) -figures "$(FIGURES)"

.PHONY: orders
orders: setup-test ## all of the shared media in three random orders with 1, 2 and 8 workers: the same matches and reports; long
	@$(LONG_TEST) -run '^TestChaosFullOrder$$' ./cmd/dokaz -chaos

.PHONY: powercut
powercut: setup-test ## cut the power under an intake, and fail each of its calls; root, long. CUTS for another number
	@$(LONG_TEST) -run '^(TestPowerCutsFull|TestFailingCallsLoseNothing)$$' ./cmd/dokaz -cuts $(or $(CUTS),200) -sweep -figures "$(FIGURES)"

.PHONY: hostile
hostile: setup-test ## malformed files of all formats through whole runs; long, goes on where it was stopped. FILES and FROM for a part, multiples of 250
	@$(LONG_TEST) -run '^(TestMutantsFull|TestAttacksThroughEveryDoorFull)$$' ./cmd/dokaz -mutants $(or $(FILES),100000) -mutants-from $(or $(FROM),0) -figures "$(FIGURES)"

.PHONY: poison
poison: setup-test ## 100 items that kill their children among 900 good ones; long
	@$(LONG_TEST) -run '^TestPoisonFull$$' ./cmd/dokaz -poison -figures "$(FIGURES)"

.PHONY: load
load: setup-test ## 2,000 items into dokaz serve by 20 clients on lines that break; long
	@$(call packages_with,^func TestLoadFull) $(GO_TEST) -count=1 -timeout 2h -v -run '^TestLoadFull' $$packages -load $(LOAD_ARGS)

.PHONY: tus
tus: setup-test ## the standard tus client of npm against dokaz serve
	@command -v npm >/dev/null || { echo "make: no npm here; install nodejs and npm" >&2; exit 7; }
	@dir=$(CACHE)/tools/tus-$$(sha256sum deploy/tools/tus/package-lock.json | cut -c1-12); \
	[[ -d $$dir ]] || { rm -rf "$$dir.part"; mkdir -p "$$dir.part"; cp deploy/tools/tus/*.json "$$dir.part"; npm --prefix "$$dir.part" ci --silent >&2; mv "$$dir.part" "$$dir"; }; \
	$(call packages_with,^func TestTusClient) $(GO_TEST) -count=1 -v -run '^TestTusClient' $$packages -tus "$$dir"

.PHONY: golden
golden: setup-test ## rewrite golden files from what the code says now; then read the diff
	@$(call packages_with,flag\.Bool."update") $(GO_TEST) -count=1 $$packages -update

.PHONY: generate
generate: ## rewrite generated documents and schemas
	@$(WITH_LIBAV) $(GO) generate -tags "$(TAGS)" ./...

.PHONY: outlines
outlines: ## derive the outlines of land and borders on maps anew from npm's world-atlas
	@dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; (cd "$$dir" && npm pack --silent world-atlas@2.0.2 >/dev/null); \
	echo "2177d5d2ac25297a5c933d458705d5c0a46388884e9d6b6d3ac926e42b7132c8e013f317018447589aa05cea4cf0891c3c1a179f24d4e651477186b90a11b42d  $$dir/world-atlas-2.0.2.tgz" | sha512sum --check --quiet; \
	tar -xzf "$$dir/world-atlas-2.0.2.tgz" -C "$$dir"; cd pipeline/report/globe; $(GO) run gen.go "$$dir/package/countries-50m.json" world.outlines

# Parts of the above.

.PHONY: setup-build setup-demo setup-test setup-check
setup-build:
	@command -v $(GO) >/dev/null || { echo "make: no Go here; install Go $$(awk '$$1 == "go" {print $$2}' go.mod) or later (https://go.dev/dl)" >&2; exit 7; }
	@deploy/setup/packages.sh build
	@deploy/setup/ffmpeg.sh
setup-demo:
	@deploy/setup/packages.sh demo
setup-test: setup-build
	@deploy/setup/packages.sh test
setup-check: $(LINTER)
	@deploy/setup/packages.sh check

# A fixture set is named by the sources that make it, so that two clones can share the cache. The
# generator makes it whole or not at all, and finds it made.
FIXTURE_KEY = $$(find fixtures \( -name '*.go' ! -name '*_test.go' -o -name '*.csv' \) -print0 | LC_ALL=C sort -z | xargs -0 cat go.sum | sha256sum | cut -c1-12)
make_fixtures = set=$(CACHE)/fixtures/$(1)-$(FIXTURE_KEY) && $(GO) run -buildvcs=false ./fixtures/gen -set $(1) -out "$$set"

$(LINTER): | setup-build
	@echo "lint: building golangci-lint, once, about a minute" >&2
	@mkdir -p $(@D)
	@CGO_ENABLED=0 $(GO) build -C deploy/tools -trimpath -buildvcs=false -o $@.part github.com/golangci/golangci-lint/v2/cmd/golangci-lint \
		2> >(grep -v '^go: downloading' >&2)
	@mv $@.part $@

.PHONY: check-demo
check-demo:
	@dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; $(MAKE) --no-print-directory demo DEMO_ARGS="--case $$dir/case" >"$$dir/said" || { cat "$$dir/said"; exit 1; }; \
	test -s "$$dir/case/reports/index.html" && grep -q "Where to look first" "$$dir/said"

.PHONY: check-rest check-format check-vet check-lint check-rooms check-tidy check-generated check-binary check-scripts
check-rest: check-format check-vet check-lint check-rooms check-tidy check-generated check-binary check-scripts check-demo

check-format:
	@found=$$($(GO_FILES) | xargs -r gofmt -l); [[ -z $$found ]] || { echo "format: run gofmt -w on:"; echo "$$found"; exit 1; }

check-vet: setup-build
	@$(GO) vet ./...
	@$(WITH_LIBAV) $(GO) vet -tags "$(TAGS)" ./...

check-lint: setup-build $(LINTER)
	@$(WITH_LIBAV) $(LINTER) run --config .ci/golangci.yml ./...

check-rooms:
	@$(call packages_with,^func TestRooms) $(GO) test -count=1 -run '^TestRooms' $$packages

check-tidy:
	@$(GO) mod tidy -diff

check-binary: build

check-scripts: setup-build
	@deploy/setup/packages.sh check demo
	@shellcheck --external-sources $(SCRIPTS)
	@deploy/setup/test.sh

# Compares the tree before and after, not with the last commit, so that it says the truth about a
# tree with uncommitted work too.
SNAPSHOT = git ls-files --cached --others --exclude-standard -z | xargs -0 -r sha256sum 2>/dev/null
check-generated: setup-build
	@before=$$($(SNAPSHOT) || true); $(MAKE) --no-print-directory generate; after=$$($(SNAPSHOT) || true); \
	changed=$$(diff <(echo "$$before") <(echo "$$after") | sed -n 's/^> [0-9a-f]*  //p'); \
	[[ -z $$changed ]] || { echo "generated files were stale; they are fresh now, commit them:"; echo "$$changed"; exit 1; }
