// SPDX-License-Identifier: LGPL-2.1-or-later
// Facts about the unit and the machine that checks need. Private to this folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dropin/settings.h"
#include "lint/check.h"
#include "policy/judge/hierarchy.h"

namespace ringfence::lint {

struct Value {
    std::string text;
    Location where;
};

/// The unit's settings and those of the policy's [systemd]; refers to `subject`.
dropin::Settings settings_of(const Subject& subject);

/// The assignments of settings: first those in the unit, then those in the policy's [systemd].
std::vector<Value> values(const Subject& subject, const std::vector<std::string>& keys);

/// The last assignment. Its text is empty if there is none or if it is a reset.
Value last_value(const Subject& subject, const std::string& key);

/// The words of list settings after all resets, without quotes.
std::vector<Value> words(const Subject& subject, const std::vector<std::string>& keys);

/// The value of a boolean setting, or `otherwise` if it is not set.
bool is_on(const Subject& subject, const std::string& key, bool otherwise);

/// A rule's path with its specifiers and variables expanded. Nothing if only the running system can
/// expand them.
std::optional<std::string> expand(const Subject& subject, std::string_view path);

/// What the specifiers in the subject's paths stand for, as far as it is known.
policy::Specifiers specifiers_of(const Subject& subject);

/// Paths with expanded specifiers, with the links of the machine followed. `subject` must outlive
/// the object and must have a root.
class RealPaths : public policy::WrittenPaths {
  public:
    explicit RealPaths(const Subject& subject)
        : WrittenPaths(specifiers_of(subject)), subject_(subject) {}

    std::vector<std::string> chain(const std::string& path) const override;

  private:
    const Subject& subject_;
};

/// The place where the unit asks for its fence.
Location request_of(const Subject& subject);

/// Whether the unit's processes have another root directory than the machine.
bool has_own_root(const Subject& subject);

/// Whether set-user-ID programs have no effect in the unit. Either the unit says so, or the wrapper
/// must set no_new_privs because it has no CAP_SYS_ADMIN (landlock(7)).
bool sets_no_new_privs(const Subject& subject);

/// The directories that systemd makes before the service starts: StateDirectory= and similar
/// settings.
std::vector<std::string> made_directories(const Subject& subject);

}  // namespace ringfence::lint
