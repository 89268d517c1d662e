// SPDX-License-Identifier: LGPL-2.1-or-later
// Unit names. Source: systemd.unit(5) and systemd's src/basic/unit-name.c.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::unit {

/// The longest name of a unit, in bytes.
inline constexpr std::size_t name_max = 255;

enum class NameKind { plain, template_name, instance };

/// The parts of a valid name of a service unit: "prefix@instance.service".
struct ServiceName {
    std::string full;
    NameKind kind = NameKind::plain;
    std::string prefix;    ///< up to the first "@", or to the suffix
    std::string instance;  ///< as written, escaped; empty unless kind is instance

    /// "prefix@.service" of an instance or a template; empty for a plain name.
    std::string template_of() const;
    /// The name without ".service", which %N expands to.
    std::string stem() const;
    /// The name of another instance of this template.
    std::string with_instance(std::string_view other) const;
};

/// The parts of a name; nothing when it is not a valid name of a service.
std::optional<ServiceName> parse_service_name(std::string_view name);

/// Undoes systemd-escape(1), as unit_name_unescape() does: "\x2d" becomes "-", and "-" becomes "/".
/// Nothing if an escape is not valid.
std::optional<std::string> unescape(std::string_view text);

/// The names whose ".d" directories hold drop-ins of a unit of this name, most specific first: the
/// name itself, its template, and the same for each prefix "a-b-". The directory "service.d" for
/// all services is left out. Source: systemd.unit(5); unit_file_find_dirs() in src/shared/dropin.c.
std::vector<std::string> dropin_names(const ServiceName& name);

}  // namespace ringfence::unit
