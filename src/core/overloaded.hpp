// Several lambdas as one, for std::visit.
#pragma once

namespace psychograph::core {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace psychograph::core
