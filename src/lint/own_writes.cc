// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks for what the service may write and what decides about its next start.
#include "dropin/own_writes.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/path.h"
#include "dropin/inherit.h"
#include "dropin/interpreter.h"
#include "lint/check.h"
#include "lint/facts.h"
#include "unit/specifier.h"

namespace ringfence::lint {

namespace {

using dropin::OwnWrites;
using policy::PathRule;

OwnWrites writes_of(const Subject& subject, dropin::Links& links) {
    return {links, subject.unit->unit, subject.user ? unit::Scope::user : unit::Scope::system,
            subject.enforced};
}

std::string rule_text(const OwnWrites::Grant& grant) {
    if (grant.rule == nullptr) return "writing is not restricted";
    const auto origins = policy::origins_of(*grant.rule, dropin::chooses);
    std::string text = fmt::format("a rule on \"{}\" allows it", grant.rule->path);
    if (origins.empty() || origins.front().where.file.empty()) return text;
    return fmt::format("{}: {}", text, to_string(origins.front().where));
}

// The rules whose paths depend on the environment.
std::vector<const PathRule*> rules_with_variables(const Subject& subject) {
    std::vector<const PathRule*> found;
    for (const policy::Layer& layer : subject.rules.layers)
        for (const PathRule& rule : layer.paths)
            for (std::size_t at = rule.path.find('$'); at != std::string::npos;
                 at = rule.path.find('$', at + 2))
                if (rule.path.compare(at, 2, "${") == 0) {
                    found.push_back(&rule);
                    break;
                }
    return found;
}

// The directory of the first component with a wildcard (glob(7)), or the whole path.
std::string without_wildcards(const std::string& path) {
    const std::size_t at = path.find_first_of("*?[");
    return at == std::string::npos ? path : directory_of(path.substr(0, at));
}

// A file that is read while the service starts.
struct Input {
    std::string path;
    const char* key;
    Location where;
};

std::vector<Input> environment_files(const Subject& subject) {
    std::vector<Input> found;
    for (const Value& word : words(subject, {"EnvironmentFile"}))
        found.push_back(
            {word.text.substr(word.text.starts_with('-') ? 1 : 0), "EnvironmentFile", word.where});
    return found;
}

// LoadCredential=ID:PATH. A name without a slash is looked up in directories of the manager.
std::vector<Input> credentials(const Subject& subject) {
    std::vector<Input> found;
    for (const char* key : {"LoadCredential", "LoadCredentialEncrypted"})
        for (const Value& word : words(subject, {key})) {
            const std::size_t colon = word.text.find(':');
            if (colon != std::string::npos && word.text.find('/', colon) != std::string::npos)
                found.push_back({word.text.substr(colon + 1), key, word.where});
        }
    return found;
}

bool depends_on_credentials(const std::string& path) {
    return path.find("%d") != std::string::npos ||
           path.find("${CREDENTIALS_DIRECTORY}") != std::string::npos;
}

// The inputs that may decide where the rules with variables lead.
std::vector<Input> inputs_of(const Subject& subject, const OwnWrites& writes,
                             const std::vector<const PathRule*>& rules) {
    std::vector<Input> inputs = environment_files(subject);
    const bool credential =
        std::any_of(inputs.begin(), inputs.end(),
                    [](const Input& file) { return depends_on_credentials(file.path); }) ||
        std::any_of(rules.begin(), rules.end(),
                    [](const PathRule* rule) { return depends_on_credentials(rule->path); });
    if (credential)
        for (Input& input : credentials(subject))
            inputs.push_back(std::move(input));
    // A path that begins with an unknown variable may be relative.
    const bool relative = std::any_of(rules.begin(), rules.end(), [&](const PathRule* rule) {
        return rule->path.starts_with("${") && writes.known_part(rule->path).empty();
    });
    const Value directory = last_value(subject, "WorkingDirectory");
    const std::string path = directory.text.substr(directory.text.starts_with('-') ? 1 : 0);
    if (relative && path.starts_with('/'))
        inputs.push_back({path, "WorkingDirectory", directory.where});
    return inputs;
}

// systemd opens these for the service. Of several values of one setting, the last one counts.
std::vector<Input> standard_streams(const Subject& subject) {
    std::vector<Input> found;
    for (const char* key : {"StandardInput", "StandardOutput", "StandardError"}) {
        const Value value = last_value(subject, key);
        for (const std::string_view kind : {"file:", "append:", "truncate:"})
            if (value.text.starts_with(kind))
                found.push_back({value.text.substr(kind.size()), key, value.where});
    }
    return found;
}

// "-SOURCE:DESTINATION:OPTIONS" of bind mounts and "PATH:NAME:OPTIONS" of OpenFile=.
std::vector<Input> sources(const Subject& subject) {
    std::vector<Input> found;
    for (const char* key : {"BindPaths", "BindReadOnlyPaths", "OpenFile"})
        for (const Value& word : words(subject, {key})) {
            const std::size_t start = word.text.starts_with('-') ? 1 : 0;
            found.push_back(
                {word.text.substr(start, word.text.find(':') - start), key, word.where});
        }
    return found;
}

std::vector<Input> opened_before_fence(const Subject& subject) {
    std::vector<Input> all = standard_streams(subject);
    for (auto& more : {sources(subject), credentials(subject)})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

// Where somebody can put a link in the place of the file, or of a link that leads to it.
std::vector<std::string> directories_on_the_way(dropin::Links& links, const std::string& path) {
    std::vector<std::string> found = links.crossed(path);
    for (std::string& one : found)
        one = directory_of(one);
    return found;
}

}  // namespace

void check_written_program(const Subject& subject, Reporter& report) {
    if (has_own_root(subject)) return;
    dropin::Links links(*subject.root);
    const OwnWrites writes = writes_of(subject, links);
    std::set<std::string> told;
    for (const std::string& program :
         dropin::programs(subject.unit->unit, subject.unit->attachment.wrap)) {
        const auto path = unit::expand_specifiers(program, subject.unit->unit.name);
        if (!path) continue;
        for (const dropin::ProgramFile& file : dropin::find_program_files(links, *path)) {
            const auto grant = writes.grant(file.crossed);
            if (!grant) continue;
            if (told.insert(file.path).second)
                report.add(grant->rule == nullptr
                               ? std::vector<policy::Origin>{}
                               : policy::origins_of(*grant->rule, dropin::chooses),
                           file.path,
                           fmt::format("it may write what it executes: \"{}\"{} ({})", file.path,
                                       grant->path == file.path
                                           ? ""
                                           : fmt::format(" leads through \"{}\"", grant->path),
                                       rule_text(*grant)));
            break;
        }
    }
}

void check_written_input(const Subject& subject, Reporter& report) {
    const std::vector<const PathRule*> rules = rules_with_variables(subject);
    if (rules.empty() || has_own_root(subject)) return;
    dropin::Links links(*subject.root);
    const OwnWrites writes = writes_of(subject, links);
    for (const Input& input : inputs_of(subject, writes, rules)) {
        const auto path = expand(subject, without_wildcards(input.path));
        if (!path) continue;
        const auto grant = writes.grant(*path);
        if (!grant) continue;
        report.add(input.where, input.path,
                   fmt::format("it may write \"{}\" ({}), and the path of its rule \"{}\" depends "
                               "on {}=",
                               input.path, rule_text(*grant), rules.front()->path, input.key));
    }
}

void check_opened_before_fence(const Subject& subject, Reporter& report) {
    // A user's manager opens nothing that the user could not open. With a root of its own, the
    // paths of a policy are inside of it.
    if (subject.user || has_own_root(subject)) return;
    const std::vector<Input> inputs = opened_before_fence(subject);
    if (inputs.empty()) return;
    dropin::Links links(*subject.root);
    const OwnWrites writes = writes_of(subject, links);
    for (const Input& input : inputs) {
        const auto path = expand(subject, input.path);
        if (!path) continue;
        const auto grant = writes.grant(directories_on_the_way(links, *path));
        if (!grant) continue;
        report.add(input.where, input.path,
                   fmt::format("it may put a link in the place of \"{}\" ({}), which {}= opens",
                               input.path, rule_text(*grant), input.key));
    }
}

}  // namespace ringfence::lint
