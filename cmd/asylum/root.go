package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"

	"asylum/cmd/asylum/heap"
	"asylum/pipeline/audit"
	"asylum/pipeline/code"
	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/store"
	"asylum/pipeline/table"

	"github.com/spf13/cobra"
)

// Exit status of every command.
const (
	exitDone   = 0
	exitIO     = 1 // could not read, write or fetch
	exitUsage  = 2
	exitParse  = 3 // source data does not parse
	exitFound  = 4 // the check found something
	exitLegend = `Exit status: 0 done; 1 could not read, write or fetch; 2 wrong usage;
3 source data does not parse; 4 the check found something.`
)

// app is what the commands share.
type app struct {
	stdout, stderr io.Writer
	log            *slog.Logger
	lake           string
	definitions    string
	corrections    string
	raw            bool // the tables as printed, without corrections
	codes          string
	maxBytes       int64
	logFormat      string
	named          bool // the lake was named by a flag or a configuration
}

// usageError marks an error as the user's.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func run(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	out := &checked{w: stdout}
	stdout = out
	a := &app{stdout: stdout, stderr: stderr, log: slog.New(slog.NewTextHandler(stderr, &logs))}
	heap.Grow(160<<20, 400)
	root := a.root(args)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	if err == nil {
		err = out.err
	}
	if err == nil {
		return exitDone
	}
	fmt.Fprintf(stderr, "asylum: %s\n", message(err))
	return status(err)
}

// logs are without the time: a log of the same run is the same log.
var logs = slog.HandlerOptions{
	ReplaceAttr: func(_ []string, at slog.Attr) slog.Attr {
		if at.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return at
	},
}

// checked remembers that something could not be written.
type checked struct {
	w   io.Writer
	err error
}

func (c *checked) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	if err != nil && c.err == nil {
		c.err = err
	}
	return n, err
}

// message prefixes every further line of a list of errors with the program's
// name, as the first is.
func message(err error) string {
	lines := strings.Split(err.Error(), "\n")
	for i, l := range lines {
		if i > 0 && l != "" && l[0] != '\t' {
			lines[i] = "asylum: " + l
		}
	}
	return strings.Join(lines, "\n")
}

// status is the exit status that an error stands for.
func status(err error) int {
	var parse *obs.ParseError
	var refusal *obs.Refusal
	var usage usageError
	var path *fs.PathError
	switch {
	case errors.As(err, &found{}):
		return exitFound
	case errors.As(err, &usage), errors.Is(err, rate.ErrDoubleCount), errors.Is(err, rate.ErrQuery), errors.Is(err, ingest.ErrNoTable):
		return exitUsage
	case errors.As(err, &parse), errors.As(err, &refusal):
		return exitParse
	case errors.As(err, &path):
		return exitIO
	case isCobra(err):
		return exitUsage
	}
	return exitIO
}

// isCobra recognises the library's own complaints about commands and flags,
// which have no type of their own.
func isCobra(err error) bool {
	for _, start := range []string{"unknown command", "unknown flag", "unknown shorthand", "required flag", "invalid argument", "flag needs an argument", "accepts ", "requires "} {
		if strings.HasPrefix(err.Error(), start) {
			return true
		}
	}
	return false
}

// A listed command is made when it is needed.
type listed struct {
	name string
	make func() *cobra.Command
}

func (a *app) listed() []listed {
	return []listed{
		{"run", a.runCmd}, {"init", a.initCmd}, {"fetch", a.fetchCmd}, {"add", a.addCmd}, {"tables", a.tablesCmd}, {"rate", a.rateCmd},
		{"rates", a.ratesCmd}, {"ladder", a.ladderCmd}, {"trace", a.traceCmd}, {"reproduce", a.reproduceCmd}, {"compare", a.compareCmd}, {"countries", a.countriesCmd},
		{"diff", a.diffCmd}, {"solve", a.solveCmd}, {"sql", a.sqlCmd}, {"audit", a.auditCmd}, {"verify", a.verifyCmd}, {"forget", a.forgetCmd},
		{"gc", a.gcCmd}, {"serve", a.serveCmd}, {"chart", a.chartCmd}, {"report", a.reportCmd},
		{"completion", a.completionCmd}, {"man", a.manCmd},
	}
}

