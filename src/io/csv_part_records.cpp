#include "io/csv_part_records.hpp"

#include <algorithm>

namespace psychograph::io {

PartRecords::PartRecords(const CsvTable& table, std::span<const CsvPart> parts)
    : table_(table), parts_(parts) {
  for (const auto& part : parts) bytes_ += part.end - part.begin;
}

bool PartRecords::next_batch() {
  for (;; records_.reset()) {
    if (!records_) {
      if (index_ == parts_.size()) {
        rows_.clear();
        return false;
      }
      const auto& part = parts_[index_++];
      file_ = &table_.files[part.file];
      done_before_ += part_size_;
      part_size_ = part.end - part.begin;
      part_begin_ = part.begin;
      first_record_ = 0;
      rows_.clear();
      records_ = std::make_unique<CsvRecords>(*file_, part);
    }
    first_record_ += static_cast<std::int64_t>(rows_.size());
    while (records_->next_batch()) {
      rows_.clear();
      for (std::size_t row = 0; row < records_->batch().rows(); ++row) {
        if (!records_->is_bare(row)) {
          rows_.push_back(static_cast<std::uint32_t>(row));
        } else if (bare_records_++ == 0) {
          first_bare_record_ = place_of(rows_.size(), records_->batch().field(row, 0));
        }
      }
      if (!rows_.empty()) return true;
    }
  }
}

bool PartRecords::next() {
  if (++row_ < rows_.size()) return true;
  row_ = 0;
  return next_batch();
}

double PartRecords::share() const {
  const auto within = std::min(part_size_, records_->offset() - part_begin_);
  return static_cast<double>(done_before_ + within) / static_cast<double>(bytes_);
}

}  // namespace psychograph::io
