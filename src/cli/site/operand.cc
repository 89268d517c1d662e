// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/site/operand.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "base/fd.h"
#include "policy/model/name.h"

namespace ringfence::cli {

namespace {

constexpr std::string_view service_suffix = ".service";
constexpr std::string_view policy_suffixes[] = {".toml", ".json"};

// The suffixes of units that are not services (systemd.unit(5)).
constexpr std::string_view other_unit_types[] = {".socket",    ".timer", ".target", ".mount",
                                                 ".path",      ".swap",  ".slice",  ".scope",
                                                 ".automount", ".device"};

bool ends_in_any(std::string_view word, std::span<const std::string_view> suffixes) {
    return std::any_of(suffixes.begin(), suffixes.end(), [&](std::string_view suffix) {
        return word.size() > suffix.size() && word.ends_with(suffix);
    });
}

bool is_directory(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored);
}

Result<std::string> read_to_end(int fd, const std::string& name) {
    std::string text;
    char buffer[16384];
    for (;;) {
        const ssize_t n = ::read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(name, "cannot be read: " + std::system_category().message(errno));
        if (n == 0) return text;
        text.append(buffer, static_cast<std::size_t>(n));
        if (text.size() > policy::largest_file)
            return fail(name, "the file is larger than a policy can be (1 MiB)");
    }
}

Result<policy::Rules> resolve_names(const Site& site, const Operand& operand) {
    auto rules = site.resolve(policies_in(operand.text));
    if (!rules) return tl::unexpected(std::move(rules.error()));
    if (!*rules) return fail(operand.text, "the policy is masked");
    return std::move(**rules);
}

Result<policy::Rules> resolve_text(const Site& site, const PolicyFile& file,
                                   const policy::SearchPath& path) {
    auto rules = policy::resolve_text(site.root, path, file.name, file.file, file.text,
                                      site.defaults.value_or(policy::Defaults{}));
    if (rules && !site.defaults) return tl::unexpected(site.defaults.error());
    return rules;
}

Result<policy::Rules> resolve_file(const Site& site, const PolicyFile& file, DropIns drop_ins,
                                   const std::string& directory) {
    const policy::SearchPath path = search_beside(site, directory);
    const bool found_by_name = path != site.policies && ends_in_any(file.file, policy_suffixes);
    if (drop_ins == DropIns::ignore || !found_by_name) return resolve_text(site, file, path);
    auto rules = site.resolve({{file.name, false, {}}}, path);
    if (!rules) return tl::unexpected(std::move(rules.error()));
    if (!*rules) return fail(file.file, "the policy is masked");
    return std::move(**rules);
}

}  // namespace

Operand read_operand(const std::string& word) {
    using Kind = Operand::Kind;
    if (word == "-") return {Kind::standard_input, word};
    if (word.find('/') != std::string::npos)
        return {is_directory(word) ? Kind::directory : Kind::file, word};
    if (ends_in_any(word, policy_suffixes)) return {Kind::file, word};
    const bool unit = word.size() > service_suffix.size() && word.ends_with(service_suffix);
    return {unit ? Kind::unit : Kind::name, word};
}

Result<unit::ServiceName> service_name(const std::string& word) {
    if (ends_in_any(word, other_unit_types))
        return fail("", fmt::format("\"{}\" is no service", word),
                    "only services have a fence; name the service that it belongs to");
    const auto name = unit::parse_service_name(
        word.ends_with(service_suffix) ? word : word + std::string(service_suffix));
    if (!name)
        return fail("", fmt::format("\"{}\" is not a unit's name", word),
                    "a name is made of letters, digits and \":-_.\\@\"");
    return *name;
}

std::vector<policy::Name> policies_in(const std::string& word) {
    std::vector<policy::Name> names;
    for (std::string& name : policy::names_in(word))
        names.push_back({std::move(name), false, {}});
    return names;
}

Result<PolicyFile> read_policy_file(const Operand& operand) {
    if (operand.kind == Operand::Kind::standard_input) {
        auto text = read_to_end(STDIN_FILENO, "<stdin>");
        if (!text) return tl::unexpected(text.error());
        return PolicyFile{"stdin", "<stdin>", "", std::move(*text)};
    }
    const Fd fd(::open(operand.text.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd)
        return fail(operand.text, "cannot be opened: " + std::system_category().message(errno));
    auto text = read_to_end(fd.get(), operand.text);
    if (!text) return tl::unexpected(text.error());
    std::error_code ignored;
    const std::filesystem::path path = std::filesystem::absolute(operand.text, ignored);
    const bool plain = !ends_in_any(path.filename().string(), policy_suffixes);
    return PolicyFile{(plain ? path.filename() : path.stem()).string(), operand.text,
                      path.lexically_normal().parent_path().string(), std::move(*text)};
}

policy::SearchPath search_beside(const Site& site, const std::string& directory) {
    policy::SearchPath path = site.policies;
    if (!directory.empty() && site.root.path() == "/") path.insert(path.begin(), directory);
    return path;
}

Result<NamedRules> resolve_policy(const Site& site, const Operand& operand, DropIns drop_ins,
                                  const std::string& beside) {
    if (!operand.is_file()) {
        auto rules = resolve_names(site, operand);
        if (!rules) return tl::unexpected(std::move(rules.error()));
        return NamedRules{operand.text, std::move(*rules)};
    }
    const auto file = read_policy_file(operand);
    if (!file) return tl::unexpected(file.error());
    auto rules =
        resolve_file(site, *file, drop_ins, file->directory.empty() ? beside : file->directory);
    if (!rules) return tl::unexpected(std::move(rules.error()));
    return NamedRules{file->name, std::move(*rules)};
}

}  // namespace ringfence::cli
