// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/internet.h"

#include <string_view>

#include "unit/words.h"

namespace ringfence::dropin {

// The first line begins a list of the families that are allowed or, with a "~", of those that are
// not. Each further line adds families to the list or removes some from it.
const unit::Assignment* line_without_internet(const unit::Unit& unit) {
    const unit::Assignment* last = nullptr;
    bool ipv4 = true, ipv6 = true;
    for (const unit::Assignment* line : unit::list_setting(unit, {"RestrictAddressFamilies"})) {
        const bool takes_away = line->text().starts_with('~');
        if (last == nullptr) ipv4 = ipv6 = takes_away;
        last = line;
        unit::WordReader words(std::string_view(line->text()).substr(takes_away ? 1 : 0));
        for (auto word = words.next(); word && *word; word = words.next()) {
            if ((*word)->value == "AF_INET") ipv4 = !takes_away;
            if ((*word)->value == "AF_INET6") ipv6 = !takes_away;
        }
    }
    return ipv4 || ipv6 ? nullptr : last;
}

}  // namespace ringfence::dropin
