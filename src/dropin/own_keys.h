// SPDX-License-Identifier: LGPL-2.1-or-later
// The names of the settings by which a unit asks for a fence, and what looks like one of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "unit/unit.h"

namespace ringfence::dropin {

/// How surely a setting of this name asks for a fence, or was meant to. systemd accepts every name
/// that begins with "X-" without a word, so a request in other letters would be lost.
enum class Likeness {
    none,
    /// It only looks like a request, and may be a setting of somebody else: "LandlockABI",
    /// "X_LandlockPolicy", "X-HardLock".
    near,
    /// It is one or two letters away from the name of a setting, or begins with "X-Landlock" with
    /// one letter wrong: "X-LandlokPolicy", "X-Landlok".
    misspelt,
    /// It begins with "X-Landlock", or is "LandlockPolicy", in small or capital letters.
    ours,
};
Likeness likeness_of(std::string_view key);

/// Whether a file or one of the unit's files may have such a setting. Others need not be parsed.
bool may_request(std::string_view text);
bool may_request(const unit::Sources& sources);

/// The name that was meant; empty if none is near.
std::string nearest_key(const std::string& key);

}  // namespace ringfence::dropin
