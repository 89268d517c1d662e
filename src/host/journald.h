// SPDX-License-Identifier: LGPL-2.1-or-later
// What journald.conf(5) and its drop-ins say.
//
// Source: systemd's src/journal/journald-server.c and config_parse_standard_file_with_dropins():
// the main file is the first of those in /etc, /run, /usr/local/lib and /usr/lib; drop-ins of all
// journald.conf.d directories follow it in the order of their names, a directory higher in that
// list shadowing the same name in a lower one.
#pragma once

#include <optional>
#include <string>

#include "base/diagnostic.h"
#include "base/root.h"

namespace ringfence::host {

struct JournaldSetting {
    std::string value;
    Location where;
};

/// The last assignment of `key` in [Journal]; nothing without one. Files that cannot be read do not
/// count, as for journald.
std::optional<JournaldSetting> journald_setting(const Root& root, const std::string& key);

}  // namespace ringfence::host
