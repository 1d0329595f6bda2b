SHELL := /bin/bash
export CARGO_TARGET_DIR ?= $(CURDIR)/target

program := $(CARGO_TARGET_DIR)/release/squawkbox
# In the site folder because every other cargo-leptos build, such as that of `make dev`, empties that folder.
built := target/site/.built
# Folders too: a folder changes when a file in it comes or goes.
sources := $(shell find .cargo Cargo.toml Cargo.lock src migrations style public -name node_modules -prune -o -print)

# Runs a command with the tools on PATH and says how long it took: $(call step,name,command)
step = @unset MAKEFLAGS MFLAGS && echo "[$(1)] ..." && start=$$(date +%s) && eval "$$(.ci/setup env)" && ($(2)) && \
	echo "[$(1)] done in $$(($$(date +%s) - start)) s"
again = +@$(MAKE) --no-print-directory

.PHONY: help run dev test tested built-beside check bench build setup tools

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' Makefile

run: build ## Build and start the server; ARGS="--address 127.0.0.1:4000" passes settings on
	@exec "$(program)" $(ARGS)

dev: tools ## Start the server and build again at every change
	@eval "$$(.ci/setup env)" && exec cargo leptos watch -- $(ARGS)

nextest := cargo nextest run --config-file .ci/nextest.toml --features ssr

# The release is built in what the checks and the tests, which mostly wait, leave of the machine; the browser tests have it
# to themselves.
test: ## Run everything that is tested: check, cargo nextest, then the browser tests
	@.ci/setup test
	$(again) --jobs=2 tested built-beside
	$(call step,browser tests,cd end2end && SQUAWKBOX_PROGRAM="$(program)" npx playwright test)

tested: check
	$(call step,compile the tests,$(nextest) --no-run)
	$(call step,cargo nextest,$(nextest))

built-beside:
	+@nice -n 10 $(MAKE) --no-print-directory build

check: tools ## Check the format, run the linter for both ends, and see what the browser's code depends on
	$(call step,format,cargo fmt --check)
	$(call step,lint the server,cargo clippy --features ssr --all-targets -- -D warnings)
	$(call step,lint the browser code,cargo clippy --lib --features hydrate --target wasm32-unknown-unknown -- -D warnings)
	$(call step,what the browser does without,crates=$$(cargo tree --locked --features hydrate --target \
		wasm32-unknown-unknown -e normal --prefix none) && ! grep -E "^(pulldown-cmark|ammonia|syntect) " <<<"$$crates")

bench: build ## Measure the server under load; ARGS picks what
	$(call step,bench,cargo bench --features ssr --bench load -- $(ARGS))

build: tools ## Build the server and the site, optimised
	$(again) $(built)

setup: ## Install what building and testing need
	@.ci/setup test

tools:
	@.ci/setup build

# The last two because another clone may build into the same folder.
$(built): $(sources) $(program) $(CARGO_TARGET_DIR)/release/hash.txt
	$(call step,release build,cargo leptos build --release --precompress)
	@touch $@

$(program) $(CARGO_TARGET_DIR)/release/hash.txt:
