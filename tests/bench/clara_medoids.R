# A peer: clara of R's cluster on raw rows. Prints one JSON object.
#
#   Rscript clara_medoids.R ROWS FEATURES K SAMPLES SAMPLE_SIZE
#
# Samples are as large as Psychograph's, and swapped as pam does (pamLike).
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "peer.R"))
suppressPackageStartupMessages(library(cluster))

rows <- read_rows(arguments[1], arguments[2])
set.seed(1)
seconds <- seconds_of(found <- clara(rows, as.integer(arguments[3]), samples = as.integer(arguments[4]),
                                     sampsize = min(nrow(rows), as.integer(arguments[5])), pamLike = TRUE, rngR = TRUE,
                                     keep.data = FALSE))
print_json(seconds = seconds, objective = found$objective * nrow(rows))
