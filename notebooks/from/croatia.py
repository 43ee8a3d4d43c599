# asylum rate unhcr_total_protection --period 2023 --format csv > rates.csv
import pandas

# An empty field is missing, not zero. NA is not missing: it is Namibia, and a level of UNHCR's.
rates = pandas.read_csv("rates.csv", keep_default_na=False, na_values=[""],
                        dtype={"period": str, "num": "Int64", "den": "Int64"})
print(len(rates), "results,", rates.value.count(), "percentages,", sum(rates.citizen == "NA"), "of Namibia")
r = rates.query("citizen == 'RU' and geo == 'HR'").iloc[0]
print(f"Croatia, Russians: {r.num} of {r.den} = {r.value:.1%}, by rounding {r.lo:.1%} to {r.hi:.1%}")
