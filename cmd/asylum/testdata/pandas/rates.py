# The rates that asylum computes from full real exports, as a competent analyst writes them
# in pandas, to the same tables: each cell that is reported has its row, with counts, rate,
# the bounds that rounding leaves, why there is no rate, and what flags and small counts
# warn of. What is not needed is left out before anything is taken apart, each file is read
# once, what several tables share is computed once, and nothing loops over rows.
# It prints the seconds that all took but the import of pandas.
# Usage: rates.py OUT APPLICANTS.tsv.gz POPULATION.tsv.gz, or rates.py OUT DECISIONS.csv.gz
import sys
import time

import numpy as np
import pandas as pd

start = time.perf_counter()
out, *files = sys.argv[1:]

keys = ["citizen", "geo", "period"]
columns = ["definition", "source", *keys, "sex", "age", "stage", "num", "den", "value", "lo", "hi", "known", "why", "class",
           "vintages", "warnings", "value_unit", "interval", "interval_lo", "interval_hi"]
flagged = {"b": "a break in the series", "d": "another definition than usual", "e": "an estimate", "p": "provisional"}


def write(definition, table, unit="share", per=1, **constant):
    """A CSV of the rates num/den, between lo and hi, with what each row of the table says of itself."""
    table = table.copy()
    num, den = table["num"], table["den"]
    known = (den >= 20) & num.notna()
    for name, rate in (("value", num / den), ("lo", table["lo"]), ("hi", table["hi"])):
        table[name] = (rate * per).where(known)
    table["known"] = np.where(known, "true", "false")
    table["why"] = np.where(den == 0, "there are no cases to divide by", table["why"])
    few = np.select([num.isna() | (den == 0) | (den >= 100), den >= 20],
                    ["", "under 100: few cases, so chance weighs heavily"], "under 20: counts only, a percentage would mean nothing")
    table["warnings"] = (table["warnings"].where(den != 0, "") + "; " + few).str.strip("; ")
    table[["num", "den"]] = table[["num", "den"]].astype("Int64")
    table = table.assign(definition=definition, value_unit=unit, interval="", interval_lo="", interval_hi="", **constant)
    table[columns].to_csv(f"{out}/{definition}.csv", index=False, float_format="%.10g")


def bulk(file, **keep):
    """A bulk TSV of Eurostat, of the rows wanted: a row for each cell, of no count where it is missing."""
    wide = pd.read_csv(file, sep="\t", dtype=str, keep_default_na=False)
    head = wide.columns[0]
    names = head.split("\\")[0].split(",")
    pattern = ",".join(keep.get(name, "[^,]*") for name in names)
    wide = wide[wide[head].str.fullmatch(pattern)]
    free = [name for name in names if name not in keep]
    axes = wide[head].str.split(",", expand=True).set_axis(names, axis=1)[free]
    wide = pd.concat([axes, wide.drop(columns=head)], axis=1)
    long = wide.melt(id_vars=free, var_name="period", value_name="cell")
    long["period"] = long["period"].str.strip()
    long[["count", "flags"]] = long.pop("cell").str.extract(r"^(\d*)[: ]*([a-z]*)")
    long["count"] = pd.to_numeric(long["count"])
    return long


