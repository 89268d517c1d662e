// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lint/facts.h"

#include <algorithm>

#include "policy/coverage.h"
#include "unit/specifier.h"
#include "unit/words.h"

namespace ringfence::lint {

namespace {

// systemd.unit(5), "Specifiers": what they are in the system's service manager.
struct DirectorySpecifier {
    char letter;
    const char* path;
};
constexpr DirectorySpecifier system_directories[] = {
    {'S', "/var/lib"}, {'t', "/run"}, {'C', "/var/cache"}, {'L', "/var/log"},
    {'E', "/etc"},     {'T', "/tmp"}, {'V', "/var/tmp"},
};

// Settings whose directories systemd makes, and where.
struct MadeDirectory {
    const char* key;
    const char* base;
};
constexpr MadeDirectory made[] = {
    {"StateDirectory", "%S"}, {"RuntimeDirectory", "%t"},       {"CacheDirectory", "%C"},
    {"LogsDirectory", "%L"},  {"ConfigurationDirectory", "%E"},
};

std::optional<std::string> expand_specifier(const Subject& subject, char letter) {
    if (letter == '%') return "%";
    if (!subject.user)
        for (const DirectorySpecifier& row : system_directories)
            if (row.letter == letter) return row.path;
    if (subject.unit == nullptr) return std::nullopt;
    const auto text = unit::expand_specifiers(std::string("%") + letter, subject.unit->unit.name);
    return text ? std::optional<std::string>(*text) : std::nullopt;
}

template <class Replace>
policy::Rules with_paths(policy::Rules rules, const Replace& replace) {
    for (policy::Layer& layer : rules.layers)
        for (policy::PathRule& rule : layer.paths)
            rule.path = replace(rule.path);
    return rules;
}

}  // namespace

std::vector<Value> values(const Subject& subject, const std::vector<std::string>& keys) {
    std::vector<Value> all;
    if (subject.unit != nullptr)
        for (const unit::Assignment* line : unit::assignments(subject.unit->unit, keys))
            all.push_back({line->text(), line->where});
    for (const policy::Directive& line : subject.rules.systemd)
        if (std::find(keys.begin(), keys.end(), line.key) != keys.end())
            all.push_back({line.value, line.origin.where});
    return all;
}

Value last_value(const Subject& subject, const std::string& key) {
    const auto all = values(subject, {key});
    return all.empty() ? Value{} : all.back();
}

std::vector<Value> words(const Subject& subject, const std::vector<std::string>& keys) {
    std::vector<Value> found;
    for (const Value& value : values(subject, keys)) {
        if (value.text.empty()) found.clear();
        unit::WordReader reader(value.text);
        for (auto word = reader.next(); word && *word; word = reader.next())
            found.push_back({(*word)->value, value.where});
    }
    return found;
}

bool is_on(const Subject& subject, const std::string& key, bool otherwise) {
    const Value value = last_value(subject, key);
    return value.text.empty() ? otherwise : unit::parse_boolean(value.text).value_or(otherwise);
}

std::optional<std::string> expand(const Subject& subject, std::string_view path) {
    std::string out;
    for (std::size_t at = 0; at < path.size(); ++at) {
        const char c = path[at];
        const char next = at + 1 < path.size() ? path[at + 1] : '\0';
        if (c == '%') {
            const auto text = expand_specifier(subject, next);
            if (!text) return std::nullopt;
            out += *text;
            ++at;
        } else if (c == '$') {
            if (next != '$') return std::nullopt;  // only "$$" is text
            out += '$';
            ++at;
        } else {
            out += c;
        }
    }
    if (out.empty() || out.front() != '/') return std::nullopt;
    return policy::simplify(out);
}

policy::Rules with_expanded_paths(const Subject& subject, policy::Rules rules) {
    return with_paths(std::move(rules), [&](const std::string& path) {
        return expand(subject, path).value_or(policy::simplify(path));
    });
}

policy::Rules with_real_paths(const Subject& subject, policy::Rules rules) {
    return with_paths(std::move(rules), [&](const std::string& path) {
        const auto expanded = expand(subject, path);
        if (!expanded) return policy::simplify(path);
        return subject.root->resolve(*expanded).value_or(*expanded);
    });
}

Location request_of(const Subject& subject) {
    const dropin::Attachment& attachment = subject.unit->attachment;
    if (!attachment.policies.empty()) return attachment.policies.front().where;
    if (attachment.rules.any) return attachment.rules.where;
    const auto& files = subject.unit->unit.files;
    if (files.empty()) return {subject.unit->unit.name.full, 0, 0};
    return {files.front().path, 0, 0};
}

bool has_own_root(const Subject& subject) {
    const std::string directory = last_value(subject, "RootDirectory").text;
    return (!directory.empty() && directory != "/") ||
           !last_value(subject, "RootImage").text.empty();
}

bool sets_no_new_privs(const Subject& subject) {
    if (subject.user || is_on(subject, "NoNewPrivileges", false) ||
        is_on(subject, "DynamicUser", false))
        return true;
    const auto names_it = [&](const char* key) {
        const std::string text = last_value(subject, key).text;
        const bool named = text.find("CAP_SYS_ADMIN") != std::string::npos;
        return text.starts_with('~') ? !named : named;
    };
    const std::string user = last_value(subject, "User").text;
    const bool is_root = user.empty() || user == "root" || user == "0";
    if (!is_root && !names_it("AmbientCapabilities")) return true;
    // An empty one takes all capabilities away.
    return !values(subject, {"CapabilityBoundingSet"}).empty() &&
           !names_it("CapabilityBoundingSet");
}

std::vector<std::string> made_directories(const Subject& subject) {
    std::vector<std::string> all;
    for (const MadeDirectory& row : made)
        for (const Value& word : words(subject, {row.key}))
            if (const auto path = expand(subject, std::string(row.base) + "/" +
                                                      word.text.substr(0, word.text.find(':'))))
                all.push_back(*path);
    return all;
}

}  // namespace ringfence::lint
