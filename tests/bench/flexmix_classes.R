# A peer: latent classes of answers of yes and no by R's flexmix. Prints one JSON object.
#
#   Rscript flexmix_classes.R ROWS ITEMS CLASSES ITERATIONS
#
# From classes of those who are nearest to some of them; no class is dropped.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "peer.R"))
suppressPackageStartupMessages(library(flexmix))

rows <- read_rows(arguments[1], arguments[2], "integer", 1)
classes <- as.integer(arguments[3])
set.seed(1)
chosen <- rows[sample(nrow(rows), classes), ]
differences <- rowSums(rows) + matrix(rowSums(chosen), nrow(rows), classes, byrow = TRUE) - 2 * rows %*% t(chosen)
start <- max.col(-differences)
fit <- function(count) {
  flexmix(rows ~ 1, k = classes, cluster = start, model = FLXMCmvbinary(),
          control = list(iter.max = count, minprior = 0, tolerance = 0))
}
measured <- measure(fit, as.integer(arguments[4]))
found <- measured$found
print_json(seconds_per_iteration = measured$seconds, iterations = found@iter, log_likelihood = as.numeric(logLik(found)))
