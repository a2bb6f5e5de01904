// What a made-up table is: columns whose cells follow the customer's true segment. Every cell is a function
// of the seed, the column, the customer's id and true segment, so any rank can draw any block of any column.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace psychograph::synthetic {

/// What becomes of a cell's *latent number*: a normal of deviation 1 around the segment's shift.
/// float32: the latent number itself.
struct Plain {};
/// float32: money and other sizes with a long tail, median * e^(sigma * latent).
struct LogNormal {
  double median;
  double sigma;
};
/// int8: a survey answer or an age, mean + sd * latent rounded to the steps of a scale.
struct Rounded {
  double mean;
  double sd;
  int lowest;
  int highest;
};
/// int16: how often something happened, Poisson. The shift moves the mean by about so many deviations; there
/// is no latent number, so customers of one segment are independent of their other columns.
struct Count {
  double mean;
};
/// int8 codes of a coded column. The shift makes the later categories likelier than the earlier ones.
struct Category {
  std::span<const std::string_view> names;
};
/// int8: 0 or 1; `rate` of those are 1 who are among the share `among`, whom the column of the same numbers
/// has. The shift is of the log-odds.
struct Flag {
  double rate;
  double among = 1;
};
/// float32: mean + sd * (slope * the trait's shared number + a normal of its own), of variance 1. The shift
/// is added to the slope.
struct Pulled {
  double mean;
  double sd;
  double slope;
};
using Cell = std::variant<Plain, LogNormal, Rounded, Count, Category, Flag, Pulled>;

/// What stands for a missing cell: NaN among floats, `missing_number` among integers, -1 among codes.
constexpr int missing_number = -99;

/// A difference that one segment has from all others.
struct Planted {
  std::int32_t segment = 0;
  double by = 0;  ///< shift
};

/// A column, and which sequences of random numbers its cells are made of.
struct Column {
  std::string name;
  Cell cell;
  std::uint32_t number = 0;             ///< of its own numbers
  std::uint32_t trait = 0;              ///< of the numbers that a customer's columns of one trait share
  std::uint32_t shift = 0;              ///< of the segments' shifts
  double direction = 1;                 ///< -1: the trait and its shift lower the latent number
  std::optional<Planted> planted = {};  ///< no other segment is shifted; none: `shift` says
};

enum class Kind { gaussian, customers };

/// A quarter of a customer base that changes, and how much.
struct Quarter {
  std::int64_t number = 1;
  double movers = 0.02;  ///< share of the customers who change segment in each quarter but the first
  double churn = 0.05;   ///< share who leave, and as many join
  bool steady = false;   ///< no segment is split and none dies
};

/// What the user asks for.
struct Request {
  Kind kind = Kind::gaussian;
  std::int64_t customers = 0;
  std::int64_t features = 0;
  std::int64_t segments = 0;
  double separation = 0.0;
  double correlation = 0.0;
  double missing = 0.0;
  bool actions = false;  ///< customers: what they did with channels and products comes beside
  std::uint64_t seed = 42;
  std::optional<Quarter> quarter;  ///< none: as quarter 1, and nothing is said of quarters
};

/// Half of segment 0's customers become segment `request.segments` in quarter 3; the last of the planted
/// segments dies in quarter 4, where there is another.
constexpr std::int64_t split_quarter = 3;
constexpr std::int64_t death_quarter = 4;
constexpr std::int32_t split_segment = 0;
/// Whether that happens in quarter `number`, or has happened by then.
bool splits(const Request& request, std::int64_t number);
bool has_split(const Request& request, std::int64_t number);
bool dies(const Request& request, std::int64_t number);
bool has_died(const Request& request, std::int64_t number);

/// A request as columns. The planted segments' shifts are normal, such that two segments lie `separation`
/// apart (root mean square) over all shifts; no shift exceeds `largest_shift`. The segment that is split off
/// another lies just as far from it, before it is kept to that.
struct Table {
  Request request;
  std::vector<Column> columns;
  std::vector<Column> actions;  ///< beside the features
  std::int64_t segments = 0;    ///< those that there have been up to this quarter
  double shift_scale = 0;
  double largest_shift = 0;
};

/// gaussian: `features` columns feature_00, feature_01, ... of plain normals, each with a shift of its own;
/// each eight in turn share a trait. customers: the recipes of recipes.cpp in turn; a shift belongs to a
/// trait, and is at most 3 so that answers stay on their scale.
Table plan(const Request& request);

/// Bytes of one cell.
std::size_t cell_size(const Cell& cell);

}  // namespace psychograph::synthetic
