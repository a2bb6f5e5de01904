// What other people's text becomes before a terminal sees it.
#include <string>

#include <gtest/gtest.h>

#include "core/printable.hpp"

namespace psychograph::core {
namespace {

using namespace std::string_literals;

TEST(Printable, OrdinaryTextStays) {
  for (const auto& text :
       {""s, "age"s, "Q1[1]"s, "C:\\data\\x.h5"s, "Größe"s, "年齢"s, "😀"s, "می‌خواهم"s})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, ControlsBecomeVisible) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(printable("a\nb\rc\td"), "a\\nb\\rc\\td");
  EXPECT_EQ(printable("a\0b\x07"s), "a\\x00b\\x07");
  EXPECT_EQ(printable("a\x7f"), "a\\u007f");
  EXPECT_EQ(printable("a\xc2\x9b"s + "31m"), "a\\u009b31m") << "a terminal takes it for ESC [";
}

TEST(Printable, TurnedDirectionsBecomeVisible) {
  EXPECT_EQ(printable("a\u202e5h.x"), "a\\u202e5h.x");
  EXPECT_EQ(printable("a\u2066b\u2069\u200f\u061c\u2028"), "a\\u2066b\\u2069\\u200f\\u061c\\u2028");
}

TEST(Printable, BytesThatAreNoUtf8BecomeVisible) {
  EXPECT_EQ(printable("K\xf6ln"), "K\\xf6ln");
  EXPECT_EQ(printable("\x9b"
                      "31m"),
            "\\x9b31m");
  EXPECT_EQ(printable("\xc3"), "\\xc3") << "cut off";
  EXPECT_EQ(printable("\xc0\x8a"), "\\xc0\\x8a") << "a longer newline";
  EXPECT_EQ(printable("\xe0\x82\x9b"), "\\xe0\\x82\\x9b") << "a longer U+009B";
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "half of a pair";
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond Unicode";
}

TEST(Printable, LinesKeepTheirEndsAlone) {
  EXPECT_EQ(printable_lines("a\n\x1b b\r\n\tc"), "a\n\\x1b b\\r\n\\tc");
}

}  // namespace
}  // namespace psychograph::core
