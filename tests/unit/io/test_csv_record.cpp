// One record: fields, quotes, line ends, and what can be wrong.
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "io/csv_record.hpp"

namespace psychograph::io {
namespace {

struct Parsed {
  CsvEnd end;
  std::ptrdiff_t place;
  std::vector<std::string> fields;
};

Parsed parse(std::string_view text, bool whole = true) {
  std::vector<CsvField> fields;
  const auto result = parse_csv_record(text.data(), text.data() + text.size(), whole, fields);
  Parsed parsed{result.end, result.place == nullptr ? -1 : result.place - text.data(), {}};
  for (const auto& field : fields) parsed.fields.push_back(field.text());
  return parsed;
}

using Texts = std::vector<std::string>;

TEST(CsvRecord, SplitsAtCommasAndStopsBehindTheLine) {
  const auto parsed = parse("a,,c\nnext");
  EXPECT_EQ(parsed.end, CsvEnd::record);
  EXPECT_EQ(parsed.fields, (Texts{"a", "", "c"}));
  EXPECT_EQ(parsed.place, 5);
  EXPECT_EQ(parse("a,b,\n").fields, (Texts{"a", "b", ""}));
  EXPECT_EQ(parse("a,b,").fields, (Texts{"a", "b", ""}));
}

TEST(CsvRecord, TakesQuotesOff) {
  EXPECT_EQ(parse("\"a,b\",\"\",\"say \"\"hi\"\"\",\"two\nlines\"\n").fields,
            (Texts{"a,b", "", "say \"hi\"", "two\nlines"}));
  EXPECT_EQ(parse("\"\"\"\"").fields, (Texts{"\""}));
  EXPECT_EQ(parse("\"\"\"\"\"\",x\n").fields, (Texts{"\"\"", "x"}));
}

TEST(CsvRecord, KnowsBothLineEnds) {
  EXPECT_EQ(parse("a,b\r\nc").fields, (Texts{"a", "b"}));
  EXPECT_EQ(parse("\"a\",\"b\"\r\nc").place, 9);
  EXPECT_EQ(parse("a,b\r").fields, (Texts{"a", "b"}));
  EXPECT_EQ(parse("\"a\"\r").fields, (Texts{"a"}));
  EXPECT_EQ(parse("a\rb,c\n").fields, (Texts{"a\rb", "c"}));
  EXPECT_EQ(parse("\"a\r\nb\"\n").fields, (Texts{"a\r\nb"}));
}

TEST(CsvRecord, AsksForMoreWhereverItIsCut) {
  const std::string record = "ab,\"c\"\"d\",\"e\r\nf\"\r\n";
  for (std::size_t length = 0; length < record.size(); ++length) {
    EXPECT_EQ(parse(std::string_view(record).substr(0, length), false).end, CsvEnd::cut_off) << length;
  }
  EXPECT_EQ(parse(record, false).fields, (Texts{"ab", "c\"d", "e\r\nf"}));
}

TEST(CsvRecord, TellsWhereAQuoteIsWrong) {
  auto parsed = parse("a,b\"c\n");
  EXPECT_EQ(parsed.end, CsvEnd::stray_quote);
  EXPECT_EQ(parsed.place, 3);
  EXPECT_EQ(parsed.fields.size(), 1U);
  parsed = parse("a,\"b\"c,d\n");
  EXPECT_EQ(parsed.end, CsvEnd::after_quote);
  EXPECT_EQ(parsed.place, 5);
  parsed = parse("a,\"b\n");
  EXPECT_EQ(parsed.end, CsvEnd::unclosed);
  EXPECT_EQ(parsed.place, 2);
  EXPECT_EQ(parse("\"a\"\rb\n").end, CsvEnd::after_quote);
}

TEST(StorableText, IsUtf8WithoutZeroBytes) {
  for (const std::string good :
       {"", "plain", "a longer plain text of 31 bytes", "M\u00fcnchen \u20ac \U0001F600", "\x7f"}) {
    EXPECT_TRUE(is_storable_text(good)) << good;
  }
  for (const std::string bad :
       {"M\xfcnchen", "\xc3", "12345678\xe2\x82", "\xed\xa0\x80", "\xc0\xaf", "\xf5\x80\x80\x80",
        "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\x80"}) {
    EXPECT_FALSE(is_storable_text(bad));
  }
  EXPECT_FALSE(is_storable_text(std::string("ab\0cdefghijk", 12)));
  EXPECT_FALSE(is_storable_text(std::string("\0", 1)));
}

}  // namespace
}  // namespace psychograph::io
