// Command asylum turns the asylum exports of Eurostat, AIDA and UNHCR into
// rates that can be traced to a cell, and into charts that can be printed.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
