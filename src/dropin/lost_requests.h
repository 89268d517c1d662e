// SPDX-License-Identifier: LGPL-2.1-or-later
// Requests for a fence in files that are not for a service, or that systemd does not read: systemd
// takes no notice of them, and the service runs open.
#pragma once

#include "base/diagnostic.h"
#include "base/root.h"
#include "unit/load_path.h"
#include "unit/name_map.h"

namespace ringfence::dropin {

enum class Search {
    site,  ///< without the files of packages
    all,
};

/// In drop-in directories and unit files of other types (nginx.socket.d), in directories that are
/// for no unit (nginx.d), in files of drop-in directories whose names do not end in ".conf", and in
/// /etc/systemd itself. Files that cannot be read and backups are left out.
Diagnostics find_lost_requests(const Root& root, const unit::LoadPath& path,
                               const unit::NameMap& map, Search search);

}  // namespace ringfence::dropin
