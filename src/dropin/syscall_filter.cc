// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/syscall_filter.h"

#include <algorithm>
#include <functional>
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

// The groups that have these calls in some version of systemd from 252 to 262. @default has the
// calls of Landlock since 257 and 255.13. It is left out, because it can only allow more than is
// assumed here.
bool group_has_sockets(std::string_view group) {
    return group == "@network-io" || group == "@system-service" || group == "@known";
}
bool group_has_capset(std::string_view group) {
    return group == "@privileged" || group == "@system-service" || group == "@known";
}
bool group_has_landlock(std::string_view group) {
    return group == "@sandbox" || group == "@known";
}

// A line allows the calls that it names or, if it begins with "~", denies them.
enum class LineKind { allows, denies };

class SyscallFilter {
  public:
    void apply(const FilterLine& line) {
        if (line.value.empty()) {
            *this = SyscallFilter();
            return;
        }
        std::string_view text = line.value;
        const LineKind kind = text.front() == '~' ? LineKind::denies : LineKind::allows;
        if (kind == LineKind::denies) text.remove_prefix(1);
        if (!exists_) {
            exists_ = true;
            verdict_.is_allow_list = kind == LineKind::allows;
            if (verdict_.is_allow_list) allowed_.clear();
            verdict_.denies_capset = verdict_.is_allow_list;
        }
        unit::WordReader words(text, unit::Quoting::plain);
        for (auto word = words.next(); word && *word; word = words.next())
            apply_name((*word)->value, kind, line.where);
    }

    FilterVerdict verdict() const {
        FilterVerdict result = verdict_;
        result.allows_sockets = allowed_.size() == socket_calls.size();
        return result;
    }

  private:
    void apply_name(std::string_view word, LineKind kind, const Location& where) {
        const std::string_view name = word.substr(0, word.find(':'));  // "NAME:ERRNO"
        // An allow-list ignores a name with an error number.
        if (kind == LineKind::allows && name.size() != word.size()) return;
        if (group_has_landlock(name) || landlock_calls.count(name) != 0)
            verdict_.denies_landlock =
                kind == LineKind::denies ? std::optional<Location>(where) : std::nullopt;
        if (group_has_capset(name) || name == capset_call)
            verdict_.denies_capset = kind == LineKind::denies;
        for (const std::string& call : socket_calls)
            if (group_has_sockets(name) || name == call) set_socket(call, kind);
    }

    void set_socket(const std::string& call, LineKind kind) {
        if (kind == LineKind::allows)
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
    SyscallFilter filter;
    for (const FilterLine& line : lines)
        filter.apply(line);
    return filter.verdict();
}

}  // namespace ringfence::dropin
