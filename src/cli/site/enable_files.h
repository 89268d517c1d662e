// SPDX-License-Identifier: LGPL-2.1-or-later
// The drop-ins that `ringfence enable` writes: their names, their texts, and how they are
// recognized. Each contains its own checksum. A file that somebody changed is therefore recognized
// and left alone.
#pragma once

#include <string>
#include <string_view>

#include "cli/site/site.h"
#include "unit/name.h"

namespace ringfence::cli {

/// The name of the file that asks for the fence: UNIT.d/50-ringfence.conf.
inline constexpr char request_name[] = "50-ringfence.conf";

/// /etc/systemd/system, or ~/.config/systemd/user.
std::string dropin_parent(const Site& site);

/// The directory of the drop-ins that ringfence enable writes for this unit.
std::string dropin_directory(const Site& site, const std::string& unit);
std::string request_path(const Site& site, const std::string& unit);

/// The directory for the normal output of generators: /run/systemd/generator, or
/// $XDG_RUNTIME_DIR/systemd/generator.
std::string generator_directory(const Site& site);

struct RequestFile {
    std::string unit;
    std::string policy;     ///< empty: another file names it
    bool assertion = true;  ///< refuse to start when the generator did not run
    unit::Scope scope = unit::Scope::system;
};
std::string request_text(const RequestFile& request);

/// The drop-in of `--static`, made of what the generator renders.
std::string static_text(const std::string& rendered, const std::string& unit, unit::Scope scope);

enum class Ownership {
    ours,     ///< as ringfence enable wrote it
    changed,  ///< ringfence enable wrote it, and somebody changed it since
    foreign,
};
Ownership ownership_of(std::string_view text);

/// The policy that a request file names. Empty if it names none.
std::string policy_of_request(const std::string& text);

}  // namespace ringfence::cli
