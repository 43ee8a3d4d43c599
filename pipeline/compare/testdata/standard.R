# Standardisation, Kitagawa's split, convergence, in base R (4.2.2).
# Rscript --vanilla standard.R > standard.txt
# mix.csv: UNHCR, first instance decisions (level FI, Germany to 2020 NA) of three years.
show <- function(name, x) cat(name, format(x, digits = 15, trim = TRUE, scientific = FALSE), "\n")
d <- read.csv("mix.csv", na.strings = "")
# Standardisation of 2023, with matrices: citizenships in rows, countries in columns.
y <- d[d$period == 2023, ]
P <- tapply(y$pos, list(y$citizen, y$geo), sum, default = 0)
N <- tapply(y$all, list(y$citizen, y$geo), sum, default = 0)
others <- (rowSums(P) - P) / (rowSums(N) - N)
held <- !is.na(others)
O <- colSums(P * held); E <- colSums(N * ifelse(held, others, 0))
overall <- sum(P) / sum(N)
show("overall", overall)
w <- rowSums(N) / sum(N)
own <- P / N
varO <- colSums(ifelse(N > 0, P * (1 - own), 0) * held)
varE <- colSums(ifelse(held, N^2 * others * (1 - others) / (rowSums(N) - N), 0))
for (g in colnames(N)) if (sum(N[, g]) > 0) {
  show(paste("ratio", g), O[g] / E[g])
  se <- sqrt(varO[g] / O[g]^2 + varE[g] / E[g]^2)
  if (O[g] > 0) show(paste("ratio95", g), exp(log(O[g] / E[g]) + qnorm(c(0.025, 0.975)) * se))
  show(paste("adjusted", g), O[g] / E[g] * overall)
  show(paste("coverage", g), sum(N[, g] * held[, g]) / sum(N[, g]))
  k <- N[, g] > 0
  show(paste("direct", g), weighted.mean(own[k, g], w[k]))
  show(paste("weights", g), sum(w[k]))
}
# Kitagawa 2016 to 2023: of Germany by citizenship, of Afghans by country.
kitagawa <- function(a, b, by) {
  groups <- sort(unique(c(a[[by]], b[[by]])))
  at <- function(x, f) sapply(groups, function(g) sum(x[[f]][x[[by]] == g]))
  n0 <- at(a, "all"); n1 <- at(b, "all"); p0 <- at(a, "pos"); p1 <- at(b, "pos")
  s0 <- n0 / sum(n0); s1 <- n1 / sum(n1)
  r0 <- ifelse(n0 > 0, p0 / n0, p1 / n1); r1 <- ifelse(n1 > 0, p1 / n1, p0 / n0)
  k <- n0 + n1 > 0
  c(sum(p1) / sum(n1) - sum(p0) / sum(n0), sum(((s1 - s0) * (r0 + r1) / 2)[k]), sum(((r1 - r0) * (s0 + s1) / 2)[k]))
}
old <- d[d$period == 2016, ]
show("kitagawa DE", kitagawa(old[old$geo == "DE", ], y[y$geo == "DE", ], "citizen"))
show("kitagawa AF", kitagawa(old[old$citizen == "AF", ], y[y$citizen == "AF", ], "geo"))
# Sigma and beta convergence for Afghans: countries with 100 decisions in all three years.
af <- d[d$citizen == "AF", ]
few <- tapply(af$all, list(af$geo, af$period), sum, default = 0)
geos <- rownames(few)[apply(few >= 100, 1, all)]
af <- af[af$geo %in% geos, ]
dl <- function(x) {
  add <- ifelse(x$pos == 0 | x$pos == x$all, 0.5, 0)
  y <- log((x$pos + add) / (x$all - x$pos + add)); v <- 1 / (x$pos + add) + 1 / (x$all - x$pos + add)
  w <- 1 / v; Q <- sum(w * (y - sum(w * y) / sum(w))^2)
  sqrt(max(0, (Q - (length(y) - 1)) / (sum(w) - sum(w^2) / sum(w))))
}
years <- sort(unique(af$period))
sd <- sapply(years, function(t) { x <- af[af$period == t, ]; r <- sum(x$pos) / sum(x$all); sqrt(sum(x$all * (x$pos / x$all - r)^2) / sum(x$all)) })
tau <- sapply(years, function(t) dl(af[af$period == t, ]))
show("countries", length(geos)); show("sigma sd", sd); show("sigma tau", tau)
for (name in c("sd", "tau")) {
  m <- summary(lm(get(name) ~ years))$coefficients
  show(paste("trend", name), m[2, c(1, 2, 4)])
}
first <- af[af$period == 2016, ]; last <- af[af$period == 2023, ]
first <- first[order(first$geo), ]; last <- last[order(last$geo), ]
odds <- function(x) { add <- ifelse(x$pos == 0 | x$pos == x$all, 0.5, 0); log((x$pos + add) / (x$all - x$pos + add)) }
noise <- function(x) { add <- ifelse(x$pos == 0 | x$pos == x$all, 0.5, 0); 1 / (x$pos + add) + 1 / (x$all - x$pos + add) }
m <- summary(lm(odds(last) - odds(first) ~ odds(first)))$coefficients
show("beta", m[2, c(1, 2, 4)])
lambda <- mean(noise(first)) / var(odds(first))
show("beta corrected", (m[2, 1] + lambda) / (1 - lambda))
