package needs

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// DuckDB is where Node finds DuckDB: what DUCKDB_FROM names, else a directory
// where npm puts it, once.
func DuckDB(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("DUCKDB_FROM"); dir != "" {
		return dir
	}
	return npm(t, "duckdb", "@duckdb/node-api@1.5.6-r.1")
}

// Spark is where Node finds what reads Spark SQL in place of Spark, which no
// registry at hand has: a parser of its grammar, and a translator of it into
// DuckDB's.
func Spark(t testing.TB) string {
	t.Helper()
	return npm(t, "spark", "dt-sql-parser@4.5.1", "@polyglot-sql/sdk@0.12.1")
}

// npm is a directory where npm put packages, each given with its version.
func npm(t testing.TB, name string, packages ...string) string {
	t.Helper()
	dir := filepath.Join(Cache(t), name)
	for _, p := range packages {
		if installed(dir, p) {
			continue
		}
		args := append([]string{"install", "--prefix", dir, "--ignore-scripts", "--no-audit", "--no-fund"}, packages...)
		if msg, err := exec.Command("npm", args...).CombinedOutput(); err != nil {
			Absent(t, "no %s: %v\n%s", p, err, msg)
		}
		break
	}
	return dir + "/"
}

// installed reports whether a package is there in the version that is wanted.
func installed(dir, p string) bool {
	at := strings.LastIndexByte(p, '@')
	text, err := os.ReadFile(filepath.Join(dir, "node_modules", filepath.FromSlash(p[:at]), "package.json"))
	var have struct{ Version string }
	return err == nil && json.Unmarshal(text, &have) == nil && have.Version == p[at+1:]
}
