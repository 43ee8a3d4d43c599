// Package changes says what is different since the publication before: new
// releases, revised cells, rates that moved, verdicts of the ledger, charts that
// the new data contradicts, codes and findings of the audit.
//
// What was published is read from the directory of the earlier site, as it
// stands there: which vintages it was made from (manifest.json), what its charts
// showed and claimed (CHART.json), the verdicts (figures.json) and findings
// (findings.json). The earlier vintages themselves are read from the lake, which
// keeps them, so that cells and rates of both days are computed alike.
//
// A [Report] holds all of it without the words of a language, as changes.json.
// [Report.In] writes it in one, for LANG/changes.html, LANG/changes.md and an
// e-mail.
//
// A difference is named only where it lies beyond what rounding allows; what
// lies within is counted. No clock is read: the days are those of the vintages.
//
// Files beside this one that end in .md say why a number moved that an earlier
// version of the program published (README.md).
package changes
