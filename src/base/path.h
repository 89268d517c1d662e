// SPDX-License-Identifier: LGPL-2.1-or-later
// Paths as texts. Links are not followed; specifiers and ${VARIABLES} are ordinary characters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

/// The path as systemd stores it (path_simplify()): without double slashes, "." components and
/// slashes at its end. ".." stays. What has no component becomes "/", or "." if it is not absolute.
std::string simplify_path(std::string_view path);

/// The last component: what is behind the last slash.
std::string base_name(std::string_view path);

/// The directory that an absolute path is in: what is before the last slash, or "/".
std::string directory_of(std::string_view path);

/// Whether `path` is in `directory`, at any depth. Both are simplified paths.
bool is_beneath(std::string_view path, std::string_view directory);

/// Whether `path` is `directory` or is beneath it. Both are simplified paths.
bool covers(std::string_view directory, std::string_view path);

/// The path, the directory that it is in, and so on up to "/". `path` is a simplified path; what
/// begins with a specifier ("%S/x") is in "/" as well.
std::vector<std::string> with_parents(std::string_view path);

}  // namespace ringfence
