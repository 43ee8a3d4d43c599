package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"asylum/pipeline/disk"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (a *app) completionCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "A script that completes commands and flags in a shell",
		Long: `Prints a script for a shell, which asks asylum what may follow. For this session:

  bash        source <(asylum completion bash)
  zsh         source <(asylum completion zsh)
  fish        asylum completion fish | source
  powershell  asylum completion powershell | Out-String | Invoke-Expression

For every session write it to a file that the shell reads: as asylum under
/etc/bash_completion.d, as _asylum in a directory of zsh's $fpath, as asylum.fish
under ~/.config/fish/completions.`,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(c *cobra.Command, args []string) error {
			root := c.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.stdout, true)
			case "zsh":
				return root.GenZshCompletion(a.stdout)
			case "fish":
				return root.GenFishCompletion(a.stdout, true)
			}
			return root.GenPowerShellCompletionWithDesc(a.stdout)
		},
	}
}

// definitionNames completes the name of a definition.
func (a *app) definitionNames(_ *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
	set, err := a.set()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	for _, d := range set.All() {
		names = append(names, d.Name+"\t"+d.Title)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) manCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write manual pages: asylum.1, and one of each command",
		Long: `Writes into DIR the manual pages of section 1, from what --help says: asylum.1,
asylum-run.1 and so on. They hold no day: the same program writes the same pages.

  asylum man ~/.local/share/man/man1`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o777); err != nil {
				return err
			}
			root := (&app{}).root(nil)
			for _, c := range append([]*cobra.Command{root}, root.Commands()...) {
				if err := disk.WriteBytes(filepath.Join(args[0], manName(c)), []byte(manPage(c))); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// manName is the name of a command's page, such as asylum-rate.1.
func manName(c *cobra.Command) string {
	return strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
}

// manPage is the manual page of a command in roff, by the macros of man(7).
func manPage(c *cobra.Command) string {
	c.InitDefaultHelpFlag()
	name := strings.TrimSuffix(manName(c), ".1")
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"asylum\" \"asylum\"\n.nh\n.ad l\n", roff(strings.ToUpper(name)))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(name), roff(c.Short))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n%s\n", roff(c.CommandPath()), roff(synopsis(c)))
	long := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(c.Long), exitLegend))
	fmt.Fprintf(&b, ".SH DESCRIPTION\n%s", paragraphs(cmp.Or(long, c.Short+".")))
	if subs := c.Commands(); len(subs) > 0 {
		b.WriteString(".SH COMMANDS\n")
		for _, s := range subs {
			fmt.Fprintf(&b, ".TP\n.BR %s (1)\n%s\n", roff(strings.TrimSuffix(manName(s), ".1")), roff(s.Short))
		}
	}
	options(&b, "OPTIONS", c.NonInheritedFlags())
	options(&b, "OPTIONS OF EVERY COMMAND", c.InheritedFlags())
	fmt.Fprintf(&b, ".SH EXIT STATUS\n%s", paragraphs(strings.TrimPrefix(exitLegend, "Exit status: ")))
	if c.HasParent() {
		fmt.Fprintf(&b, ".SH SEE ALSO\n.BR %s (1)\n", roff(c.Root().Name()))
	}
	return b.String()
}

// synopsis is what follows the name of a command.
func synopsis(c *cobra.Command) string {
	if !c.HasParent() {
		return "COMMAND [flags]"
	}
	_, rest, _ := strings.Cut(c.Use, " ")
	return strings.TrimSpace(rest + " [flags]")
}

func options(b *strings.Builder, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	fmt.Fprintf(b, ".SH %s\n", title)
	flags.VisitAll(func(f *pflag.Flag) {
		arg, usage := pflag.UnquoteUsage(f)
		head := "--" + f.Name
		if f.Shorthand != "" {
			head = "-" + f.Shorthand + ", " + head
		}
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(strings.TrimSpace(head+" "+arg)), roff(usage+byDefault(f)))
	})
}

// byDefault says what a flag is where it is not given, "" where that goes
// without saying.
func byDefault(f *pflag.Flag) string {
	if slices.Contains([]string{"", "false", "0", "[]"}, f.DefValue) {
		return ""
	}
	return " (default " + f.DefValue + ")"
}

// aligned is a line that stands as it is: one that is set off, or holds columns.
var aligned = regexp.MustCompile(`^\s|\S {2,}\S`)

// paragraphs are the lines of a help text as roff. What is aligned stays so.
func paragraphs(text string) string {
	var b strings.Builder
	for _, p := range strings.Split(text, "\n\n") {
		b.WriteString(".PP\n")
		asIs := false
		for _, line := range strings.Split(strings.Trim(p, "\n"), "\n") {
			if now := aligned.MatchString(line); now != asIs {
				asIs = now
				b.WriteString(map[bool]string{true: ".nf\n", false: ".fi\n"}[now])
			}
			b.WriteString(roff(line) + "\n")
		}
		if asIs {
			b.WriteString(".fi\n")
		}
	}
	return b.String()
}

var escapes = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`)

// roff escapes a line of text: as it is, and no request.
func roff(line string) string {
	line = escapes.Replace(line)
	if strings.HasPrefix(line, ".") {
		line = `\&` + line
	}
	return line
}
