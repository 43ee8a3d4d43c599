// Package briefing makes the briefing: a PDF of two to four A4 pages about a
// citizenship, a country of asylum, or one in the other. It holds the finding, the
// key numbers with both counts and their bounds, charts, a table of rates, the
// published figures about it with their verdicts, and how to read all that.
//
// The same data, definitions and language give the same bytes: no clock is read.
package briefing
