// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/syscall_filter.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "unit/words.h"

namespace ringfence::dropin {

namespace {

using Names = std::set<std::string, std::less<>>;

// socket(2) and connect(2) on amd64 and arm64; socketcall(2) where they are its subcalls.
const Names socket_calls = {"connect", "sendmsg", "sendto", "socket"};
const Names landlock_calls = {"landlock_add_rule", "landlock_create_ruleset",
                              "landlock_restrict_self"};

// The groups that hold any of these calls, in some systemd of 252 to 262. @default holds the calls
// of Landlock since 257 and 255.13; that only ever allows more than is assumed here.
bool group_has_sockets(std::string_view group) {
    return group == "@network-io" || group == "@system-service" || group == "@known";
}
bool group_has_landlock(std::string_view group) {
    return group == "@sandbox" || group == "@known";
}

class Filter {
  public:
    void apply(const FilterLine& line) {
        if (line.value.empty()) {
            *this = Filter();
            return;
        }
        const bool invert = line.value.front() == '~';
        if (!exists_) {
            exists_ = true;
            verdict_.is_allow_list = !invert;
            if (!invert) allowed_.clear();
        }
        const std::string_view text = std::string_view(line.value).substr(invert ? 1 : 0);
        unit::WordReader words(text, unit::Quoting::plain);
        for (auto word = words.next(); word && *word; word = words.next())
            apply_name(std::string_view((*word)->value), invert, line.where);
    }

    FilterVerdict verdict() const {
        FilterVerdict result = verdict_;
        result.allows_sockets = allowed_.size() == socket_calls.size();
        return result;
    }

  private:
    void apply_name(std::string_view word, bool invert, const Location& where) {
        const std::string_view name = word.substr(0, word.find(':'));  // "NAME:ERRNO"
        if (!invert && name.size() != word.size()) return;             // not taken in an allow-list
        if (group_has_landlock(name) || landlock_calls.count(name) != 0)
            set_landlock(invert, where);
        for (const std::string& call : socket_calls)
            if (group_has_sockets(name) || name == call) set_socket(call, !invert);
    }

    void set_landlock(bool denied, const Location& where) {
        verdict_.denies_landlock = denied ? std::optional<Location>(where) : std::nullopt;
    }

    void set_socket(const std::string& call, bool allow) {
        if (allow)
            allowed_.insert(call);
        else
            allowed_.erase(call);
    }

    bool exists_ = false;
    FilterVerdict verdict_;
    Names allowed_ = socket_calls;
};

}  // namespace

FilterVerdict judge_filter(const std::vector<FilterLine>& lines) {
    Filter filter;
    for (const FilterLine& line : lines)
        filter.apply(line);
    return filter.verdict();
}

}  // namespace ringfence::dropin
