// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/name_map.h"

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "base/path.h"
#include "unit/link_target.h"

namespace ringfence::unit {

namespace {

// systemd follows this many aliases of aliases (FOLLOW_MAX).
constexpr int follow_max = 8;

// Whether the file is the one that systemd calls the unit after, not an alias's.
bool is_of_that_name(const std::string& path, const std::string& name) {
    return path.size() > name.size() && path.ends_with(name) &&
           path[path.size() - name.size() - 1] == '/';
}

std::optional<std::string> without_tail(const std::string& text, std::string_view tail) {
    if (text.size() <= tail.size() ||
        std::string_view(text).substr(text.size() - tail.size()) != tail)
        return std::nullopt;
    return text.substr(0, text.size() - tail.size());
}

// The name of the unit if `name` leads to this file: the file's name, for a template with the
// instance of `name`.
std::string principal_name(const Fragment& file, const ServiceName& name) {
    std::string base = base_name(file.path);
    const auto parts = parse_service_name(base);
    const bool generic =
        parts && parts->kind == NameKind::template_name && name.kind == NameKind::instance;
    return generic ? parts->with_instance(name.instance) : base;
}

}  // namespace

struct NameMap::Builder {
    const Root& root;
    const LoadPath& path;
    NameMap map;
    std::vector<std::string> expanded;  // the directories, as given and with links resolved
    std::size_t rank = 0;

    void expand() {
        expanded = path.directories;
        for (const std::string& directory : path.directories)
            if (const auto resolved = root.resolve(directory)) expanded.push_back(*resolved);
    }

    void add_directory(const std::string& directory) {
        const auto entries = root.list(directory);
        if (!entries) {
            const int code = entries.error().value();
            if (code != ENOENT && code != ENOTDIR)
                map.problems_.push_back(
                    {{directory, 0, 0},
                     "cannot list this unit directory: " + entries.error().message(),
                     ""});
            return;
        }
        for (const DirectoryEntry& entry : *entries)
            add_entry(directory, entry);
    }

    void add_entry(const std::string& directory, const DirectoryEntry& entry) {
        const std::string full = directory + "/" + entry.name;
        if (entry.type == DT_DIR || entry.type == DT_LNK) add_dropins(full, entry.name);
        if (entry.type == DT_DIR) add_wanted(full, entry.name);
        if (entry.type != DT_REG && entry.type != DT_LNK) return;
        const auto name = parse_service_name(entry.name);
        if (!name && (entry.type == DT_REG || leads_out(full)))
            map.others_.push_back({full, false});
        if (!name || map.targets_.count(entry.name) != 0) return;
        if (entry.type == DT_REG) {
            map.targets_[entry.name] = {full, true};
        } else if (const auto target = link_target(root, expanded, full, *name)) {
            map.targets_[entry.name] = {*target, false};
        }
    }

    // Whether a link leads to a file that is in none of the directories. What is in them is listed.
    bool leads_out(const std::string& link) const {
        const auto target = root.resolve(link);
        return target &&
               std::find(expanded.begin(), expanded.end(), directory_of(*target)) == expanded.end();
    }

    void add_dropins(const std::string& full, const std::string& entry) {
        const auto name = without_tail(entry, ".d");
        if (!name) return;
        if (*name != "service" && !parse_service_name(*name))
            return map.others_.push_back({full, true});
        map.dropins_by_name_[*name].push_back(map.dropin_directories_.size());
        map.dropin_directories_.push_back({*name, full, rank});
    }

    // A dependency may start an instance that is named nowhere else.
    void add_wanted(const std::string& full, const std::string& entry) {
        for (const char* tail : {".wants", ".requires", ".upholds"}) {
            if (!without_tail(entry, tail)) continue;
            const auto links = root.list(full);
            if (!links) return;
            for (const DirectoryEntry& link : *links) {
                const auto name = parse_service_name(link.name);
                if (name && name->kind == NameKind::instance) map.wanted_.insert(link.name);
            }
        }
    }

    // Collects the names that lead to the same file.
    void invert() {
        for (const auto& [name, target] : map.targets_) {
            const Fragment* file = map.follow(name);
            if (file == nullptr || is_of_that_name(file->path, name)) continue;
            if (is_mask(root, *file)) continue;
            if (const auto link = parse_service_name(name))
                map.aliases_[principal_name(*file, *link)].insert(name);
        }
    }
};

NameMap NameMap::build(const Root& root, const LoadPath& path) {
    Builder builder{root, path, {}, {}, 0};
    builder.expand();
    for (const std::string& directory : path.directories) {
        builder.add_directory(directory);
        ++builder.rank;
    }
    builder.invert();
    return std::move(builder.map);
}

const Fragment* NameMap::follow(const std::string& name) const {
    const std::string* current = &name;
    for (int step = 0; step < follow_max; ++step) {
        auto found = targets_.find(*current);
        if (found == targets_.end()) {
            // An alias of an instance leads to the template if the instance has no file.
            const auto parts = step == 0 ? std::nullopt : parse_service_name(*current);
            if (!parts) return nullptr;
            found = targets_.find(parts->template_of());
            if (found == targets_.end()) return nullptr;
        }
        if (found->second.path.front() == '/') return &found->second;
        current = &found->second.path;
    }
    return nullptr;
}

const Fragment* NameMap::fragment_file(const ServiceName& name) const {
    const Fragment* own = follow(name.full);
    if (own != nullptr || name.kind != NameKind::instance) return own;
    return follow(name.template_of());
}

std::optional<std::string> NameMap::fragment(const ServiceName& name) const {
    const Fragment* file = fragment_file(name);
    return file == nullptr ? std::nullopt : std::optional<std::string>(file->path);
}

bool NameMap::is_mask(const Root& root, const Fragment& file) {
    const auto status = root.status(file.path);
    return !status || S_ISCHR(status->st_mode) || status->st_size == 0;
}

// systemd excludes such aliases from the unit's names (add_names() in src/basic/unit-file.c).
bool NameMap::leads_elsewhere(const std::string& instance, const Fragment& file) const {
    const Fragment* other = follow(instance);
    return other != nullptr && base_name(other->path) != base_name(file.path);
}

std::string NameMap::id(const ServiceName& name) const {
    const Fragment* file = fragment_file(name);
    if (file == nullptr || is_of_that_name(file->path, name.full)) return name.full;
    std::string principal = principal_name(*file, name);
    return leads_elsewhere(principal, *file) ? name.full : principal;
}

// Adds the names that lead to `of`. An alias of the template becomes one of the unit's instance.
void NameMap::add_aliases(const ServiceName& unit, const std::string& of, const Fragment& file,
                          std::set<std::string>& out) const {
    const auto found = aliases_.find(of);
    if (found == aliases_.end()) return;
    for (const std::string& alias : found->second) {
        const auto parts = parse_service_name(alias);
        if (!parts) continue;
        if (unit.kind != NameKind::instance || parts->kind != NameKind::template_name) {
            out.insert(alias);
            continue;
        }
        const std::string instance = parts->with_instance(unit.instance);
        if (!leads_elsewhere(instance, file)) out.insert(instance);
    }
}

std::vector<std::string> NameMap::names(const ServiceName& name) const {
    const std::string principal = id(name);
    const Fragment* file = fragment_file(name);
    if (file == nullptr ||
        (is_of_that_name(file->path, name.full) && !aliases_.contains(name.full)))
        return {principal};
    std::set<std::string> all = {name.full};
    add_aliases(name, name.full, *file, all);
    all.insert(principal_name(*file, name));
    add_aliases(name, base_name(file->path), *file, all);
    all.erase(principal);
    std::vector<std::string> list = {principal};
    for (const std::string& other : all)
        if (parse_service_name(other)) list.push_back(other);
    return list;
}

std::set<std::string> NameMap::related(const ServiceName& name) const {
    std::set<std::string> found = {name.full};
    for (std::vector<std::string> open = {name.full}; !open.empty();) {
        const auto next = parse_service_name(open.back());
        open.pop_back();
        if (!next) continue;
        for (const std::string& other : names(*next))
            if (found.insert(other).second) open.push_back(other);
    }
    return found;
}

std::vector<ServiceName> NameMap::template_family(const ServiceName& name) const {
    std::vector<ServiceName> family;
    const std::string own = name.template_of();
    if (const auto parts = parse_service_name(own)) family.push_back(*parts);
    const auto found = aliases_.find(own);
    if (found == aliases_.end()) return family;
    for (const std::string& alias : found->second) {
        const auto parts = parse_service_name(alias);
        if (parts && parts->kind == NameKind::template_name && alias != own)
            family.push_back(*parts);
    }
    return family;
}

std::vector<std::string> NameMap::all_names() const {
    std::vector<std::string> names;
    for (const auto& [name, target] : targets_)
        names.push_back(name);
    return names;
}

std::vector<const DropinDirectory*> NameMap::dropin_directories_of(const std::string& name) const {
    std::vector<const DropinDirectory*> found;
    const auto indices = dropins_by_name_.find(name);
    if (indices == dropins_by_name_.end()) return found;
    for (const std::size_t index : indices->second)
        found.push_back(&dropin_directories_[index]);
    return found;
}

}  // namespace ringfence::unit
