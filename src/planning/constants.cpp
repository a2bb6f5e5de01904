#include "planning/constants.hpp"

#include <array>

#include <fmt/format.h>

#include "core/error.hpp"
#include "spec/section.hpp"

namespace psychograph::planning {
namespace {

/// What a machine can be thought to have.
struct Range {
  double least;
  double most;
};
constexpr Range count{1, 1e7};
constexpr Range rate{1, 1e18};
constexpr Range cost{1e-18, 1e3};
constexpr Range factor{1e-3, 1e3};

struct Field {
  const char* name;
  double Constants::*value;
  Range range;
  const char* what;
};

constexpr std::array<Field, 22> fields{{
    {"cores", &Constants::cores, count, "cores of a node that were measured together"},
    {"kernel_core", &Constants::kernel_core, rate, "operations a second, rows against centroids, one core"},
    {"kernel_node", &Constants::kernel_node, rate, "the same of all cores"},
    {"screen", &Constants::screen, factor,
     "times as fast where all customers are compared with many segments"},
    {"bandwidth_core", &Constants::bandwidth_core, rate, "bytes a second from memory, one core"},
    {"bandwidth_node", &Constants::bandwidth_node, rate, "the same of all cores"},
    {"encode", &Constants::encode, rate, "cells a second read from cache, fitted and encoded"},
    {"seed", &Constants::seed, rate, "operations a second, rows against seeding's candidates, one core"},
    {"reduce", &Constants::reduce, rate, "operations a second, seeding's candidates against one another"},
    {"skip", &Constants::skip, cost, "seconds for a customer whose segment stands"},
    {"sample", &Constants::sample, cost, "seconds for a customer who may be drawn, or is counted"},
    {"move", &Constants::move, cost, "seconds for a cell of a customer who changes segment"},
    {"square", &Constants::square, cost, "seconds for a cell of a customer whose distance is told"},
    {"centroid", &Constants::centroid, cost, "seconds for a number of the new centroids"},
    {"latency", &Constants::latency, cost, "seconds for a step of an all-reduce"},
    {"message", &Constants::message, rate, "bytes a second of an all-reduce"},
    {"read", &Constants::read, rate, "bytes a second from the file system, all nodes together"},
    {"write", &Constants::write, rate, "bytes a second to it"},
    {"scratch", &Constants::scratch, rate, "bytes a second from a node's scratch disk"},
    {"process", &Constants::process, rate, "bytes of a rank that has done nothing yet"},
    {"k", &Constants::k, count, "what the kernel was measured with: segments"},
    {"p", &Constants::p, count, "and encoded columns"},
}};

}  // namespace

std::string to_toml(const Constants& constants, const std::string& measured_on) {
  auto text = fmt::format("# What psychograph plan reckons with. Measured on {}.\n", measured_on);
  for (const auto& field : fields) {
    // With a fraction or an exponent, as TOML wants it of a float.
    text += fmt::format("{:<14} = {:<14.6e}  # {}\n", field.name, constants.*field.value, field.what);
  }
  return text;
}

Constants from_toml(std::string_view text, const std::string& name) {
  toml::table document;
  try {
    document = toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    throw core::usage_error(fmt::format("{}:{}: {}", name, error.source().begin.line, error.description()));
  }
  spec::Section section(document, "", name);
  Constants constants;
  for (const auto& field : fields) {
    const auto value = section.number(field.name, field.range.least, field.range.most);
    if (!value) section.fail(field.name, fmt::format("missing: {}", field.what));
    constants.*field.value = *value;
  }
  section.finish();
  return constants;
}

}  // namespace psychograph::planning
