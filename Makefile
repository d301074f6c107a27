# Each word is a short script in scripts/: read it to see what happens.
ARGS ?=

.PHONY: run test lint build bench clean

run: ## JupyterLab with jupyter_remote; make run ARGS="--port 9000"
	@scripts/run $(ARGS)

test: ## everything that must pass before a change is taken
	@scripts/test $(ARGS)

lint: ## style and types only
	@scripts/setup
	@scripts/lint $(ARGS)

build: ## wheel and sdist in dist/
	@scripts/setup
	@scripts/build

bench: ## every benchmark in turn
	@scripts/setup
	@scripts/bench $(ARGS)

clean: ## back to a fresh clone, set-up included
	@rm -rf .venv node_modules lib dist coverage jupyter_remote/labextension jupyter_remote/_version.py \
		tsconfig.tsbuildinfo .hypothesis .mypy_cache .pytest_cache .ruff_cache ui-tests/test-results
