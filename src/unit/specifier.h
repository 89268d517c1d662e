// SPDX-License-Identifier: LGPL-2.1-or-later
// Specifiers in unit files, such as "%i".
//
// systemd expands them when it loads a unit. A generator runs before that. It knows the unit's
// name, but not, for example, the home directory of the unit's user. So it expands the specifiers
// that follow from the name and leaves all others as they are. Source: systemd.unit(5),
// specifier_printf() in systemd's src/shared/specifier.c, the table in src/core/unit-printf.c.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "unit/name.h"

namespace ringfence::unit {

/// The letters of those that follow from the unit's name.
inline constexpr std::string_view name_specifiers = "iIjJnNpP";

enum class SpecifierIssue {
    unknown,     ///< no version of systemd knows it, so it is an error
    newer,       ///< not all versions from 252 to 262 know it
    unknowable,  ///< only systemd can expand it, not a generator
    instance,    ///< it depends on the instance, and the unit is a template
};

struct SpecifierError {
    std::size_t offset;  ///< of the "%"
    char letter;
    SpecifierIssue issue;
};

/// Expands %i %I %j %J %n %N %p %P and %%.
tl::expected<std::string, SpecifierError> expand_specifiers(std::string_view text,
                                                            const ServiceName& name);

/// The first specifier in `text` that is an error in some version of systemd: unknown or newer.
std::optional<SpecifierError> find_bad_specifier(std::string_view text);

/// A sentence for a message: "%X is no specifier".
std::string describe(const SpecifierError& error);

/// Whether the expansion of specifier `letter` always starts with "/".
bool expands_to_path(char letter);

/// An example of what systemd may expand a text to.
struct Sample {
    std::string text;    ///< with "/s" and "s" in the place of unknown values
    bool fails = false;  ///< systemd cannot expand it: an escape in the name is not valid
    bool open = false;   ///< it depends on the instance, which is not known
};
Sample sample_expansion(std::string_view text, const ServiceName& name);

}  // namespace ringfence::unit
