// What a computation can go on from, as 64-bit words: written and read by the same few lines of each type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "core/centroids.hpp"

namespace psychograph::core {

using Words = std::vector<std::uint64_t>;

/// Takes values in, or gives them out in the same order, bit for bit. What is read is trusted in nothing: no
/// length makes it ask for more memory than there are words. Members throw a data error where words end too
/// early or are none that a value has.
class StateArchive {
 public:
  /// Writes.
  StateArchive() = default;
  /// Reads `words`, which outlive it.
  explicit StateArchive(std::span<const std::uint64_t> words) : unread_(words), reading_(true) {}

  StateArchive& operator&(double& value);
  StateArchive& operator&(long double& value);
  StateArchive& operator&(std::int64_t& value);
  StateArchive& operator&(bool& value);
  StateArchive& operator&(Centroids& value);
  StateArchive& operator&(Words& value);
  template <class Value>
  StateArchive& operator&(std::vector<Value>& values) {
    const auto count = length(values.size());
    if (reading_) values.clear();
    for (std::size_t i = 0; i < count; ++i) {
      if (reading_) values.emplace_back();
      *this& values[i];
    }
    return *this;
  }
  template <class Value>
  StateArchive& operator&(std::optional<Value>& value) {
    bool there = value.has_value();
    *this& there;
    if (reading_ && there) value.emplace();
    if (there) *this&* value;
    return *this;
  }
  /// Of a type that says what it consists of: value.archive(archive).
  template <class Value>
  requires std::is_class_v<Value> StateArchive& operator&(Value& value) {
    value.archive(*this);
    return *this;
  }

  [[nodiscard]] bool reading() const { return reading_; }
  /// What has been written.
  [[nodiscard]] Words words() && { return std::move(written_); }
  /// Throws where more follows than has been read.
  void finish() const;

 private:
  void word(std::uint64_t& value);
  /// Of a list each of whose elements takes a word at least.
  std::size_t length(std::size_t count);

  Words written_;
  std::span<const std::uint64_t> unread_;
  bool reading_ = false;
};

/// The words of `value`.
template <class Value>
Words to_words(Value value) {
  StateArchive archive;
  archive& value;
  return std::move(archive).words();
}

/// The value that has these words, all of them. Throws a data error.
template <class Value>
Value from_words(std::span<const std::uint64_t> words) {
  StateArchive archive(words);
  Value value;
  archive& value;
  archive.finish();
  return value;
}

}  // namespace psychograph::core
