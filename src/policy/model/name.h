// SPDX-License-Identifier: LGPL-2.1-or-later
// Names of policies and abstractions. The name of a unit without its suffix is such a name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringfence::policy {

/// What is wrong with `name`, to follow "it is no name: "; empty when the name is good. Names have
/// the characters of unit names (systemd.unit(5)), "@" included.
std::string problem_with_name(std::string_view name);

/// A fence of several policies has their names joined: "nginx+site" is of nginx and site, and the
/// first is the service's own. There is always one name at least, which may be empty.
std::vector<std::string> names_in(std::string_view joined);

}  // namespace ringfence::policy
