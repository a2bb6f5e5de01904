// What is made of event tables, as plain values: which files hold the events, what their columns mean, and
// which features of a customer follow. See docs/behavior.md for every key.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace psychograph::spec {

/// What is done about an event whose time or number can't be read.
enum class OnBadEvent { error, skip };
/// What is done about an event that repeats another one in all columns.
enum class Repeated { keep, drop };
enum class Period { week, month, quarter, year };

/// One [[events]] block: a source of events, and what its columns mean. Empty names: there is no such column.
struct EventBlock {
  std::string name;                ///< begins the names of its features; empty where there is one block alone
  std::vector<std::string> files;  ///< globs; HDF5 or CSV
  std::string table = "/events";   ///< in HDF5
  std::string id;
  std::string time;
  std::string time_units;  ///< of a time that is a plain number: "seconds since 1970-01-01"
  std::string basket;      ///< empty: each event is a basket
  std::string value;
  std::string quantity;
  std::string channel;
  std::string category;
  std::string promotion;
  std::vector<std::string> online;  ///< the channels that count as online
  std::int64_t decimals = 2;        ///< of a value: its smallest unit is 10^-decimals
  bool round = false;               ///< whether a value with more decimals is rounded
  std::int64_t categories = 20;     ///< how many get a share of their own
  OnBadEvent on_bad_event = OnBadEvent::error;
  Repeated repeated = Repeated::keep;
  std::vector<std::string> missing = {"NA"};  ///< words for a missing cell in CSV
};

/// A part of the day, from its first hour to that of the next one.
struct Daypart {
  std::string name;
  std::int64_t hour = 0;
};

/// Names those whose scores lie in the three ranges [lowest, highest].
struct RfmRule {
  std::string name;
  std::array<std::pair<std::int64_t, std::int64_t>, 3> ranges;  ///< of recency, frequency, monetary
};

struct Behavior {
  std::optional<std::int64_t> as_of;   ///< day since 1970-01-01; none: the day after the last event
  std::optional<std::int64_t> from;    ///< the first day of the window; or
  std::optional<std::int64_t> window;  ///< its days; neither: from the first event on
  std::optional<std::int64_t> split;   ///< the first day of the later part; none: the middle of the window
  std::int64_t scores = 5;
  std::int64_t lapsed_after = 90;  ///< days
  std::vector<Daypart> dayparts{{"night", 0}, {"morning", 6}, {"afternoon", 12}, {"evening", 18}};
  std::vector<RfmRule> rules;  ///< complete and disjoint; empty: no names
};

struct Retention {
  Period period = Period::month;
  std::string events;    ///< name of the block; empty: the first
  std::string by;        ///< a column of the customers
  std::string segments;  ///< or a result file, whose segments are the groups
};

struct CustomerTable {
  std::vector<std::string> files;  ///< empty: the customers are those who have events
  std::string table = "/customers";
  std::string id = "customer_id";
};

struct Events {
  std::vector<EventBlock> blocks;
  CustomerTable customers;
  Behavior behavior;
  std::optional<Retention> retention;
  std::int64_t min_cell = 0;  ///< counts of fewer customers are withheld; 0: none is
  std::string output_path;
  std::string effective;  ///< all of it as TOML
};

const char* to_string(Period period);

}  // namespace psychograph::spec
