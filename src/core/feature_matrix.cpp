#include "core/feature_matrix.hpp"

#include <new>
#include <sys/mman.h>

namespace psychograph::core {
namespace {

std::size_t bytes_for(std::size_t rows, std::size_t columns) {
  constexpr auto tile = FeatureMatrix::tile_rows;
  return (rows + tile - 1) / tile * tile * columns * sizeof(float);
}

float* map_zeroes(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  // Huge pages spare a page fault every 4 KiB, which is dear on virtual machines. A wish, not a need.
  (void)::madvise(memory, bytes, MADV_HUGEPAGE);
  return static_cast<float*>(memory);
}

}  // namespace

void FeatureMatrix::Unmap::operator()(float* memory) const {
  if (memory != nullptr) ::munmap(memory, bytes);
}

FeatureMatrix::FeatureMatrix(std::size_t rows, std::size_t columns)
    : rows_(rows),
      columns_(columns),
      data_(map_zeroes(bytes_for(rows, columns)), Unmap{bytes_for(rows, columns)}) {}

}  // namespace psychograph::core
