// What models and checkpoints have in common as Boost.Serialization text archives: numbers stored bit for
// bit, and a checksum. A checksum that is right says that the bytes are as somebody wrote them, not that they
// make sense: what is read is trusted in nothing.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/archive/archive_exception.hpp>
#include <boost/archive/text_iarchive.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include "core/centroids.hpp"

namespace psychograph::results {

/// SHA-256 (FIPS 180-4) of `bytes`, in lower-case hex.
std::string sha256(std::string_view bytes);

/// A text archive being read. Boost takes lengths at their word, and asks for the memory at once: here texts
/// and vectors grow with what is read, so that they never take more than the archive has bytes for. Members
/// throw boost::archive::archive_exception where it ends too early, or holds something else.
class ArchiveReader {
 public:
  explicit ArchiveReader(std::string_view text) : text_(require_signature(text)), archive_(text_) {}

  template <class Number>
  ArchiveReader& operator&(Number& value) {
    archive_ >> value;
    return *this;
  }
  ArchiveReader& operator&(std::string& text);
  template <class Value>
  ArchiveReader& operator&(std::vector<Value>& values) {
    Vector<Value> vector{*this, values};
    archive_ >> vector;
    return *this;
  }
  ArchiveReader& operator&(std::vector<bool>& values);
  /// Throws where more follows than has been read.
  void finish();

 private:
  /// Boost's first word, which Boost itself would read before it can be told otherwise.
  static std::string require_signature(std::string_view text);

  /// In the place of a vector of objects: to Boost a class as any other, so that what it writes before the
  /// first of a class stands here too.
  template <class Value>
  struct Vector {
    ArchiveReader& reader;
    std::vector<Value>& values;
    template <class Archive>
    void serialize(Archive&, unsigned) {
      std::uint64_t count = 0;
      unsigned version = 0;  // of the elements' class
      reader& count& version;
      reader.append(values, count);
    }
  };
  template <class Value>
  void append(std::vector<Value>& values, std::uint64_t count) {
    values.clear();
    for (std::uint64_t i = 0; i < count; ++i) {
      Value value{};
      *this& value;
      values.push_back(std::move(value));
    }
  }

  std::istringstream text_;
  boost::archive::text_iarchive archive_;
};

// A text archive rounds numbers and can't read NaN back: they travel as their bits.
template <class Archive>
void archive_number(Archive& archive, double& value) {
  auto bits = std::bit_cast<std::uint64_t>(value);
  archive& bits;
  value = std::bit_cast<double>(bits);
}

/// A vector without Boost's preamble, by `each` element.
template <class Archive, class Value, class Each>
void archive_list(Archive& archive, std::vector<Value>& values, Each each) {
  std::uint64_t count = values.size();
  archive& count;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i == values.size()) values.emplace_back();  // being read
    each(values[i]);
  }
}

template <class Archive>
void archive_numbers(Archive& archive, std::vector<double>& values) {
  archive_list(archive, values, [&](double& value) { archive_number(archive, value); });
}

template <class Archive>
void archive_centroids(Archive& archive, core::Centroids& c) {
  std::uint64_t k = c.k();
  std::uint64_t p = c.p();
  archive& k& p;
  if (k == 0 || p == 0 || k > std::numeric_limits<std::size_t>::max() / p)
    throw boost::archive::archive_exception(boost::archive::archive_exception::array_size_too_short);
  auto values = c.values();
  for (std::uint64_t i = 0; i < k * p; ++i) {
    if (i == values.size()) values.emplace_back();
    archive_number(archive, values[i]);
  }
  if (c.k() != k || c.p() != p) c = core::Centroids(k, p);
  std::copy(values.begin(), values.end(), c.row(0));
}

}  // namespace psychograph::results
