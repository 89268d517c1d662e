// SPDX-License-Identifier: LGPL-2.1-or-later
// From a file tree to all the drop-ins that fence its units: what the generator writes, `check`
// reports and `enable --static` keeps.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "dropin/attachment.h"
#include "dropin/render.h"
#include "policy/resolve.h"
#include "unit/load_path.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// The generated file's name, unless a file of the unit sorts behind it: last_file_name().
inline constexpr char usual_file_name[] = "zz-ringfence.conf";

/// From the names of policies to their rules: policy::Resolver::resolve().
using Resolve =
    std::function<Result<std::optional<policy::Rules>>(const std::vector<policy::Name>&)>;

/// Access to the policies.
struct Policies {
    /// Makes one, for each thread its own. It should know `defaults`.
    std::function<Resolve()> resolver;
    /// The names of all policies that exist; to find the instances that they are for.
    std::vector<std::string> names;
    /// The machine's defaults. An error refuses every unit that would be fenced.
    Result<policy::Defaults> defaults = policy::Defaults{};
};

enum class Outcome {
    fenced,
    refused,  ///< the unit does not start, and says why
    masked,   ///< no drop-in of ours can come last: the unit is masked
    nothing,  ///< one instance of a fenced template is not fenced: takes the template's place
};

/// "fenced", "refused", "masked", "open": in the stamp and in JSON.
const char* name_of(Outcome outcome);

/// What a file was made from.
struct Basis {
    unit::Unit unit;
    Attachment attachment;
    std::optional<policy::Rules> rules;  ///< without what is inherited; nothing: see the reasons
};

struct PlannedFile {
    std::string unit;  ///< its principal name
    Outcome outcome = Outcome::fenced;
    std::string path;  ///< "nginx.service.d/zz-ringfence.conf"; empty when masked
    std::string text;
    Diagnostics reasons;  ///< why it is refused or masked
    std::string policy;   ///< its name; empty when refused
    bool unseen = false;  ///< refused, because its file cannot be seen: another generator makes it
    /// What is enforced, with the rules that the unit inherits; fenced only.
    std::shared_ptr<const policy::Rules> rules = nullptr;
    std::shared_ptr<const Basis> basis =
        nullptr;  ///< nullptr: there is no such unit, or it is unreadable
    /// Of an instance: an alias may lead to the template's file past a mask of the principal name.
    std::vector<std::string> other_names = {};
};

struct Plan {
    std::vector<PlannedFile> files;  ///< sorted by unit, then by path
    Diagnostics warnings;            ///< what could not be looked at; sorted
};

/// How much is kept of each file.
enum class Detail {
    text,  ///< what the generator writes; `rules` and `basis` stay empty
    full,
};

/// Large trees are read by several threads; the result does not depend on how many.
Plan make_plan(const Root& root, const unit::LoadPath& path, const Policies& policies,
               const Wrapper& wrapper, Detail detail = Detail::full);

/// What decides about the unit of this Id: a file of its own, which may say that its template's
/// fence is not for it, or its template's. Nothing when it does not ask for a fence.
const PlannedFile* file_of(const Plan& plan, const unit::ServiceName& id);

/// One unit whose files have been read already, whatever directories they are in: one that another
/// generator made. Nothing when it does not ask for a fence.
std::optional<PlannedFile> plan_unit(const Root& root, const unit::Sources& sources,
                                     const Policies& policies, const Wrapper& wrapper);

/// Whether `ringfence enable --static` made this drop-in, so that the generator leaves the unit
/// alone.
bool is_static_dropin(const unit::Dropin& dropin, std::string_view text);

/// The names of the policy files in the search path, sorted.
std::vector<std::string> policy_names(const Root& root, const policy::SearchPath& path);

/// A file name that sorts behind all of `others`: zz-ringfence.conf if it does. Nothing when the
/// last of them is too long for that.
std::optional<std::string> last_file_name(const std::vector<std::string>& others);

/// The instances of `name`, a template, for which `written` (with %i and its kin) makes one of the
/// policies' names.
std::vector<std::string> instances_with_policy(const std::string& written,
                                               const unit::ServiceName& name,
                                               const std::vector<std::string>& policies);

}  // namespace ringfence::dropin
