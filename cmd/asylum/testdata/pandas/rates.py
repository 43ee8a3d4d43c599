# The rates that asylum computes from full real exports, as a competent analyst writes them
# in pandas, with the bounds that rounding leaves: what is not needed is left out before
# anything is taken apart, each file is read once, and nothing loops over rows.
# It prints the seconds that all took but the import of pandas.
# Usage: rates.py OUT APPLICANTS.tsv.gz POPULATION.tsv.gz, or rates.py OUT DECISIONS.csv.gz
import sys
import time

import pandas as pd

start = time.perf_counter()
out, *files = sys.argv[1:]


def bulk(file, **keep):
    """A bulk TSV of Eurostat, of the rows wanted: a row for each known cell."""
    wide = pd.read_csv(file, sep="\t", dtype=str, keep_default_na=False)
    head = wide.columns[0]
    names = head.split("\\")[0].split(",")
    pattern = ",".join(keep.get(name, "[^,]*") for name in names)
    wide = wide[wide[head].str.fullmatch(pattern)]
    keys = wide[head].str.split(",", expand=True)
    keys.columns = names
    wide = pd.concat([keys[[n for n in names if n not in keep]], wide.drop(columns=head)], axis=1)
    long = wide.melt(id_vars=[n for n in names if n not in keep], var_name="period", value_name="count")
    long["period"] = long["period"].str.strip()
    long["count"] = pd.to_numeric(long["count"].str.extract(r"^(\d+)", expand=False))
    return long.dropna(subset=["count"])


def write(name, table, keys, num, den, lo, hi, per=1):
    """A CSV of the rates num/den, between lo and hi."""
    known = den > 0
    table = pd.DataFrame({**{k: table[k] for k in keys}, "num": num.astype("int64"), "den": den.astype("int64"),
                          "value": (num / den * per).where(known), "lo": (lo * per).where(known), "hi": (hi * per).where(known)})
    table.sort_values(keys).to_csv(f"{out}/{name}.csv", index=False, float_format="%.10g")


def eurostat(applicants, population):
    cells = bulk(applicants, freq="A", sex="T", unit="PER", age="TOTAL", asyl_app="ASY_APP")
    keys = ["citizen", "geo", "period"]
    everybody = cells[cells["citizen"] == "TOTAL"].drop(columns="citizen")
    shares = cells[cells["citizen"] != "TOTAL"].merge(everybody, on=["geo", "period"], suffixes=("", "_all"))
    num, den = shares["count"], shares["count_all"]
    hi = (num + 2) / (den - 2).clip(lower=1)
    write("share_of_applicants", shares, keys, num, den, (num - 2).clip(lower=0) / (den + 2), hi.clip(upper=1))
    crowd = cells.merge(bulk(population, freq="A", indic_de="JAN"), on=["geo", "period"], suffixes=("", "_all"))
    num, den = crowd["count"], crowd["count_all"]
    write("applicants_per_million", crowd, keys, num, den, (num - 2).clip(lower=0) / den, (num + 2) / den, 1e6)


def unhcr(decisions):
    keys = ["coo_iso", "coa_iso", "year"]
    counts = ["dec_recognized", "dec_other", "dec_rejected", "dec_closed"]
    cases = pd.read_csv(decisions, keep_default_na=False, na_values=[""], usecols=keys + ["procedure_type", "dec_level", "dec_pc"] + counts)
    cases = cases[(cases["dec_level"] == "FI") & (cases["dec_pc"] == "P") & cases["procedure_type"].isin(["G", "J"])]
    for c in counts:  # 0 stands for 0 to 4, 5 for 1 to 9, 10 for 6 to 10
        cases[c + "_lo"] = cases[c].replace({5: 1, 10: 6})
        cases[c + "_hi"] = cases[c].replace({0: 4, 5: 9})
    cases = cases.groupby(keys, as_index=False)[[c + x for c in counts for x in ("", "_lo", "_hi")]].sum()

    def rate(name, above, rest):
        num, lo, hi = (sum(cases[c + x] for c in above) for x in ("", "_lo", "_hi"))
        other, least, most = (sum(cases[c + x] for c in rest) for x in ("", "_lo", "_hi"))
        write(name, cases, keys, num, num + other, lo / (lo + most), hi / (hi + least))

    granted, other, rejected, closed = counts
    rate("unhcr_total_protection", [granted, other], [rejected])
    rate("unhcr_refugee_recognition", [granted], [other, rejected])
    rate("unhcr_all_outcomes", [granted, other], [rejected, closed])


eurostat(*files) if len(files) == 2 else unhcr(*files)
print(time.perf_counter() - start, end="")
