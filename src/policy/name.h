// SPDX-License-Identifier: LGPL-2.1-or-later
// Names of policies and abstractions: a unit's name without its suffix must be one.
#pragma once

#include <string>
#include <string_view>

namespace ringfence::policy {

/// What is wrong with `name`; empty when nothing is. The characters are those of unit names
/// (systemd.unit(5)), "@" included.
std::string problem_with_name(std::string_view name);

}  // namespace ringfence::policy
