# A peer: clusterboot of R's fpc on raw rows, by k-means of one start. Prints one JSON object.
#
#   Rscript clusterboot_stability.R ROWS FEATURES K SAMPLES
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "peer.R"))
suppressPackageStartupMessages(library(fpc))

rows <- read_rows(arguments[1], arguments[2])
seconds <- seconds_of(found <- suppressWarnings(
  clusterboot(rows, B = as.integer(arguments[4]), bootmethod = "boot", clustermethod = kmeansCBI,
              krange = as.integer(arguments[3]), runs = 1, count = FALSE, seed = 1)))
print_json(seconds = seconds, least_jaccard = min(found$bootmean))
