package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"asylum/reports/serve"

	"github.com/spf13/cobra"
)

func (a *app) serveCmd() *cobra.Command {
	var addr, out string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Look at the site",
		Long: `Shows the site to a browser on this machine, until it is stopped. A site that
asylum run exchanges meanwhile is shown from then on. To show it to other
machines, publish its files: they need no program.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if _, err := os.Stat(filepath.Join(out, "index.html")); err != nil {
				return fmt.Errorf("no site to show: %w\n\thint: asylum run makes one", err)
			}
			if host, _, err := net.SplitHostPort(addr); err != nil {
				return usagef("--addr is %q, want a host and a port such as 127.0.0.1:8080", addr)
			} else if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
				a.log.Warn("others on the network can see the site", "addr", addr)
			}
			l, err := net.Listen("tcp", addr)
			if err != nil {
				return err
			}
			a.printf("the site is at http://%s/\n", l.Addr())
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return serve.Serve(ctx, l, out, a.log)
		},
	}
	c.Flags().StringVar(&addr, "addr", "127.0.0.1:0", "the `ADDRESS` to listen at; port 0 is any that is free")
	c.Flags().StringVar(&out, "out", "reports/out", "the `DIR` of the site")
	return c
}