def eurostat(applicants, population):
    cells = bulk(applicants, freq="A", sex="T", unit="PER", age="TOTAL", asyl_app="ASY_APP").sort_values(keys)
    everybody = cells[cells["citizen"] == "TOTAL"].drop(columns="citizen")
    shares = cells[cells["citizen"] != "TOTAL"].merge(everybody, how="left", on=["geo", "period"], suffixes=("", "_all"))
    crowd = cells.merge(bulk(population, freq="A", indic_de="JAN"), how="left", on=["geo", "period"], suffixes=("", "_all"))
    of, per = "migr_asyappctza file-000001", "demo_gind file-000002"

    def rate(definition, table, lo, hi, vintages, **constant):
        num, den = table["count"], table["count_all"]
        flags = table["flags"].where(num.notna(), "") + table["flags_all"].where(den.notna(), "")
        says = {f: "; ".join(f"a cell is marked as {flagged[x]} ({x})" for x in sorted(set(f))) for f in flags.unique()}
        table = table[keys].assign(num=num, den=den, lo=lo, hi=hi, stage=np.where(num.notna(), "first", ""),
                                   why=np.where(num.notna(), "", "ASY_APP is missing"), warnings=flags.map(says),
                                   vintages=np.select([num.notna() & den.notna(), num.notna(), den.notna()], vintages, ""))
        write(definition, table, source="eurostat", sex="T", age="TOTAL", **constant)

    num, den = shares["count"], shares["count_all"]
    rate("share_of_applicants", shares, (num - 2).clip(lower=0) / (den + 2), ((num + 2) / (den - 2).clip(lower=1)).clip(upper=1),
         [of, of, of], **{"class": "A(citizen) over A(total), stage none, persons, all"})
    num, den = crowd["count"], crowd["count_all"]
    rate("applicants_per_million", crowd, (num - 2).clip(lower=0) / den, (num + 2) / den,
         [f"{per}; {of}", of, per], unit="per million", per=1e6, **{"class": "applicants over inhabitants, stage none, persons, all"})


def unhcr(decisions):
    counts = ["dec_recognized", "dec_other", "dec_rejected", "dec_closed"]
    cells = pd.read_csv(decisions, keep_default_na=False, na_values=[""],
                        usecols=["coo_iso", "coa_iso", "year", "procedure_type", "dec_level", "dec_pc"] + counts)
    cells = cells.rename(columns={"coo_iso": "citizen", "coa_iso": "geo", "year": "period"})
    cells = cells[cells["procedure_type"].isin(["G", "J"])]
    first = cells[(cells["dec_level"] == "FI") & (cells["dec_pc"] == "P")].copy()
    for c in counts:  # 0 stands for 0 to 4, 5 for 1 to 9, 10 for 6 to 10
        first[c + "_lo"] = first[c].replace({5: 1, 10: 6})
        first[c + "_hi"] = first[c].replace({0: 4, 5: 9})
    first = first.groupby(keys, as_index=False)[[c + x for c in counts for x in ("", "_lo", "_hi")]].sum()

    # The levels that are reported, a bit each; where the first is among them, and no person is, it counts cases.
    levels = cells[keys + ["dec_level"]].drop_duplicates()
    level = levels["dec_level"].astype("category")
    levels = levels[keys].assign(levels=2 ** level.cat.codes.astype("int64")).groupby(keys, as_index=False).sum()
    cases = levels.merge(first, how="left", on=keys).sort_values(keys)
    levels, known = cases["levels"], cases["dec_recognized"].notna()
    whys = {}
    for reported in levels.unique():
        names = [name for i, name in enumerate(level.cat.categories) if reported >> i & 1]
        whys[reported] = "counted in cases, not persons" if "FI" in names else "reported at level " + ", ".join(names) + " only"
    about = cases[keys].assign(stage=np.where(known, "FI", ""), why=levels.map(whys).mask(known, ""),
                               vintages=np.where(known, "asylum_decisions file-000001", ""))

    def rate(definition, above, rest, over):
        num, lo, hi = (sum(cases[c + x] for c in above) for x in ("", "_lo", "_hi"))
        other, least, most = (sum(cases[c + x] for c in rest) for x in ("", "_lo", "_hi"))
        small = (lo < hi) | (least < most)
        warnings = np.where(small, "UNHCR prints small counts as 0, 5 or 10; the true value lies in the range", "")
        table = about.assign(num=num, den=num + other, lo=lo / (lo + most), hi=hi / (hi + least), warnings=warnings)
        write(definition, table, source="unhcr", sex="", age="", **{"class": f"{over}, stage first, persons, all"})

    granted, other, rejected, closed = counts
    rate("unhcr_total_protection", [granted, other], [rejected], "G+O over merits")
    rate("unhcr_refugee_recognition", [granted], [other, rejected], "G over merits")
    rate("unhcr_all_outcomes", [granted, other], [rejected, closed], "G+O over outcomes")


eurostat(*files) if len(files) == 2 else unhcr(*files)
print(time.perf_counter() - start, end="")
