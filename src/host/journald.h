// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the settings of journald.conf(5) and its drop-ins.
//
// Source: systemd's src/journal/journald-server.c and config_parse_standard_file_with_dropins():
// The main file is the first that exists in /etc, /run, /usr/local/lib and /usr/lib. The drop-ins
// of all journald.conf.d directories follow in the order of their names. Of several with one name,
// the one in the first of these directories counts.
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

/// The last assignment of `key` in [Journal]; nothing if there is none. As in journald, files that
/// cannot be read do not count.
std::optional<JournaldSetting> journald_setting(const Root& root, const std::string& key);

}  // namespace ringfence::host
