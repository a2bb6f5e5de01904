// Writes answers.por, answers.sav and ids.sav of this folder by ReadStat itself: what haven does not write
// (portable files; labels, missing values and measure levels of texts). What they hold is in test_survey.py.
//
//     c++ -o /tmp/make make_portable.cpp -lreadstat && /tmp/make
#include <cstdio>
#include <cstring>

#include <readstat.h>

namespace {

ssize_t put(const void* data, size_t length, void* file) {
  return static_cast<ssize_t>(std::fwrite(data, 1, length, static_cast<FILE*>(file)));
}

void write(const char* path, bool portable) {
  FILE* file = std::fopen(path, "wb");
  readstat_writer_t* writer = readstat_writer_init();
  readstat_set_data_writer(writer, put);
  readstat_writer_set_file_timestamp(writer, 0);
  auto* answers = readstat_add_label_set(writer, READSTAT_TYPE_DOUBLE, "answers");
  readstat_label_double_value(answers, 1, "Never");
  readstat_label_double_value(answers, 2, "Sometimes");
  readstat_label_double_value(answers, 3, "Often");
  readstat_label_double_value(answers, 9, "Refused");
  auto* places = readstat_add_label_set(writer, READSTAT_TYPE_STRING, "places");
  readstat_label_string_value(places, "N", "North");
  readstat_label_string_value(places, "S", "South");
  auto* often = readstat_add_variable(writer, "OFTEN", READSTAT_TYPE_DOUBLE, 0);
  readstat_variable_set_label(often, "How often");
  readstat_variable_set_label_set(often, answers);
  readstat_variable_set_measure(often, READSTAT_MEASURE_ORDINAL);
  readstat_variable_add_missing_double_value(often, 9);
  auto* place = readstat_add_variable(writer, "PLACE", READSTAT_TYPE_STRING, 3);
  readstat_variable_set_label_set(place, places);
  readstat_variable_set_measure(place, READSTAT_MEASURE_NOMINAL);
  readstat_variable_add_missing_string_value(place, "X");
  auto* day = readstat_add_variable(writer, "DAY", READSTAT_TYPE_DOUBLE, 0);
  readstat_variable_set_format(day, "EDATE10");
  auto* share = readstat_add_variable(writer, "SHARE", READSTAT_TYPE_DOUBLE, 0);
  if (portable) {
    readstat_begin_writing_por(writer, file, 12);
  } else {
    readstat_begin_writing_sav(writer, file, 12);
  }
  const double rates[] = {1, 2, 3, 9};
  const char* names[] = {"N", "S", "X"};
  for (int row = 0; row < 12; ++row) {
    readstat_begin_row(writer);
    readstat_insert_double_value(writer, often, rates[row % 4]);
    readstat_insert_string_value(writer, place, names[row % 3]);
    readstat_insert_double_value(writer, day, 13802313600.0 + 86400.0 * row);  // from 2020-02-29 on
    if (row == 5) {
      readstat_insert_missing_value(writer, share);
    } else {
      readstat_insert_double_value(writer, share, row / 8.0 - 0.5);
    }
    readstat_end_row(writer);
  }
  if (const auto error = readstat_end_writing(writer); error != READSTAT_OK)
    std::fprintf(stderr, "%s: %s\n", path, readstat_error_message(error));
  readstat_writer_free(writer);
  std::fclose(file);
}

/// Ids, and days, of which most are declared missing.
void write_ids(const char* path) {
  FILE* file = std::fopen(path, "wb");
  readstat_writer_t* writer = readstat_writer_init();
  readstat_set_data_writer(writer, put);
  readstat_writer_set_file_timestamp(writer, 0);
  readstat_writer_set_compression(writer, READSTAT_COMPRESS_ROWS);
  auto* id = readstat_add_variable(writer, "RID", READSTAT_TYPE_DOUBLE, 0);
  readstat_variable_add_missing_double_range(id, 100, 1e9);
  auto* day = readstat_add_variable(writer, "DAY", READSTAT_TYPE_DOUBLE, 0);
  readstat_variable_set_format(day, "EDATE10");
  readstat_variable_add_missing_double_range(day, 13802313600.0 + 86400, 1e12);
  readstat_begin_writing_sav(writer, file, 1200);
  for (int row = 0; row < 1200; ++row) {
    readstat_begin_row(writer);
    readstat_insert_double_value(writer, id, row);
    readstat_insert_double_value(writer, day, 13802313600.0 + 86400.0 * row);
    readstat_end_row(writer);
  }
  if (const auto error = readstat_end_writing(writer); error != READSTAT_OK)
    std::fprintf(stderr, "%s: %s\n", path, readstat_error_message(error));
  readstat_writer_free(writer);
  std::fclose(file);
}

}  // namespace

int main() {
  write_ids("ids.sav");
  write("answers.por", true);
  write("answers.sav", false);
}
