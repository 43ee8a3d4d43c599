# asylum rate unhcr_total_protection --period 2023 --format csv > rates.csv
# An empty field is missing, not zero. NA is not missing: it is Namibia, and a level of UNHCR's.
rates <- read.csv("rates.csv", na.strings = "", colClasses = c(period = "character"))
cat(nrow(rates), "results,", sum(!is.na(rates$value)), "percentages,", sum(rates$citizen == "NA"), "of Namibia\n")
r <- subset(rates, citizen == "RU" & geo == "HR")
cat(sprintf("Croatia, Russians: %d of %d = %.1f%%, by rounding %.1f%% to %.1f%%\n",
            r$num, r$den, 100 * r$value, 100 * r$lo, 100 * r$hi))
