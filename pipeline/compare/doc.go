// Package compare sets countries side by side fairly (METHODS 8).
//
// Countries builds a Study of what the countries of asylum decided about one
// citizenship in one period: raw rates, a Funnel around the rate of the union,
// the Dispersion between them; of all citizenships together, rates adjusted for
// the mix of citizenships (Indirect, Direct). Decompose splits a change into
// what the mix and what the rates did, Sigma and Beta look for convergence,
// YearBefore compares periods with the same one of the year before.
//
// The measures take Cells, plain counts with the true counts that rounding
// allows, so that they can be had for any grouping. What rounding does to a
// measure is told by a Range, which says how it was found:
//
//   - Exact: the extremes over all true counts that agree with what is printed.
//   - Intervals: bounds of the parts put together by interval arithmetic. They
//     hold the truth and may be wider than need be.
//   - Exhaustive: every combination of true counts was tried.
//   - Drawn: the extremes among true counts drawn at random, always the same
//     ones. Likely to be close; not certain.
//
// None of these is a sampling interval. Where chance matters (funnels, claims
// that one country's rate is higher) that is said apart.
//
// Sources of the formulas:
//
//   - funnel plots, over-dispersion: D. J. Spiegelhalter, Funnel plots for
//     comparing institutional performance, Statistics in Medicine 24 (2005) 1185.
//   - variance between countries: R. DerSimonian, N. Laird, Meta-analysis in
//     clinical trials, Controlled Clinical Trials 7 (1986) 177; I²: J. Higgins,
//     S. Thompson, Statistics in Medicine 21 (2002) 1539.
//   - split of a change: E. M. Kitagawa, Components of a difference between two
//     rates, Journal of the American Statistical Association 50 (1955) 1168.
//   - recognition rates of asylum: E. Neumayer, Asylum recognition rates in
//     Western Europe, Journal of Conflict Resolution 49 (2005) 43; D. Toshkov,
//     L. de Haan, The Europeanization of asylum policy, Journal of European
//     Public Policy 20 (2013) 661 (convergence); A. Leerkes, How (un)restrictive
//     are we? (WODC, 2015; adjustment for the mix of citizenships).
package compare
