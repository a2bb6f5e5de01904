// The loops of the screen, for the processors that have its instructions.
#pragma once

#include <cstdint>
#include <vector>

#include "kernel/screen.hpp"

namespace psychograph::kernel {

/// See Screen::nearest. `rounded` is room for rows, kept between calls. Precondition:
/// has_whole_numbers(). Local.
void screen_tiles(Tiles tiles, const ScreenedCentroids& centroids, std::vector<std::int32_t>& rounded,
                  std::int32_t* labels, std::uint16_t* unsure);

}  // namespace psychograph::kernel
