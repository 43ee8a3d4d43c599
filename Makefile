# make run needs Go alone; make test also wants Chromium, Jupyter, Poppler, pandas and R, and installs them where it can.
export CGO_ENABLED := 0
ASYLUM_SHARED ?= ../shared
export ASYLUM_SHARED := $(abspath $(ASYLUM_SHARED))

# Modules of their own keep heavy dependencies (cgo, Jupyter's kernel) out of the product's go.mod.
nested = $(patsubst %/go.mod,%,$(shell find . -mindepth 2 -name go.mod -not -path '*/testdata/*' -not -path './notebooks/tools/*'))
# $(call having,RE): the packages with a test file that matches RE.
having = $(addprefix ./,$(sort $(dir $(shell grep -srlE --include='*_test.go' '$(1)' cmd pipeline reports datasets notebooks))))

.PHONY: run build test check bench golden dist
run: build
	bin/asylum run

build:
	go build -trimpath -o bin/asylum ./cmd/asylum

# A release of HEAD for every platform; the same commit gives the same bytes.
dist:
	go run ./cmd/dist -o dist

test:
	@.ci/install
	@status=0; \
	for m in $(nested); do echo "# $$m"; (cd $$m && env -u CGO_ENABLED go test ./...) || status=1; done; \
	go test -timeout 15m ./... || status=1; exit $$status

check:
	@test -z "$$(gofmt -l . | tee /dev/stderr)"
	go vet ./...
	go tool staticcheck ./...
	go test ./pipeline -run Layers

bench:
	go test -run '^$$' -bench . -benchmem $(call having,^func Benchmark)

golden: # then read the diff
	go test $(call having,Bool..update) -update
