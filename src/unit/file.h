// SPDX-License-Identifier: LGPL-2.1-or-later
// The assignments in one unit file or drop-in, as far as systemd reads it.
//
// Source: parse_line() in systemd's src/shared/conf-parser.c.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "unit/command.h"
#include "unit/lines.h"
#include "unit/name.h"

namespace ringfence::unit {

struct Assignment {
    std::string section;
    std::string key;
    SourceText value;  ///< without blanks at its ends
    Location where;    ///< of the key
    /// Of ExecStart= and its siblings in [Service]. Nothing for other settings and for a reset.
    std::optional<CommandList> commands = {};

    const std::string& text() const { return value.text(); }
    /// The position of a byte of the value.
    Location at(std::size_t offset) const { return value.at(offset, where.file); }
};

struct UncertainLine {
    Diagnostic problem;
    bool followed = false;  ///< an assignment stands behind it
};

struct UnitFile {
    SharedText path;
    std::vector<Assignment> assignments;

    /// The line at which systemd stops reading. If the file is a fragment, systemd does not load
    /// the unit and does not read its drop-ins. If it is a drop-in, systemd ignores the rest of it.
    std::optional<Diagnostic> fatal;

    /// The first line at which systemd may stop reading: its versions disagree, or a generator
    /// cannot tell. `assignments` also has the lines behind it.
    std::optional<UncertainLine> uncertain;

    /// The assignments behind the fatal line. systemd does not read them, but a request for a fence
    /// among them must not go unnoticed.
    std::vector<Assignment> lost;

    /// Lines that systemd takes for no setting of [Unit], [Service] or [Install]: in other
    /// sections, before the first section (`section` is empty), and those without "=" (`key` is
    /// their first word).
    std::vector<Assignment> ignored;
};

/// Parses the text of a file for a unit of this name.
UnitFile parse_unit_file(std::string_view text, const SharedText& path, const ServiceName& name);

/// The settings that hold commands: "ExecCondition", "ExecStartPre" and so on.
const std::vector<std::string>& command_keys();
bool is_command_key(std::string_view key);

}  // namespace ringfence::unit
