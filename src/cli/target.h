// SPDX-License-Identifier: LGPL-2.1-or-later
// The unit that an operand of the command line means, and its files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/manager.h"
#include "cli/site.h"
#include "unit/name_map.h"
#include "unit/unit.h"

namespace ringfence::cli {

struct Target {
    unit::ServiceName name;  ///< the principal one

    /// What the unit is made of, without what the generator and `ringfence enable --static` added.
    unit::Sources sources;
    std::vector<unit::Dropin> statics;  ///< the drop-ins of ringfence enable --static
    bool hidden = false;                ///< another generator or systemd-run(1) makes it
    bool transient = false;             ///< … the latter
};

/// "nginx" → "nginx.service". Errors: no name of a service.
Result<unit::ServiceName> parse_operand(const std::string& operand);

/// Whether this is one of the directories that generators write.
bool is_generator_directory(const std::string& directory);

class TargetFinder {
  public:
    /// `manager`: may be null; only it knows units that other generators make.
    TargetFinder(const Site& site, Manager* manager);

    /// Errors: no such unit, it is masked, a file of it cannot be read.
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
