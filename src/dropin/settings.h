// SPDX-License-Identifier: LGPL-2.1-or-later
// A unit's settings together with those that its policy's [systemd] table adds behind them.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "policy/model/rules.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// Refers to the unit and the lines that it was made of.
class Settings {
  public:
    struct Value {
        std::string_view text;
        Location where;
    };

    Settings(const unit::Unit& unit, const std::vector<policy::Directive>& policy_lines)
        : unit_(&unit), lines_(&policy_lines) {}
    /// Of a policy without a unit.
    explicit Settings(const std::vector<policy::Directive>& policy_lines) : lines_(&policy_lines) {}

    /// The assignments in the unit, then those in the policy.
    std::vector<Value> values(unit::Keys keys) const;

    struct Word {
        std::string text;  ///< unquoted and unescaped
        Location where;
    };
    /// The words of a list behind its last reset.
    std::vector<Word> words(unit::Keys keys) const;

    /// The last value; empty if there is none or if it is a reset.
    std::string_view last(std::string_view key) const;

    /// The last valid value of a setting that takes one of these words. systemd ignores all other
    /// values, also the empty one.
    std::string_view last_word(std::string_view key,
                               std::initializer_list<std::string_view> words) const;

    /// The last value as a boolean; `otherwise` if there is none.
    bool is_on(std::string_view key, bool otherwise) const;

    /// Whether RootDirectory= or RootImage= gives the unit another root than the host's.
    bool has_own_root() const;

  private:
    const unit::Unit* unit_ = nullptr;
    const std::vector<policy::Directive>* lines_;
};

}  // namespace ringfence::dropin
