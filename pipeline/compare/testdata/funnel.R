# Limits, z, over-dispersion and variance between countries, in base R (4.2.2).
# Rscript --vanilla funnel.R > funnel.txt
# af2023.csv: UNHCR, decisions on citizens of Afghanistan in 2023, level FI.
options(digits = 15)
show <- function(name, x) cat(name, format(x, digits = 15, trim = TRUE), "\n")
eu <- c("BE","CZ","DE","DK","EE","EL","ES","FI","FR","HU","IE","IT","LT","LU","LV","MT","NL","PL","PT","RO","SE","SI","SK")
d <- read.csv("af2023.csv", na.strings = "")
d <- d[order(d$geo), ]
p <- with(d[d$geo %in% eu, ], sum(pos) / sum(all))
show("rate", p)
z <- (d$pos / d$all - p) / sqrt(p * (1 - p) / d$all)
for (i in seq_along(z)) show(paste("z", d$geo[i]), z[i])
q <- quantile(z, c(0.1, 0.9), names = FALSE)
show("phi", mean(pmin(pmax(z, q[1]), q[2])^2))
for (r in c(0.08, 0.5, p)) for (n in c(1, 2, 5, 20, 59, 100, 333, 5000, 32008))
  show(paste("limit", format(r, digits = 15), n), qbinom(c(0.001, 0.025, 0.975, 0.999), n, r) / n)
a <- d$pos; b <- d$all - d$pos
add <- ifelse(a == 0 | b == 0, 0.5, 0)
y <- log((a + add) / (b + add)); v <- 1 / (a + add) + 1 / (b + add)
w <- 1 / v; m <- sum(w * y) / sum(w); Q <- sum(w * (y - m)^2); k <- length(y)
tau2 <- max(0, (Q - (k - 1)) / (sum(w) - sum(w^2) / sum(w)))
show("Q", Q); show("tau2", tau2); show("I2", max(0, (Q - (k - 1)) / Q))
ws <- 1 / (v + tau2); show("mean", sum(ws * y) / sum(ws)); show("se", 1 / sqrt(sum(ws)))
P <- sum(a) / sum(d$all); r <- a / d$all
sd <- sqrt(sum(d$all * (r - P)^2) / sum(d$all)); show("sd", sd); show("cv", sd / P)
n <- d$all / sum(d$all)
gini <- sum(outer(n, n) * abs(outer(r, r, "-"))) / 2
show("gini", gini / P); show("gini refused", gini / (1 - P))
