// SPDX-License-Identifier: LGPL-2.1-or-later
// Requests for a fence in files that are not for a service: systemd takes no notice of them, and
// the service runs open.
#pragma once

#include "base/diagnostic.h"
#include "base/root.h"
#include "unit/name_map.h"

namespace ringfence::dropin {

enum class Search {
    site,  ///< without the files of packages
    all,
};

/// In drop-in directories and unit files of other types (nginx.socket.d), and in directories that
/// are for no unit (nginx.d). Files that cannot be read are left out.
Diagnostics find_lost_requests(const Root& root, const unit::NameMap& map, Search search);

}  // namespace ringfence::dropin
