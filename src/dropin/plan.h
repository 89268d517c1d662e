// SPDX-License-Identifier: LGPL-2.1-or-later
// Plans the drop-ins that fence the units of a file tree. The generator writes them; `check`,
// `show`, `status` and `enable` look at them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "dropin/planned_file.h"
#include "dropin/render.h"
#include "policy/resolve/resolve.h"
#include "unit/load_path.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// The name of the generated file, unless it would not come last; see last_file_name().
inline constexpr char usual_file_name[] = "~ringfence.conf";

/// Resolves the names of policies to rules, as policy::Resolver::resolve() does.
using Resolve =
    std::function<Result<std::optional<policy::Rules>>(const std::vector<policy::Name>&)>;

/// The policies of a machine.
struct Policies {
    /// Makes a resolver that applies `defaults`. Each thread gets one of its own.
    std::function<Resolve()> resolver;
    /// The names of all policies, by which instances with a policy of their own are found.
    std::vector<std::string> names;
    /// From ringfence.conf(5). If they are an error, all units that ask for a fence are refused.
    Result<policy::Defaults> defaults = policy::Defaults{};
};

/// A unit that another generator or systemd-run(1) makes, and that runs without the fence that it
/// asks for.
struct UnseenUnit {
    std::string name;
    std::string file;
    std::string why;
    bool own_request = false;  ///< in the file that was made for it
};

struct Plan {
    std::vector<PlannedFile> files;  ///< sorted by unit, then by path
    Diagnostics warnings;            ///< about files that could not be read; sorted
    Diagnostics lost;  ///< lines that look like requests and have no effect; sorted, each once
    std::vector<UnseenUnit> unseen;  ///< only with Detail::full
};

/// How much of each fence is kept.
enum class Detail {
    text,  ///< what the generator writes
    full,  ///< with Fenced::source and Plan::unseen
};

/// Several threads read a large tree. The result does not depend on their number.
Plan make_plan(const Root& root, const unit::LoadPath& path, const Policies& policies,
               const Wrapper& wrapper, Detail detail = Detail::full);

/// The file that decides about the unit with this Id: its own, which may be Open, or that of its
/// template. nullptr if the unit does not ask for a fence.
const PlannedFile* file_of(const Plan& plan, const unit::ServiceName& id);

/// Plans one unit, whose files may be in directories that generators write. Nothing if it does not
/// ask for a fence.
std::optional<PlannedFile> plan_unit(const Root& root, const unit::Sources& sources,
                                     const Policies& policies, const Wrapper& wrapper);

/// The names of the policy files in the search path, sorted.
std::vector<std::string> policy_names(const Root& root, const policy::SearchPath& path);

/// A file name that sorts behind all of `others`: ~ringfence.conf, or a longer one. Nothing if
/// that would be too long.
std::optional<std::string> last_file_name(const std::vector<std::string>& others);

/// The instances of a template that have a policy. `written`: a policy's name with specifiers that
/// depend on the instance. `name`: of the template. `policies`: the names of all policies.
std::vector<std::string> instances_with_policy(const std::string& written,
                                               const unit::ServiceName& name,
                                               const std::vector<std::string>& policies);

}  // namespace ringfence::dropin
