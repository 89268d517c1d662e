// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds the unit that an operand of the command line means, and its files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/site/manager.h"
#include "cli/site/site.h"
#include "unit/name_map.h"
#include "unit/unit.h"

namespace ringfence::cli {

struct Target {
    unit::ServiceName name;  ///< the principal one

    /// The files of the unit, without those that the generator and `ringfence enable --static`
    /// added.
    unit::Sources sources;
    std::vector<unit::Dropin> statics;  ///< the drop-ins of ringfence enable --static
    bool hidden = false;                ///< another generator or systemd-run(1) makes it
    bool transient = false;             ///< systemd-run(1) makes it
};

/// Says that there is no unit with this name. The hint is the unit with the most similar name, or
/// `otherwise` if no name is similar.
Diagnostic no_such_unit(const unit::NameMap& map, const unit::ServiceName& name,
                        const char* otherwise);

class TargetFinder {
  public:
    /// `manager` may be nullptr. Only the manager knows the units that other generators make.
    TargetFinder(const Site& site, Manager* manager);

    /// Errors: there is no such unit, it is masked, or one of its files cannot be read.
    Result<Target> find(const std::string& operand);

  private:
    Result<Target> find_hidden(const unit::ServiceName& name);
    Result<unit::Sources> read_loaded(const LoadedUnit& loaded, const unit::ServiceName& name);
    tl::unexpected<Diagnostics> missing(const unit::ServiceName& name) const;

    const Site& site_;
    Manager* manager_;
    unit::NameMap map_;
};

}  // namespace ringfence::cli
