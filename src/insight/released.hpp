// The one gate that figures pass on their way out of the house.
#pragma once

#include <utility>

namespace psychograph::insight {

class Gate;

/// Figures that may be told. Only a `Gate` makes them, and writers take nothing else.
template <class Figures>
class Released {
 public:
  const Figures& operator*() const { return figures_; }
  const Figures* operator->() const { return &figures_; }

 private:
  friend class Gate;
  explicit Released(Figures figures) : figures_(std::move(figures)) {}
  Figures figures_;
};

}  // namespace psychograph::insight
