// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/diff/text.h"

#include <algorithm>

#include <fmt/format.h>

#include "landlock/groups.h"
#include "policy/model/right_names.h"

namespace ringfence::cli {

using landlock::Access;
using policy::Direction;
using policy::Verdict;

namespace {

// The groups without their common part: `execute` and `write` contain `read`.
struct Part {
    const char* word;
    Access access;
};

std::vector<Part> parts() {
    std::vector<Part> all;
    for (const landlock::PathGroup& group : landlock::path_groups) {
        const bool is_read = group.access == landlock::read_access;
        all.push_back({group.key, is_read ? group.access : group.access - landlock::read_access});
    }
    return all;
}

std::string port_word(const Access& access) {
    for (const landlock::PortGroup& group : landlock::port_groups)
        if (group.access == access) return group.key;
    return "";
}

std::string scope_word(const Access& access) {
    for (const landlock::ScopeGroup& group : landlock::scope_groups)
        if (group.access == access) return group.key;
    return "";
}

class DifferenceText {
  public:
    explicit DifferenceText(const Terminal& terminal) : terminal_(terminal) {}

    std::string render(const PolicyDifference& policy) {
        text_ = fmt::format("{}: {}\n", terminal_.bold(visible(policy.name)),
                            coloured(policy.verdict(), heading(policy)));
        for (const auto& change : policy.difference.paths)
            add_path(change);
        for (const auto& change : policy.difference.ports)
            add(change.direction,
                fmt::format("{} {}", port_word(change.access), ports_text(change)), change.origins);
        for (const auto& change : policy.difference.scopes)
            add(change.direction,
                fmt::format("scope {} is {}", scope_word(change.scope),
                            change.direction == Direction::widens ? "not restricted any more"
                                                                  : "restricted now"),
                {});
        for (const auto& change : policy.difference.settings) {
            std::vector<policy::Origin> origins;
            if (!change.where.file.empty()) origins.push_back({change.where, "", ""});
            add(change.direction, setting_text(change), origins);
        }
        return std::move(text_);
    }

  private:
    static std::string heading(const PolicyDifference& policy) {
        if (policy.presence == PolicyDifference::Presence::only_new) return "new policy (narrows)";
        if (policy.presence == PolicyDifference::Presence::only_old)
            return "policy is gone (widens: units that name it optionally run unfenced)";
        return verdict_text(policy.verdict());
    }

    std::string coloured(Verdict verdict, const std::string& text) const {
        if (verdict == Verdict::widens || verdict == Verdict::both) return terminal_.red(text);
        return verdict == Verdict::narrows ? terminal_.cyan(text) : text;
    }

    void add_path(const policy::PathChange& change) {
        std::string what = fmt::format("{}  {}", change.path, words_of(change.access));
        if (change.path == "/") what = fmt::format("everywhere  {}", words_of(change.access));
        for (std::size_t i = 0; i < change.except.size(); ++i)
            what += (i == 0 ? ", but not in " : ", ") + change.except[i];
        add(change.direction, what, change.origins);
    }

    void add(Direction direction, const std::string& what,
             const std::vector<policy::Origin>& origins) {
        const std::string line = fmt::format("  {} {}", sign_of(direction), visible(what));
        text_ += direction == Direction::widens    ? terminal_.red(line)
                 : direction == Direction::narrows ? terminal_.cyan(line)
                                                   : line;
        text_ += "\n";
        for (const policy::Origin& origin : origins) {
            const std::string place = visible(to_string(origin.where));
            if (place.empty()) continue;
            text_ += terminal_.dim(
                         fmt::format("      {}{}", place,
                                     origin.reason.empty() ? "" : ": " + visible(origin.reason))) +
                     "\n";
        }
    }

    const Terminal& terminal_;
    std::string text_;
};

}  // namespace

Verdict PolicyDifference::verdict() const {
    switch (presence) {
        case Presence::only_new:
            return Verdict::narrows;
        case Presence::only_old:
            return Verdict::widens;
        case Presence::both:
            break;
    }
    return difference.verdict();
}

Verdict verdict_of(const std::vector<PolicyDifference>& policies) {
    bool widens = false;
    bool narrows = false;
    for (const PolicyDifference& policy : policies) {
        const Verdict verdict = policy.verdict();
        widens |= verdict == Verdict::widens || verdict == Verdict::both;
        narrows |= verdict == Verdict::narrows || verdict == Verdict::both;
    }
    if (widens && narrows) return Verdict::both;
    if (widens) return Verdict::widens;
    return narrows ? Verdict::narrows : Verdict::same;
}

const char* name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::same:
            return "same";
        case Verdict::widens:
            return "widens";
        case Verdict::narrows:
            return "narrows";
        case Verdict::both:
            return "both";
    }
    return "";
}

const char* verdict_text(Verdict verdict) {
    return verdict == Verdict::both ? "widens and narrows" : name_of(verdict);
}

const char* sign_of(Direction direction) {
    switch (direction) {
        case Direction::widens:
            return "+";
        case Direction::narrows:
            return "-";
        case Direction::neither:
            return "~";
    }
    return "";
}

std::string words_of(const Access& access) {
    std::string words;
    Access rest = access;
    const auto add = [&](const std::string& word) { words += (words.empty() ? "" : ", ") + word; };
    for (const Part& part : parts()) {
        if (!access.contains(part.access)) continue;
        add(part.word);
        rest = rest - part.access;
    }
    for (const std::string& name : policy::right_names(rest))
        add(name);
    return words;
}

std::string ports_text(const policy::PortChange& change) {
    return change.first == change.last ? fmt::format("{}", change.first)
                                       : fmt::format("{}-{}", change.first, change.last);
}

std::string setting_text(const policy::SettingChange& change) {
    if (change.name == "required")
        return change.after.empty() ? change.before + " need not exist any more"
                                    : change.after + " must exist now";
    if (change.before.empty()) return fmt::format("{}: added {}", change.name, change.after);
    if (change.after.empty()) return fmt::format("{}: removed {}", change.name, change.before);
    return fmt::format("{}: {} -> {}", change.name, change.before, change.after);
}

std::string to_text(const std::vector<PolicyDifference>& policies, const Terminal& terminal) {
    std::string text;
    for (const PolicyDifference& policy : policies)
        if (policy.presence != PolicyDifference::Presence::both || !policy.difference.empty())
            text += DifferenceText(terminal).render(policy) + "\n";
    if (text.empty()) return "The same is allowed.\n";
    return text + fmt::format("Verdict: {}\n", verdict_text(verdict_of(policies)));
}

}  // namespace ringfence::cli
