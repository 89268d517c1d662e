// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/search.h"

#include <cerrno>
#include <map>

#include <fmt/format.h>

namespace ringfence::policy {

namespace {

constexpr std::string_view suffix = ".toml";

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

Result<std::optional<SourceFile>> Search::read(const std::string& path) const {
    const auto target = root_.read_link(path);
    const bool is_link = target.has_value();
    // As text: a tree below --root need not have a /dev.
    if (is_link && *target == "/dev/null") return SourceFile{path, "", true};
    auto text = root_.read(path, largest_file);
    if (text) {
        const auto status = root_.status(path);
        const bool masked = status && S_ISCHR(status->st_mode);  // read() takes /dev/null only
        return SourceFile{path, std::move(*text), masked};
    }
    if (!is_missing(text.error())) return unreadable(path, text.error());
    if (is_link)
        return fail(path, fmt::format("a link to {}, which does not exist", *target),
                    "remove the link, or link it to /dev/null to mask the policy");
    return std::nullopt;
}

Result<std::optional<SourceFile>> Search::find(std::string_view folder,
                                               const std::string& name) const {
    return find_file(fmt::format("{}{}{}", folder, name, suffix));
}

Result<std::optional<SourceFile>> Search::find_file(const std::string& relative) const {
    for (const std::string& directory : path_) {
        auto found = read(fmt::format("{}/{}", directory, relative));
        if (!found || *found) return found;
    }
    return std::nullopt;
}

Result<std::vector<SourceFile>> Search::drop_ins(std::string_view folder,
                                                 const std::string& name) const {
    return find_files(fmt::format("{}{}{}.d", folder, name, suffix), suffix);
}

Result<std::vector<SourceFile>> Search::find_files(const std::string& relative,
                                                   std::string_view wanted) const {
    std::map<std::string, std::string> files;  // file name → path in the first directory
    for (const std::string& directory : path_) {
        const std::string folder_path = fmt::format("{}/{}", directory, relative);
        const auto entries = root_.list(folder_path);
        if (!entries && is_missing(entries.error())) continue;
        if (!entries) return unreadable(folder_path, entries.error());
        for (const DirectoryEntry& entry : *entries)
            if (has_suffix(entry.name, wanted))
                files.try_emplace(entry.name, folder_path + "/" + entry.name);
    }
    std::vector<SourceFile> found;
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
    }
    return names;
}

std::string Search::directories() const {
    return fmt::format("{}", fmt::join(path_, ", "));
}

}  // namespace ringfence::policy
