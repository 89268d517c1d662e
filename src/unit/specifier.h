// SPDX-License-Identifier: LGPL-2.1-or-later
// Specifiers: "%i" and its kin in unit files.
//
// systemd expands them when it loads a unit. A generator runs before that and knows the unit's name
// but not, for one, its user's home directory; so it expands those that follow from the name and
// passes all others on as they are. Source: systemd.unit(5), specifier_printf() in systemd's
// src/shared/specifier.c and the table in src/core/unit-printf.c.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "unit/name.h"

namespace ringfence::unit {

enum class SpecifierIssue {
    unknown,     ///< no systemd has it: an error wherever it is used
    newer,       ///< not all of systemd 252 to 262 have it
    unknowable,  ///< systemd knows it, a generator does not
    instance,    ///< depends on the instance, and the name is a template's
};

struct SpecifierError {
    std::size_t offset;  ///< of the "%"
    char letter;
    SpecifierIssue issue;
};

/// Expands %i %I %j %J %n %N %p %P and %%.
tl::expected<std::string, SpecifierError> expand_specifiers(std::string_view text,
                                                            const ServiceName& name);

/// The first specifier in `text` that is an error in some systemd (unknown, newer).
std::optional<SpecifierError> find_bad_specifier(std::string_view text);

/// "%X is …" for a message.
std::string describe(const SpecifierError& error);

/// Whether the expansion of specifier `letter` always starts with "/".
bool expands_to_path(char letter);

/// What a text could look like once systemd has expanded it.
struct Sample {
    std::string text;    ///< "/s" and "s" stand for what is not known
    bool fails = false;  ///< systemd cannot expand it: the name's escapes are broken
    bool open = false;   ///< depends on an instance that is not known
};
Sample sample_expansion(std::string_view text, const ServiceName& name);

}  // namespace ringfence::unit
