// SPDX-License-Identifier: LGPL-2.1-or-later
// One journal entry in memory, for sources that are read as text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "journal/source.h"

namespace ringfence::journal {

struct Entry {
    Time time{};
    Id boot = {};
    std::vector<std::pair<std::string, std::string>> fields;

    void clear();
    void set(std::string_view name, std::string_view value);
    /// The first value; nothing when it has none.
    std::optional<std::string_view> field(std::string_view name) const;
};

/// What a review needs of an entry: a denial, an identity, a loss, or nothing.
std::optional<Pass> pass_of(const Entry& entry);

/// Sets a field as the journal's export and JSON formats name it: __REALTIME_TIMESTAMP= and
/// _BOOT_ID= go to `time` and `boot`, fields that no review reads are dropped.
void set_exported(Entry& entry, std::string_view name, std::string_view value);

}  // namespace ringfence::journal
