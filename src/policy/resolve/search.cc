// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/resolve/search.h"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/path.h"

namespace ringfence::policy {

namespace {

constexpr std::string_view suffix = ".toml";
constexpr std::string_view json_suffix = ".json";  // of policies in landlockconfig's format

bool is_missing(const std::error_code& error) {
    return error.value() == ENOENT;
}

bool has_suffix(const std::string& name, std::string_view wanted) {
    return name.size() > wanted.size() && name[0] != '.' && name.ends_with(wanted);
}

tl::unexpected<Diagnostics> unreadable(const std::string& path, const std::error_code& error) {
    if (error.value() == EFBIG)
        return fail(path, fmt::format("larger than {} bytes: this is no policy", largest_file));
    if (error.value() == EISDIR) return fail(path, "a directory, not a policy file");
    if (error.value() == EINVAL) return fail(path, "neither a regular file nor a link to one");
    return fail(path, fmt::format("cannot be read: {}", error.message()));
}

}  // namespace

/// The type of a file, as readdir(3) has it: DT_REG, …, or DT_UNKNOWN if the directory does not
/// tell it. Nothing when the directory has no such entry.
std::optional<unsigned char> Search::type_of(const std::string& path) const {
    const std::string directory = directory_of(path);
    auto listing = listings_.find(directory);
    if (listing == listings_.end())
        listing = listings_.emplace(directory, root_.list(directory)).first;
    const auto& entries = listing->second;
    if (!entries && is_missing(entries.error())) return std::nullopt;
    if (!entries) return DT_UNKNOWN;
    const std::string name = base_name(path);
    const auto entry =
        std::lower_bound(entries->begin(), entries->end(), name,
                         [](const auto& a, const std::string& b) { return a.name < b; });
    if (entry == entries->end() || entry->name != name) return std::nullopt;
    return entry->type;
}

Result<std::optional<FoundFile>> Search::read(const std::string& path) const {
    const auto type = type_of(path);
    if (!type) return std::nullopt;
    if (*type == DT_REG) {
        auto text = root_.read_listed(path, largest_file);
        if (text) return FoundFile{path, std::move(*text), false};
        return unreadable(path, text.error());
    }
    const auto target = root_.read_link(path);
    const bool is_link = target.has_value();
    // The target is compared as text: a tree below --root may have no /dev.
    if (is_link && *target == "/dev/null") return FoundFile{path, "", true};
    auto text = root_.read(path, largest_file);
    if (text) {
        const auto status = root_.status(path);
        const bool masked = status && S_ISCHR(status->st_mode);  // read() takes /dev/null only
        return FoundFile{path, std::move(*text), masked};
    }
    if (!is_missing(text.error())) return unreadable(path, text.error());
    if (is_link)
        return fail(path, fmt::format("a link to {}, which does not exist", *target),
                    "remove the link, or link it to /dev/null to mask the policy");
    return std::nullopt;
}

Result<std::optional<FoundFile>> Search::find(std::string_view folder,
                                              const std::string& name) const {
    if (!folder.empty()) return find_file(fmt::format("{}{}{}", folder, name, suffix));
    // A policy may be a JSON file of landlockconfig. Of two files, nobody knows which one is meant.
    for (const std::string& directory : path_) {
        auto found = read(fmt::format("{}/{}{}", directory, name, suffix));
        if (!found) return found;
        auto json = read(fmt::format("{}/{}{}", directory, name, json_suffix));
        if (json && *json && *found)
            return fail((*json)->path, fmt::format("{} is there as well", (*found)->path),
                        "keep one of the two");
        if (*found) return found;
        if (!json || *json) return json;
    }
    return std::nullopt;
}

Result<std::optional<FoundFile>> Search::find_file(const std::string& relative) const {
    for (const std::string& directory : path_) {
        auto found = read(fmt::format("{}/{}", directory, relative));
        if (!found || *found) return found;
    }
    return std::nullopt;
}

Result<std::vector<FoundFile>> Search::drop_ins(std::string_view folder,
                                                const std::string& name) const {
    return find_files(fmt::format("{}{}{}.d", folder, name, suffix), suffix);
}

Result<std::vector<FoundFile>> Search::find_files(const std::string& relative,
                                                  std::string_view wanted) const {
    std::map<std::string, std::string> files;  // file name → path in the first directory
    for (const std::string& directory : path_) {
        const std::string folder_path = fmt::format("{}/{}", directory, relative);
        if (!type_of(folder_path)) continue;
        const auto entries = root_.list(folder_path);
        if (!entries && is_missing(entries.error())) continue;
        if (!entries) return unreadable(folder_path, entries.error());
        for (const DirectoryEntry& entry : *entries)
            if (has_suffix(entry.name, wanted))
                files.try_emplace(entry.name, folder_path + "/" + entry.name);
    }
    std::vector<FoundFile> found;
    Diagnostics problems;
    for (const auto& [file_name, path] : files) {
        auto file = read(path);
        if (!file)
            problems.insert(problems.end(), file.error().begin(), file.error().end());
        else if (*file && !(*file)->masked)
            found.push_back(std::move(**file));
    }
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    return found;
}

std::vector<std::string> Search::names(std::string_view folder) const {
    std::vector<std::string> names;
    for (const std::string& directory : path_) {
        const auto entries = root_.list(fmt::format("{}/{}", directory, folder));
        if (!entries) continue;
        for (const DirectoryEntry& entry : *entries)
            if (has_suffix(entry.name, suffix))
                names.push_back(entry.name.substr(0, entry.name.size() - suffix.size()));
            else if (folder.empty() && entry.name[0] != '.' && entry.name.ends_with(json_suffix))
                names.push_back(entry.name.substr(0, entry.name.size() - json_suffix.size()));
    }
    return names;
}

std::string Search::directories() const {
    return fmt::format("{}", fmt::join(path_, ", "));
}

}  // namespace ringfence::policy
