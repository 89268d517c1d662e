// SPDX-License-Identifier: LGPL-2.1-or-later
// Decides what `ringfence enable` does to each unit, before anything is written.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/site/manager.h"
#include "cli/site/site.h"
#include "cli/site/target.h"

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
    std::vector<FileChange> writes;    ///< only files that change
    std::vector<std::string> removes;  ///< static drop-ins of another name
    std::string dropin;  ///< the drop-in with the fence, which systemd must have loaded
};

struct EnableOptions {
    std::string policy;  ///< empty: find it
    bool keep_static = false;
};

/// Plans the changes. Afterwards `site` answers as if they had been made. Errors: the reason why a
/// unit cannot be fenced in this way. Nothing must be written then.
Result<std::vector<EnableChange>> plan_enable(Site& site, Manager* manager,
                                              const std::vector<std::string>& operands,
                                              const EnableOptions& options);

/// Checks that systemd will start the unit behind a fence. If `dropin` is not empty, it must be the
/// fence of that drop-in.
Result<void> check_loaded(const LoadedUnit& loaded, const std::string& dropin);

}  // namespace ringfence::cli
