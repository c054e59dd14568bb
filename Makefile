# The commands of the project. `make` alone lists them.
SWIFT   := swift
RELEASE := -c release
RUN     := demo
MODULES := CounterRandom JSON Settings Torch Imaging Parquet Tokenizer Agent Tasks HTTP Endpoints Judging Runs Reports Rollout Evaluation Serving \
           Models Generation Training NanoBase
SEED    := 1
PREFIX  := /usr/local

.PHONY: help bootstrap build install demo nano-base skills test bench docs format lint clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

bootstrap: ## install or name what the build needs
	@Tools/bootstrap

build: bootstrap ## build the command line tool
	$(SWIFT) build $(RELEASE) --product deepeyes

install: build ## install the tool with its libraries into PREFIX (/usr/local)
	@Tools/install $(PREFIX)

demo: build ## train the nano model and write the report (training takes about six minutes on two cores)
	.build/release/deepeyes train --config Configurations/nano.yaml --run runs/$(RUN) --seed $(SEED)

nano-base: build ## train the base model of the demo from random weights (hours on two cores)
	.build/release/deepeyes nano-base --config Configurations/nano-base.yaml --output runs/nano-base

skills: build ## measure what Models/nano-base can do, on held-out scenes
	.build/release/deepeyes skills --model Models/nano-base

test: ## install what the tests need and run all of them
	@Tools/bootstrap --tests
	$(SWIFT) test $(RELEASE) --disable-testable-imports --no-parallel

bench: build ## compare generation and a training step with TRL, and write the table into Benchmarks/README.md
	python3 Benchmarks/compare_with_trl.py

docs: bootstrap ## write the API reference of all modules into .build/documentation, warnings as errors
	$(SWIFT) package --allow-writing-to-directory .build/documentation generate-documentation \
		$(MODULES:%=--target %) --enable-experimental-combined-documentation --output-path .build/documentation \
		--symbol-graph-minimum-access-level package --warnings-as-errors

format: ## rewrite the sources in the project's format
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests

lint: ## check the format, warnings as errors
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests

clean: ## remove what was built
	rm -rf .build .deps
