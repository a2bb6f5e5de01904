#include "planning/constants.hpp"

#include <array>

#include <fmt/format.h>

#include "core/error.hpp"
#include "spec/section.hpp"

namespace psychograph::planning {
namespace {

struct Field {
  const char* name;
  double Constants::*value;
  const char* what;
};

constexpr std::array<Field, 22> fields{{
    {"cores", &Constants::cores, "cores of a node that were measured together"},
    {"kernel_core", &Constants::kernel_core, "operations a second, rows against centroids, one core"},
    {"kernel_node", &Constants::kernel_node, "the same of all cores"},
    {"screen", &Constants::screen, "times as fast where all customers are compared with many segments"},
    {"bandwidth_core", &Constants::bandwidth_core, "bytes a second from memory, one core"},
    {"bandwidth_node", &Constants::bandwidth_node, "the same of all cores"},
    {"encode", &Constants::encode, "cells a second read from cache, fitted and encoded"},
    {"seed", &Constants::seed, "operations a second, rows against seeding's candidates, one core"},
    {"reduce", &Constants::reduce, "operations a second, seeding's candidates against one another"},
    {"skip", &Constants::skip, "seconds for a customer whose segment stands"},
    {"sample", &Constants::sample, "seconds for a customer who may be drawn, or is counted"},
    {"move", &Constants::move, "seconds for a cell of a customer who changes segment"},
    {"square", &Constants::square, "seconds for a cell of a customer whose distance is told"},
    {"centroid", &Constants::centroid, "seconds for a number of the new centroids"},
    {"latency", &Constants::latency, "seconds for a step of an all-reduce"},
    {"message", &Constants::message, "bytes a second of an all-reduce"},
    {"read", &Constants::read, "bytes a second from the file system, all nodes together"},
    {"write", &Constants::write, "bytes a second to it"},
    {"scratch", &Constants::scratch, "bytes a second from a node's scratch disk"},
    {"process", &Constants::process, "bytes of a rank that has done nothing yet"},
    {"k", &Constants::k, "what the kernel was measured with: segments"},
    {"p", &Constants::p, "and encoded columns"},
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
    const auto value = section.number(field.name, 1e-18, 1e18);
    if (!value) section.fail(field.name, fmt::format("missing: {}", field.what));
    constants.*field.value = *value;
  }
  section.finish();
  return constants;
}

}  // namespace psychograph::planning
