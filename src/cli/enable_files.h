// SPDX-License-Identifier: LGPL-2.1-or-later
// The drop-ins that `ringfence enable` writes: their names and texts, and whether a file is one.
// Each carries a checksum of itself, so that a file that somebody changed is left alone.
#pragma once

#include <string>
#include <string_view>

#include "cli/site.h"
#include "unit/name.h"

namespace ringfence::cli {

/// The file that asks for the fence: UNIT.d/50-ringfence.conf.
inline constexpr char request_name[] = "50-ringfence.conf";

/// /etc/systemd/system, or ~/.config/systemd/user.
std::string dropin_parent(const Site& site);

/// Where this unit's drop-ins of ringfence enable are.
std::string dropin_directory(const Site& site, const std::string& unit);
std::string request_path(const Site& site, const std::string& unit);

/// Where generators write for the normal priority: /run/systemd/generator, or
/// $XDG_RUNTIME_DIR/systemd/generator.
std::string generator_directory(const Site& site);

struct RequestFile {
    std::string unit;
    std::string policy;     ///< empty: another file names it
    bool assertion = true;  ///< refuse to start when the generator did not run
    unit::Scope scope = unit::Scope::system;
};
std::string request_text(const RequestFile& request);

/// A drop-in as the generator renders it, for `--static`.
std::string static_text(const std::string& rendered, const std::string& unit, unit::Scope scope);

enum class Ownership {
    ours,     ///< as ringfence enable wrote it
    changed,  ///< ringfence enable wrote it, and somebody changed it since
    foreign,
};
Ownership ownership_of(std::string_view text);

/// The policy that a request file names; empty when it names none.
std::string policy_of_request(const std::string& text);

/// The first value of an option of the wrapper ("digest") in a drop-in's text; empty without.
std::string option_in(const std::string& text, const std::string& option);

}  // namespace ringfence::cli
