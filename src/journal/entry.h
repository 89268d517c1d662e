// SPDX-License-Identifier: LGPL-2.1-or-later
// A journal entry in memory, for sources that are read as text.
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
    /// The first value of the field. Nothing if the entry does not have the field.
    std::optional<std::string_view> field(std::string_view name) const;
};

/// The pass of a review that needs the entry. Nothing if none does.
std::optional<Pass> pass_of(const Entry& entry);

/// Sets a field of the journal's export or JSON format. __REALTIME_TIMESTAMP= and _BOOT_ID= set
/// `time` and `boot`. Fields that no review reads are dropped.
void set_exported(Entry& entry, std::string_view name, std::string_view value);

}  // namespace ringfence::journal
