# What the peers in R share: raw rows, seconds, and one JSON object of numbers.

arguments <- commandArgs(trailingOnly = TRUE)

# A matrix of so many columns, of numbers that a file holds row by row.
read_rows <- function(path, columns, what = "numeric", size = 4) {
  cells <- readBin(path, what, file.info(path)$size / size, size = size)
  matrix(cells, ncol = as.integer(columns), byrow = TRUE)
}

seconds_of <- function(work) {
  started <- as.numeric(Sys.time())
  force(work)
  as.numeric(Sys.time()) - started
}

# What `fit(iterations)` makes, and what an iteration takes. What a fit takes besides is measured by fits of one, and
# taken off.
measure <- function(fit, iterations) {
  fit(1)
  before <- seconds_of(fit(1))
  seconds <- seconds_of(found <- fit(iterations))
  list(found = found, seconds = (seconds - min(before, seconds_of(fit(1)))) / (iterations - 1))
}

print_json <- function(...) {
  values <- c(...)
  cat("{", paste(sprintf('"%s": %.17g', names(values), values), collapse = ", "), "}\n", sep = "")
}
