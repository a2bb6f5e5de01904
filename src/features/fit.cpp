#include "features/fit.hpp"

#include <algorithm>

#include "comm/run_on_all_ranks.hpp"
#include "features/alpha.hpp"
#include "features/level_fit.hpp"
#include "features/load.hpp"
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
    Schema schema;
    for (const auto& feature : features) schema.features.emplace_back().feature = feature;
    std::vector<FittedFeature*> plain;
    std::vector<FittedFeature*> constructs;
    for (auto& fitted : schema.features) {
      if (fitted.feature.leveled) {
        fit_levels(world_, shard_, participation_, degenerate_, fitted);
      } else {
        (fitted.feature.construct ? constructs : plain).push_back(&fitted);
      }
    }
    place(schema);
    for (auto* fitted : constructs) fit_construct(*fitted);
    const auto batch = columns_at_once(features.size());
    for (std::size_t begin = 0; begin < plain.size(); begin += batch) {
      fit_batch(std::span(plain).subspan(begin, std::min(batch, plain.size() - begin)));
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

  /// Columns that lie apart are read one by one. Where whole rows must be read, as many are kept of each pass
  /// as fit into the memory that the encoded matrix will take (8 bytes a cell now, 4 then).
  [[nodiscard]] std::size_t columns_at_once(std::size_t features) const {
    return shard_.table().layout == io::Layout::columns ? 1 : std::max<std::size_t>(1, features / 2);
  }

  LocalColumn& column(std::size_t i) {
    while (columns_.size() <= i) columns_.emplace_back(shard_, participation_);
    return columns_[i];
  }

  void fit_construct(FittedFeature& fitted) {
    fitted.alpha = cronbach_alpha(world_, shard_, fitted.feature);
    auto values = load_construct(shard_, fitted.feature);
    column(0).start(fitted.feature);
    column(0).add(std::move(values));
    fit_column(fitted, column(0));
  }

  void fit_batch(std::span<FittedFeature* const> batch) {
    std::vector<std::size_t> read;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      read.push_back(*shard_.table().find(batch[i]->feature.columns.front()));
      column(i).start(batch[i]->feature);
    }
    shard_.read(read, [&](const io::RawBlock& block) {
      columns_[static_cast<std::size_t>(std::find(read.begin(), read.end(), block.column) - read.begin())]
          .add(block);
    });
    for (std::size_t i = 0; i < batch.size(); ++i) fit_column(*batch[i], columns_[i]);
  }

  void fit_column(FittedFeature& fitted, LocalColumn& column) {
    fit_numbers(world_, shard_, degenerate_, fitted, column);
    if (progress_.fitted && fitted.feature.clustered) progress_.fitted(fitted, column);
  }

  const comm::Communicator& world_;
  const io::Shard& shard_;
  const Participation& participation_;
  Degenerate degenerate_;
  const FitProgress& progress_;
  std::vector<LocalColumn> columns_;  ///< kept from feature to feature: new pages are dear
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
