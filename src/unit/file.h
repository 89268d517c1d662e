// SPDX-License-Identifier: LGPL-2.1-or-later
// One unit file or drop-in: its assignments, as far as systemd reads it.
//
// Source: parse_line() in systemd's src/shared/conf-parser.c.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "unit/lines.h"
#include "unit/name.h"

namespace ringfence::unit {

struct Assignment {
    std::string section;
    std::string key;
    SourceText value;  ///< without blanks around it
    Location where;    ///< of the key

    const std::string& text() const { return value.text(); }
    /// The position of a byte of the value.
    Location at(std::size_t offset) const { return value.at(offset, where.file); }
};

struct UnitFile {
    SharedText path;
    std::vector<Assignment> assignments;

    /// The line that ended the reading. In a fragment: the unit does not load at all, and its
    /// drop-ins are not looked at. In a drop-in: what follows the line is lost, and nobody says so.
    std::optional<Diagnostic> fatal;

    /// A line whose effect systemd versions disagree on, or that a generator cannot judge.
    /// What follows it may or may not be lost; `assignments` goes on behind it.
    std::optional<Diagnostic> uncertain;
    bool uncertain_followed = false;  ///< there is an assignment behind it

    /// What stands behind a fatal line and is lost; so that a lost request for a fence can be told.
    std::vector<Assignment> lost;
};

/// Parses the text of a file, for a unit of this name. Sections that a service has not (X-… among
/// them) are left out.
UnitFile parse_unit_file(std::string_view text, const SharedText& path, const ServiceName& name);

/// "ExecCondition", "ExecStartPre", … : the settings that hold commands.
const std::vector<std::string>& command_keys();
bool is_command_key(std::string_view key);

}  // namespace ringfence::unit
