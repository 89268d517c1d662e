// SPDX-License-Identifier: LGPL-2.1-or-later
// Replaces a file so that readers see the old text or the new one, and never a part of one.
#pragma once

#include <string>
#include <system_error>

#include <tl/expected.hpp>

namespace ringfence {

enum class Durability {
    none,    ///< the file need not survive a power failure, as on tmpfs
    synced,  ///< the text is on the disk before the file gets its name
};

/// Writes ".NAME.tmp" beside `path` and renames it to `path`; mode 0644 less the umask. The
/// directory must exist. On an error nothing is left behind and an older file stays as it was.
/// Errors: those of open(2), write(2), fsync(2) and rename(2).
tl::expected<void, std::error_code> replace_file(const std::string& path, const std::string& text,
                                                 Durability durability);

}  // namespace ringfence
