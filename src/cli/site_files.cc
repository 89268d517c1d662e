// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/site_files.h"

#include <cerrno>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/replace_file.h"

namespace ringfence::cli {

namespace {

std::string parent(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string error_text(int error) {
    return std::generic_category().message(error);
}

// The path outside of the root that a directory inside it has, links resolved.
FileResult<std::string> outside(const Root& root, const std::string& directory) {
    auto inside = root.resolve(directory);
    if (!inside) return inside;
    const std::string prefix = root.path() == "/" ? "" : root.path();
    return *inside == "/" && !prefix.empty() ? prefix : prefix + *inside;
}

// Makes what is missing, and returns where it is.
Result<std::string> make_directory(const Root& root, const std::string& directory) {
    auto there = outside(root, directory);
    if (there) return std::move(*there);
    if (there.error().value() != ENOENT || directory == "/")
        return fail(directory, "cannot be opened: " + there.error().message());
    auto above = make_directory(root, parent(directory));
    if (!above) return above;
    const std::string made = *above + directory.substr(directory.rfind('/'));
    if (::mkdir(made.c_str(), 0755) < 0 && errno != EEXIST)
        return fail(directory, "cannot make this directory: " + error_text(errno));
    return made;
}

}  // namespace

Result<void> write_file(const Root& root, const std::string& path, const std::string& text) {
    const auto directory = make_directory(root, parent(path));
    if (!directory) return tl::unexpected(directory.error());
    const auto written =
        replace_file(*directory + path.substr(path.rfind('/')), text, Durability::synced);
    if (!written) return fail(path, "cannot be written: " + written.error().message());
    return {};
}

Result<void> remove_file(const Root& root, const std::string& path) {
    const auto directory = outside(root, parent(path));
    if (!directory) return fail(path, "cannot be removed: " + directory.error().message());
    if (::unlink((*directory + path.substr(path.rfind('/'))).c_str()) < 0)
        return fail(path, "cannot be removed: " + error_text(errno));
    ::rmdir(directory->c_str());  // others' files in it keep it
    return {};
}

}  // namespace ringfence::cli
