#include "io/csv_part_records.hpp"

#include <algorithm>

namespace psychograph::io {

PartRecords::PartRecords(const CsvTable& table, std::span<const CsvPart> parts)
    : table_(table), parts_(parts) {
  for (const auto& part : parts) bytes_ += part.end - part.begin;
}

bool PartRecords::next() {
  for (;; records_.reset()) {
    if (!records_) {
      if (index_ == parts_.size()) return false;
      const auto& part = parts_[index_++];
      file_ = &table_.files[part.file];
      done_before_ += part_size_;
      part_size_ = part.end - part.begin;
      part_begin_ = part.begin;
      record_ = -1;
      records_ = std::make_unique<CsvRecords>(*file_, part);
    }
    while (records_->next()) {
      ++record_;
      if (!records_->is_bare()) return true;
      if (bare_records_++ == 0) first_bare_record_ = place_of_field(0);
    }
  }
}

double PartRecords::share() const {
  const auto within = std::min(part_size_, records_->offset() - part_begin_);
  return static_cast<double>(done_before_ + within) / static_cast<double>(bytes_);
}

}  // namespace psychograph::io
