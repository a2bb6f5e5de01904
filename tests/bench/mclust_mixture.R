# A peer: EM of R's mclust on raw rows, from a given start. Prints one JSON object.
#
#   Rscript mclust_mixture.R ROWS START FEATURES diagonal|full ITERATIONS
#
# The model is fixed (VVI or VVV), and its start too: ten iterations of k-means from the centroids. No prior.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "peer.R"))
suppressPackageStartupMessages(library(mclust))

rows <- read_rows(arguments[1], arguments[3])
centroids <- read_rows(arguments[2], arguments[3])
model <- c(diagonal = "VVI", full = "VVV")[[arguments[4]]]
labels <- suppressWarnings(kmeans(rows, centroids, iter.max = 10, algorithm = "Lloyd"))$cluster
memberships <- unmap(labels, groups = seq_len(nrow(centroids)))
fit <- function(count) me(rows, model, memberships, control = emControl(itmax = count, tol = 0))
measured <- measure(fit, as.integer(arguments[5]))
found <- measured$found
# A negative count: they were not enough.
print_json(seconds_per_iteration = measured$seconds, iterations = abs(attr(found, "info")[["iterations"]]),
           log_likelihood = found$loglik)
