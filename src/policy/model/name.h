// SPDX-License-Identifier: LGPL-2.1-or-later
// Names of policies and abstractions. The name of a unit without its suffix is such a name.
#pragma once

#include <string>
#include <string_view>

namespace ringfence::policy {

/// What is wrong with `name`, to follow "it is no name: "; empty when the name is good. Names have
/// the characters of unit names (systemd.unit(5)), "@" included.
std::string problem_with_name(std::string_view name);

}  // namespace ringfence::policy
