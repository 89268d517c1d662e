// SPDX-License-Identifier: LGPL-2.1-or-later
// What `ringfence enable` is about to do to one unit: decided before anything is written.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/manager.h"
#include "cli/site.h"
#include "cli/target.h"

namespace ringfence::cli {

struct FileChange {
    std::string path;
    std::string text;
};

struct EnableChange {
    unit::ServiceName name;
    std::string policy;                ///< of the fence
    std::string because;               ///< "as /usr/lib/…/nginx.toml says"
    std::string digest;                ///< of the fence
    std::vector<FileChange> writes;    ///< only what differs from what is there
    std::vector<std::string> removes;  ///< static drop-ins of another name
    std::string dropin;                ///< the fence itself: what systemd must have loaded then
};

struct EnableOptions {
    std::string policy;  ///< empty: find it
    bool keep_static = false;
};

/// Plans the changes. `site` pretends to have them afterwards. Errors: why the unit cannot be
/// fenced in this way; then nothing must be written.
Result<std::vector<EnableChange>> plan_enable(Site& site, Manager* manager,
                                              const std::vector<std::string>& operands,
                                              const EnableOptions& options);

/// Whether systemd has the unit so that its next start is behind a fence; that of `dropin`, unless
/// it is empty.
Result<void> check_loaded(const LoadedUnit& loaded, const std::string& dropin);

}  // namespace ringfence::cli