// root makes the command that the arguments name, or all of them.
func (a *app) root(args []string) *cobra.Command {
	var version bool
	root := &cobra.Command{
		Use:           "asylum",
		Short:         "Asylum rates that can be traced to a cell",
		Long:          "asylum turns the asylum exports of Eurostat, AIDA and UNHCR into rates that can be traced to a cell,\nand into charts that can be printed.\n\nWithout a lake (--lake DIR) it answers from the data that comes with it.\n\n" + exitLegend,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			a.named = c.Flags().Changed("lake")
			switch a.logFormat {
			case "text":
			case "json":
				a.log = slog.New(slog.NewJSONHandler(a.stderr, &logs))
			default:
				return usagef("--log is %q, want text or json", a.logFormat)
			}
			if a.maxBytes < 0 || a.lake == "" {
				return usagef("--max-bytes and --lake want a number of bytes and a directory")
			}
			return a.extend()
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q; asylum --help lists them", args[0])
			}
			if version {
				a.printf("%s", versions())
				return nil
			}
			return c.Help()
		},
		Args: cobra.ArbitraryArgs,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usagef("%v\n\thint: %s --help lists the flags", err, c.CommandPath())
	})
	root.Flags().BoolVar(&version, "version", false, "print the version, the revision, Go's version and the platform")
	f := root.PersistentFlags()
	f.StringVar(&a.lake, "lake", "lake", "the lake's `DIR`; where there is none, the embedded data")
	f.StringVar(&a.definitions, "definitions", "", "a `FILE` of rate definitions of your own, over the built-in ones")
	f.StringVar(&a.corrections, "corrections", "", "a `FILE` of corrections of your own, over the built-in ones")
	f.BoolVar(&a.raw, "raw", false, "the tables as printed: make no corrections")
	f.StringVar(&a.codes, "codes", "", "a `FILE` of codes of your own: lines of dimension,code,kind")
	f.Int64Var(&a.maxBytes, "max-bytes", 0, "how many `BYTES` a gzip file may unpack to (default 8 GiB)")
	f.StringVar(&a.logFormat, "log", "text", "how the log on standard error is written: text or json")
	list := a.listed()
	if i := slices.IndexFunc(list, func(v listed) bool { return len(args) > 0 && v.name == args[0] }); i >= 0 {
		list = list[i : i+1] // to bind the flags of all takes a millisecond
	}
	for _, v := range list {
		root.AddCommand(v.make())
	}
	for _, c := range root.Commands() {
		c.Long = strings.TrimSpace(c.Long + "\n\n")
		if f := c.Flags().Lookup("format"); f != nil && strings.Contains(f.Usage, "json") {
			c.Long += "\n\nWhat --format json writes is described by " + schemaFile(c.Name()) + "\n(JSON Schema)."
		}
		c.Long += "\n\n" + exitLegend
		if c.Args == nil {
			c.Args = cobra.NoArgs
		}
		check := c.Args
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return usagef("%v\n\thint: usage is %s", err, c.UseLine())
			}
			return nil
		}
	}
	return root
}

// schemaFile is the schema of what a command writes as JSON.
func schemaFile(command string) string { return "datasets/output/" + command + ".schema.json" }

func (a *app) extend() error {
	if a.codes == "" {
		return nil
	}
	in, err := os.Open(a.codes)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := code.Extend(in, a.codes); err != nil {
		return usageError{err}
	}
	return nil
}

// data opens the lake, or the embedded data: said aloud where a lake was named.
func (a *app) data() (ingest.Data, error) {
	d, err := a.open()
	a.say(d)
	return d, err
}

func (a *app) open() (ingest.Data, error) {
	d, err := ingest.Open(a.lake)
	if l, ok := d.(*store.Lake); ok {
		l.Each = rate.Parallel
	}
	return d, err
}

func (a *app) say(d ingest.Data) {
	if _, ok := d.(*ingest.Embedded); ok && a.named {
		a.log.Warn("there is no lake there: this is the embedded data", "lake", a.lake)
	}
}

// corrected is data with the corrections in force laid over it, which --raw
// leaves out.
func (a *app) corrected(d ingest.Data) (ingest.Data, error) {
	c, err := a.inForce()
	if err != nil {
		return nil, err
	}
	return correct(d, c), nil
}

// inForce gives the corrections in force, nil with --raw.
func (a *app) inForce() (*audit.Corrections, error) {
	if a.raw {
		if a.corrections != "" {
			return nil, usagef("--raw makes no corrections, so --corrections has no use")
		}
		return nil, nil
	}
	c, err := audit.ReadCorrections(a.corrections)
	return c, usageOr(err)
}

// correct lays corrections over data, if there are any.
func correct(d ingest.Data, c *audit.Corrections) ingest.Data {
	if c == nil {
		return d
	}
	return &corrected{d, audit.Correct(d, c), c}
}

// corrected answers with corrected tables; the raw files are as they are.
type corrected struct {
	ingest.Data
	by   rate.Data
	list *audit.Corrections
}

func (c *corrected) Load(m table.Meta, want table.Want) (*table.Table, error) {
	return c.by.Load(m, want)
}

// answers opens the lake, or the embedded data, with the corrections in force.
func (a *app) answers() (ingest.Data, error) {
	d, err := a.data()
	if err != nil {
		return nil, err
	}
	return a.corrected(d)
}

func (a *app) set() (*rate.Set, error) {
	s, err := rate.Definitions(a.definitions)
	return s, usageOr(err)
}

// usageOr marks an error in a file of the user's own, unless it is that the
// file cannot be read.
func usageOr(err error) error {
	var path *fs.PathError
	if err == nil || errors.As(err, &path) {
		return err
	}
	return usageError{err}
}

func (a *app) printf(format string, args ...any) { fmt.Fprintf(a.stdout, format, args...) }

// formats checks a --format flag.
func formats(got string, known ...string) error {
	for _, k := range known {
		if got == k {
			return nil
		}
	}
	return usagef("--format is %q, want %s", got, strings.Join(known, ", "))
}
