#include "features/fit.hpp"

#include <algorithm>

#include "comm/run_on_all_ranks.hpp"
#include "features/alpha.hpp"
#include "features/composite.hpp"
#include "features/level_fit.hpp"
#include "features/number_fit.hpp"

namespace psychograph::features {
namespace {

class Fit {
 public:
  Fit(const comm::Communicator& world, const io::Shard& shard, const Participation& participation,
      Degenerate degenerate, const FitProgress& progress)
      : world_(world),
        shard_(shard),
        participation_(participation),
        degenerate_(degenerate),
        progress_(progress) {}

  Schema run(const std::vector<Feature>& features) {
    features_ = features.size();
    Schema schema;
    for (const auto& feature : features) schema.features.emplace_back().feature = feature;
    std::vector<FittedFeature*> plain;
    std::vector<FittedFeature*> composites;
    for (auto& fitted : schema.features) {
      if (fitted.feature.leveled) {
        fit_levels(world_, shard_, participation_, degenerate_, fitted);
      } else {
        (fitted.feature.composite() ? composites : plain).push_back(&fitted);
      }
    }
    place(schema);
    CompositeReader reader(shard_);
    for (auto* fitted : composites) fit_composite(fitted, reader);
    for (auto rest = std::span<FittedFeature* const>(plain); !rest.empty();) {
      const auto batch = rest.first(columns_at_once(rest));
      fit_batch(batch);
      rest = rest.subspan(batch.size());
    }
    return schema;
  }

 private:
  void place(Schema& schema) const {
    std::size_t column = 0;
    for (auto& fitted : schema.features) {
      fitted.first_column = column;
      column += fitted.width();
    }
    if (progress_.placed) progress_.placed(schema);
  }

  /// For how many features ranks meet together: what a column may take (8 bytes a cell, and as much for the
  /// quantiles) fits beside the encoded matrix.
  [[nodiscard]] std::size_t fitted_at_once() const { return 1 + features_ / 32; }

  /// How many columns are read at once. Those that lie apart: as many as are fitted at once. Where whole rows
  /// must be read: as many as fit into the memory that the encoded matrix will take, as they are stored.
  [[nodiscard]] std::size_t columns_at_once(std::span<FittedFeature* const> rest) const {
    const auto& table = shard_.table();
    if (table.layout == io::Layout::columns) return std::min(rest.size(), fitted_at_once());
    std::size_t bytes = 0;
    std::size_t count = 0;
    for (const auto* fitted : rest) {
      bytes += table.columns[*table.find(fitted->feature.name)].bytes;
      if (bytes > features_ * sizeof(float)) break;
      ++count;
    }
    return std::max<std::size_t>(1, count);
  }

  std::span<LocalColumn> start_columns(std::span<FittedFeature* const> features) {
    while (columns_.size() < features.size()) columns_.emplace_back(shard_, participation_);
    for (std::size_t i = 0; i < features.size(); ++i) columns_[i].start(features[i]->feature);
    return std::span(columns_).first(features.size());
  }

  void fit_composite(FittedFeature* fitted, CompositeReader& reader) {
    if (fitted->feature.construct) fitted->alpha = cronbach_alpha(world_, shard_, fitted->feature);
    const auto columns = start_columns(std::span(&fitted, 1));
    columns.front().add(reader.read(fitted->feature));
    fit_columns(std::span(&fitted, 1), columns);
  }

  void fit_batch(std::span<FittedFeature* const> batch) {
    std::vector<std::size_t> read;
    for (const auto* fitted : batch) read.push_back(*shard_.table().find(fitted->feature.name));
    const auto columns = start_columns(batch);
    shard_.read(read, [&](const io::RawBlock& block) {
      const auto i = std::find(read.begin(), read.end(), block.column) - read.begin();
      columns[static_cast<std::size_t>(i)].add(block);
    });
    const auto step = fitted_at_once();
    for (std::size_t begin = 0; begin < batch.size(); begin += step) {
      const auto count = std::min(step, batch.size() - begin);
      const auto done = columns.subspan(begin, count);
      fit_columns(batch.subspan(begin, count), done);
      // Where all are fitted at once the next batch uses the memory again: new pages are dear.
      if (batch.size() > step) std::for_each(done.begin(), done.end(), [](LocalColumn& c) { c.release(); });
    }
  }

  void fit_columns(std::span<FittedFeature* const> batch, std::span<LocalColumn> columns) {
    fit_numbers(world_, shard_, degenerate_, batch, columns);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (progress_.fitted && batch[i]->feature.clustered) progress_.fitted(*batch[i], columns[i]);
    }
  }

  const comm::Communicator& world_;
  const io::Shard& shard_;
  const Participation& participation_;
  Degenerate degenerate_;
  const FitProgress& progress_;
  std::size_t features_ = 0;
  std::vector<LocalColumn> columns_;  ///< kept from batch to batch
};

}  // namespace

Schema fit(const comm::Communicator& world, const io::Shard& shard, const std::vector<Feature>& features,
           const Participation& participation, Degenerate degenerate, const FitProgress& progress) {
  return Fit(world, shard, participation, degenerate, progress).run(features);
}

Schema fit(const comm::Communicator& world, const io::Shard& shard, const std::vector<Feature>& features,
           const Participation& participation, Degenerate degenerate) {
  return fit(world, shard, features, participation, degenerate, {});
}

}  // namespace psychograph::features
