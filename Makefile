# The two commands: `make run` and `make test`. `make help` lists all.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export RASA_TELEMETRY_ENABLED := false
export PYTHONWARNINGS ?= ignore
export TF_CPP_MIN_LOG_LEVEL := 3
UV_VERSION := 0.9.11
UV := $(shell command -v uv 2>/dev/null | grep -v shims || echo .uv/bin/uv)
BIN := .venv/bin

.PHONY: help setup train run shell test lint format types unit validate stories clean

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

.uv/bin/uv:
	@echo "Fetching uv $(UV_VERSION) ..."
	@python3 -m pip install --quiet --disable-pip-version-check --target .uv "uv==$(UV_VERSION)" 2>/dev/null \
	  || curl -LsSf https://astral.sh/uv/$(UV_VERSION)/install.sh | UV_INSTALL_DIR=$(CURDIR)/.uv/bin UV_NO_MODIFY_PATH=1 sh \
	  || { echo "uv could not be fetched: install it from https://docs.astral.sh/uv/ and try again."; exit 1; }

.venv/.ready: uv.lock pyproject.toml | $(filter .uv/bin/uv,$(UV))
	@$(UV) sync --frozen --quiet || { echo "Set-up failed: see the lines above; Python 3.10 and a package registry are needed."; exit 1; }
	@mkdir -p var && touch $@

setup: .venv/.ready  ## Install everything into .venv (uv and Python 3.10 included)

train: setup  ## Train a model for the data as they are, if there is none
	@$(BIN)/bot train

run: setup  ## Set up, train if needed, start all servers, print the address
	@$(BIN)/bot run

shell: setup  ## Talk to the assistant in the terminal
	@$(BIN)/bot train && exec $(BIN)/rasa shell

lint: setup  ## Check style
	@$(BIN)/ruff check bot actions tests benchmarks && $(BIN)/ruff format --check bot actions tests benchmarks

format: setup  ## Mend style
	@$(BIN)/ruff check --fix --quiet bot actions tests benchmarks; $(BIN)/ruff format --quiet bot actions tests benchmarks

types: setup  ## Check types
	@$(BIN)/mypy

unit: train  ## Run pytest
	@PYTHONWARNINGS= $(BIN)/pytest

validate: train  ## Check the training data, answers and resources
	@$(BIN)/rasa data validate --fail-on-warnings && $(BIN)/bot answers check

stories: train  ## Run the conversation tests against the trained model
	@$(BIN)/rasa test core --e2e --stories tests/conversations --fail-on-prediction-errors --out results

test: lint types unit validate stories  ## Run everything

clean:  ## Remove what was built
	@rm -rf .venv .uv .rasa models var results reports .mypy_cache .ruff_cache .pytest_cache .hypothesis
