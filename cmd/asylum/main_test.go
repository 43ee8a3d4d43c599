package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"asylum": func() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }})
}

// The sessions under testdata read like a terminal; -update is not needed, as
// they say what matters line by line.
func TestSessions(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata"})
}
