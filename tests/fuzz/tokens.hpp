// Mutations of archives: text whose words are numbers and lengths, each with a meaning. Bytes changed at
// random seldom leave one that is read to its end.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <random>

namespace psychograph::fuzz {

inline std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char letter : text) {
    if (letter == ' ') {
      words.emplace_back();
    } else {
      words.back() += letter;
    }
  }
  return words;
}

inline std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (&word == words.data() ? "" : " ") + word;
  return text;
}

/// Counts, limits, and the bits of doubles: 0, 1, -1, 1e300, infinity, NaN, the smallest.
inline constexpr std::array<const char*, 24> telling_words{"0",
                                                           "1",
                                                           "2",
                                                           "3",
                                                           "4",
                                                           "5",
                                                           "6",
                                                           "7",
                                                           "-1",
                                                           "1000",
                                                           "1001",
                                                           "65536",
                                                           "2147483647",
                                                           "-2147483648",
                                                           "4294967296",
                                                           "4611686018427387904",
                                                           "9223372036854775807",
                                                           "18446744073709551615",
                                                           "4607182418800017408",
                                                           "13830554455654793216",
                                                           "9094988221128829404",
                                                           "9218868437227405312",
                                                           "9221120237041090560",
                                                           "1"};

/// One to three words of `text` replaced, counted up or down, taken out, doubled or swapped.
inline std::string mutate_words(std::string_view text, unsigned seed) {
  std::minstd_rand random(seed);
  auto words = split(text);
  const auto any = [&] { return random() % words.size(); };
  for (auto changes = 1 + random() % 3; changes > 0; --changes) {
    const auto place = any();
    auto& word = words[place];
    switch (random() % 6) {
      case 0:
      case 1:
        word = telling_words[random() % telling_words.size()];
        break;
      case 2:
        word = std::to_string(std::strtoll(word.c_str(), nullptr, 10) + (random() % 2 == 0 ? 1 : -1));
        break;
      case 3:
        if (words.size() > 1) words.erase(words.begin() + static_cast<std::ptrdiff_t>(place));
        break;
      case 4:
        words.insert(words.begin() + static_cast<std::ptrdiff_t>(place), std::string(words[any()]));
        break;
      default:
        std::swap(word, words[any()]);
    }
  }
  return join(words);
}

}  // namespace psychograph::fuzz

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

/// Mostly words; now and then bytes, as libFuzzer would.
extern "C" inline std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                                      unsigned seed) {
  if (size == 0 || seed % 8 == 0) return LLVMFuzzerMutate(data, size, most);
  const auto text = psychograph::fuzz::mutate_words({reinterpret_cast<const char*>(data), size}, seed / 8);
  const auto length = std::min(text.size(), most);
  std::memcpy(data, text.data(), length);
  return length;
}
