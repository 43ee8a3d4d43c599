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

// A command is called as it is looked up, and is made alone where it is named.
func TestListed(t *testing.T) {
	a := &app{}
	for _, v := range a.listed() {
		if c := v.make(); c.Name() != v.name {
			t.Errorf("the command %q calls itself %q", v.name, c.Name())
		}
		if made := a.root([]string{v.name}).Commands(); len(made) != 1 || made[0].Name() != v.name {
			t.Errorf("%d commands are made for %q", len(made), v.name)
		}
	}
	if made := a.root([]string{"--lake", "here", "rate"}).Commands(); len(made) != len(a.listed()) {
		t.Errorf("%d commands are made where none is named first, want %d", len(made), len(a.listed()))
	}
}
