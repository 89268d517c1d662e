// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lint/facts.h"

#include <algorithm>

#include "base/escape.h"
#include "base/path.h"
#include "unit/directories.h"

namespace ringfence::lint {

dropin::Settings settings_of(const Subject& subject) {
    const auto& lines = subject.rules.systemd;
    return subject.unit == nullptr ? dropin::Settings(lines)
                                   : dropin::Settings(subject.unit->unit, lines);
}

std::vector<Value> values(const Subject& subject, const std::vector<std::string>& keys) {
    std::vector<Value> all;
    for (const dropin::Settings::Value& value : settings_of(subject).values(keys))
        all.push_back({std::string(value.text), value.where});
    return all;
}

Value last_value(const Subject& subject, const std::string& key) {
    const auto all = values(subject, {key});
    return all.empty() ? Value{} : all.back();
}

std::vector<Value> words(const Subject& subject, const std::vector<std::string>& keys) {
    std::vector<Value> found;
    for (dropin::Settings::Word& word : settings_of(subject).words(keys))
        found.push_back({std::move(word.text), word.where});
    return found;
}

bool is_on(const Subject& subject, const std::string& key, bool otherwise) {
    return settings_of(subject).is_on(key, otherwise);
}

std::optional<std::string> expand(const Subject& subject, std::string_view path) {
    const policy::Specifiers specifiers = specifiers_of(subject);
    std::string out;
    for (std::size_t at = 0; at < path.size(); ++at) {
        const char c = path[at];
        const char next = at + 1 < path.size() ? path[at + 1] : '\0';
        if (c == '%') {
            const auto value = specifiers.find(next);
            if (value == specifiers.end() && next != '%') return std::nullopt;
            out += next == '%' ? "%" : value->second;
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
    return simplify_path(out);
}

policy::Specifiers specifiers_of(const Subject& subject) {
    return unit::specifier_values(subject.user ? unit::Scope::user : unit::Scope::system,
                                  subject.unit == nullptr ? nullptr : &subject.unit->unit.name);
}

std::vector<std::string> RealPaths::chain(const std::string& path) const {
    const auto expanded = expand(subject_, path);
    if (!expanded) return WrittenPaths::chain(path);
    return WrittenPaths::chain(
        escape_expansions(subject_.root->resolve(*expanded).value_or(*expanded)));
}

Location request_of(const Subject& subject) {
    const dropin::Attachment& attachment = subject.unit->attachment;
    if (!attachment.policies.empty()) return attachment.policies.front().where;
    if (attachment.rules) return attachment.rules->where;
    const auto& files = subject.unit->unit.files;
    if (files.empty()) return {subject.unit->unit.name.full, 0, 0};
    return {files.front().path, 0, 0};
}

bool has_own_root(const Subject& subject) {
    return settings_of(subject).has_own_root();
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
    // An empty CapabilityBoundingSet= removes all capabilities.
    return !values(subject, {"CapabilityBoundingSet"}).empty() &&
           !names_it("CapabilityBoundingSet");
}

std::vector<std::string> made_directories(const Subject& subject) {
    std::vector<std::string> all;
    for (const unit::BaseDirectory& row : unit::base_directories) {
        if (row.setting == nullptr) continue;
        for (const Value& word : words(subject, {row.setting}))
            if (const auto path = expand(subject, std::string("%") + row.specifier + "/" +
                                                      word.text.substr(0, word.text.find(':'))))
                all.push_back(*path);
    }
    return all;
}

}  // namespace ringfence::lint
