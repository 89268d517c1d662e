// SPDX-License-Identifier: LGPL-2.1-or-later
// Interprets a symbolic link in a unit directory.
//
// Source: unit_file_build_name_map() in systemd's src/basic/unit-file.c; systemd.unit(5) on
// aliases, linked units and masks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/root.h"
#include "unit/name.h"

namespace ringfence::unit {

/// A link that leads into one of `directories` is an alias: the result is the name of the unit that
/// it leads to. Any other link is a linked unit or a mask: the result is `path`. Nothing for a link
/// that systemd ignores.
/// `path`: of the link. `name`: the unit name that the link has.
/// `directories`: the directories of the load path, as given and with links resolved.
std::optional<std::string> link_target(const Root& root,
                                       const std::vector<std::string>& directories,
                                       const std::string& path, const ServiceName& name);

}  // namespace ringfence::unit
