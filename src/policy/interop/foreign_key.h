// SPDX-License-Identifier: LGPL-2.1-or-later
// The keys of other tools' files.
#pragma once

#include <cstdint>
#include <string_view>

namespace ringfence::policy {

/// How the keys of a file are spelt: handledAccessFs in JSON, handled_access_fs in TOML.
enum class Spelling : std::uint8_t { json, toml };

struct ForeignKey {
    std::string_view toml;
    std::string_view json;

    constexpr ForeignKey(std::string_view in_toml, std::string_view in_json)
        : toml(in_toml), json(in_json) {}
    /// A key that both spell the same.
    constexpr explicit ForeignKey(std::string_view in_both) : ForeignKey(in_both, in_both) {}

    constexpr std::string_view in(Spelling spelling) const {
        return spelling == Spelling::json ? json : toml;
    }
};

}  // namespace ringfence::policy
