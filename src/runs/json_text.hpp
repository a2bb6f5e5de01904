// JSON with text of any kind in it.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace psychograph::runs {

/// One line, or with `indent` from 0 on several. Bytes that are no UTF-8, which JSON can't hold, are replaced
/// (U+FFFD).
inline std::string json_text(const nlohmann::ordered_json& json, int indent = -1) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace psychograph::runs
