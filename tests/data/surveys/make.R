# Makes the surveys of this folder, and ../bfi/bfi.sav, with haven (Debian: r-cran-haven), and beside them what they hold, for the tests:
# cells.csv (every cell: numbers to the last digit, codes that count as missing as they are, .a where a letter says why) and labels.csv.
#
#     cd tests/data/surveys && Rscript make.R
suppressMessages(library(haven))
set.seed(14)
n <- 40
digits <- function(x) ifelse(is.na(x), ifelse(is_tagged_na(x), paste0(".", na_tag(x)), ""), formatC(x, digits = 17, format = "g"))

answers <- c("Fully disagree" = 1, "Neither" = 3, "Fully agree" = 5, "Don\u2019t know" = 99)
spss <- data.frame(respondent = 1001:(1000 + n))
spss$q1 <- labelled_spss(sample(c(1:5, 99), n, TRUE), answers, na_values = 99, label = "Z\u00fcrich is a \u201cgood\u201d place to live")
spss$q2 <- labelled_spss(c(NA, sample(c(1:5, 98, 99), n - 1, TRUE)), answers, na_values = c(98, 99), label = "With gaps, too")
spss$q3 <- labelled_spss(c(-2.5, sample(c(1:5, -1, -7), n - 1, TRUE)), c("Low" = 1), na_range = c(-Inf, -1), label = "A range from below")
spss$q4 <- labelled_spss(sample(c(1:5, 7:9, 42), n, TRUE), c("Low" = 1), na_values = 42, na_range = c(7, 9), label = "A range and a value")
spss$town <- labelled_spss(sample(c("Bern", "K\u00f6ln", "none"), n, TRUE), c("Capital" = "Bern"), na_values = "none", label = "Where")
spss$long <- vapply(1:n, function(i) strtrim(strrep(paste0("Gr\u00fc\u00dfe ", i, "; "), i), 250 + 10 * i), "")
spss$long[2] <- ""
spss$day <- as.Date("1969-12-20") + 13 * (1:n)
spss$day[3] <- NA
spss$moment <- as.POSIXct("2021-03-04 05:06:07", tz = "UTC") + 1000 * (1:n)
spss$exact <- as.POSIXct("2021-03-04 05:06:07", tz = "UTC") + (1:n) / 4
spss$clock <- hms::hms(seconds = 3600 * (1:n %% 24) + 5)
spss$colour <- factor(sample(c("red", "green", "blue"), n, TRUE))
spss$size <- factor(sample(c("S", "M", "L"), n, TRUE), levels = c("S", "M", "L"), ordered = TRUE)
spss$flag <- sample(0:1, n, TRUE)
spss$amount <- rnorm(n) * 10^(1:n %% 7)
spss$big <- 2^31 + (1:n) * 1000003
spss$middle <- 200 * (1:n) - 4000
spss$wide <- 70000 * (1:n)
spss$empty <- NA_real_
write_sav(spss, "survey.sav")
write_sav(spss, "survey.zsav", compress = "zsav")
write_sav(spss, "plain.sav", compress = "none")

days <- as.numeric(spss$day)
seconds <- function(x) formatC(as.numeric(x), digits = 17, format = "g")
cells <- data.frame(lapply(spss, function(x) if (is.character(x)) c(unclass(x)) else if (inherits(x, "Date")) digits(as.numeric(x))
  else if (inherits(x, "POSIXct")) seconds(x) else digits(as.numeric(x))), check.names = FALSE)
attributes(cells$town) <- NULL
write.csv(cells, "cells.csv", row.names = FALSE, quote = TRUE, fileEncoding = "UTF-8", na = "")

labels <- do.call(rbind, lapply(names(spss), function(name) {
  x <- spss[[name]]
  rows <- data.frame(column = character(), value = character(), label = character())
  if (!is.null(attr(x, "label"))) rows <- rbind(rows, data.frame(column = name, value = "", label = attr(x, "label")))
  known <- if (is.factor(x)) setNames(seq_along(levels(x)), levels(x)) else attr(x, "labels")
  if (length(known)) rows <- rbind(rows, data.frame(column = name, value = as.character(unname(known)), label = names(known)))
  rows
}))
write.csv(labels, "labels.csv", row.names = FALSE, quote = TRUE, fileEncoding = "UTF-8")

# Stata has no missing codes of its own choice, but letters; dates and texts as above, the older versions short ones.
stata <- spss[c("respondent", "day", "moment", "colour", "flag", "amount", "big", "middle", "wide")]
stata$letters <- labelled(sample(c(1, 2, tagged_na("a"), tagged_na("z"), NA), n, TRUE), c(yes = 1, no = 2, refused = tagged_na("a")), label = "Says why")
for (version in c(8, 10, 13, 14, 15)) {
  one <- stata
  one$words <- if (version < 14) strtrim(iconv(spss$long, "UTF-8", "ASCII//TRANSLIT"), 200) else spss$long
  write_dta(one, sprintf("stata%d.dta", version), version = version)
}
write.csv(data.frame(letters = digits(stata$letters)), "letters.csv", row.names = FALSE, quote = TRUE)

sas <- spss[c("respondent", "day", "moment", "flag", "amount", "big", "middle", "wide")]
sas$words <- strtrim(iconv(spss$long, "UTF-8", "ASCII//TRANSLIT"), 120)
attr(sas$amount, "label") <- "A number"
write_xpt(sas, "sas8.xpt", version = 8)
names(sas)[names(sas) == "respondent"] <- "respond"
write_xpt(sas, "sas5.xpt", version = 5)
suppressWarnings(write_sas(sas, "sas.sas7bdat"))
write.csv(data.frame(words = sas$words), "words.csv", row.names = FALSE, quote = TRUE)

# What a newcomer has: the answers to a personality questionnaire, with the codebook inside.
bfi <- read.csv("../bfi/bfi.csv", check.names = FALSE)
book <- read.csv("../bfi/codebook.csv", colClasses = "character", encoding = "UTF-8")
names(bfi)[1] <- "respondent"
for (name in names(bfi)) {
  known <- book[book$column == name & book$value != "" & !is.na(suppressWarnings(as.numeric(book$value))), ]
  words <- book$label[book$column == name & book$value == ""]
  bfi[[name]] <- labelled(as.numeric(bfi[[name]]), if (nrow(known)) setNames(as.numeric(known$value), known$label), label = if (length(words)) words)
}
write_sav(bfi, "../bfi/bfi.sav")
