// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/site/site_files.h"

#include <cerrno>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/path.h"
#include "base/replace_file.h"

namespace ringfence::cli {

namespace {

std::string error_text(int error) {
    return std::generic_category().message(error);
}

// The path, outside of the root, of a directory inside it. Links are resolved.
FileResult<std::string> outside(const Root& root, const std::string& directory) {
    auto inside = root.resolve(directory);
    if (!inside) return inside;
    const std::string prefix = root.path() == "/" ? "" : root.path();
    return *inside == "/" && !prefix.empty() ? prefix : prefix + *inside;
}

// Makes the directory and those above it if they are missing. Returns its path outside of the root.
Result<std::string> make_directory(const Root& root, const std::string& directory) {
    auto there = outside(root, directory);
    if (there) return std::move(*there);
    if (there.error().value() != ENOENT || directory == "/")
        return fail(directory, "cannot be opened: " + there.error().message());
    auto above = make_directory(root, directory_of(directory));
    if (!above) return above;
    const std::string made = *above + "/" + base_name(directory);
    if (::mkdir(made.c_str(), 0755) == 0) return made;
    if (errno != EEXIST) return fail(directory, "cannot make this directory: " + error_text(errno));
    // Somebody has made it meanwhile, or it is a dangling link. Outside of the root, an absolute
    // link would lead to another place, perhaps to one of the host.
    there = outside(root, directory);
    if (there) return std::move(*there);
    return fail(directory, "is a link that leads to nothing below " + root.path(),
                "remove the link, or make the directory that it leads to");
}

}  // namespace

Result<void> write_file(const Root& root, const std::string& path, const std::string& text) {
    const auto directory = make_directory(root, directory_of(path));
    if (!directory) return tl::unexpected(directory.error());
    const auto written = replace_file(*directory + "/" + base_name(path), text, Durability::synced);
    if (!written) return fail(path, "cannot be written: " + written.error().message());
    return {};
}

Result<void> remove_file(const Root& root, const std::string& path) {
    const auto directory = outside(root, directory_of(path));
    if (!directory) return fail(path, "cannot be removed: " + directory.error().message());
    if (::unlink((*directory + "/" + base_name(path)).c_str()) < 0)
        return fail(path, "cannot be removed: " + error_text(errno));
    ::rmdir(directory->c_str());  // others' files in it keep it
    return {};
}

}  // namespace ringfence::cli
