// Package pipeline tells how bytes become a number that can be doubted.
//
//  1. datasets.Exports, fetch.Client, or a file that a person downloaded, gives
//     bytes and their origin.
//  2. ingest.Read recognises what they are and has eurostat, unhcr or aida read
//     them: a table.Table, or an obs.Refusal that names every bad cell.
//  3. store.Lake keeps the raw bytes under their SHA-256 and the table as
//     Parquet: one vintage, a table.Meta. vintage.Compare tells what moved
//     between two of them.
//  4. rate.Evaluate applies a rate.Definition to the newest vintage that speaks
//     of each cell and yields rate.Result values: both counts, what rounding
//     allows, the cells.
//  5. ledger.Judge compares published figures with them.
//  6. audit.Run looks for what does not hold in the tables themselves.
//  7. compare.Countries sets the results of countries side by side: a
//     compare.Study, with funnels, adjusted rates and what rounding does to them.
//
// Packages under reports draw and print what comes out; nothing here knows them.
package pipeline
