// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads compressed logs, as logrotate(8) and administrators keep them.
//
// The programs of the formats decompress them (gzip, xz, …), as logrotate uses them, too. Libraries
// would be three more dependencies of every package, for a few files. A damaged file also cannot
// harm more than the process that decompresses it.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/diagnostic.h"

namespace ringfence::cli {

/// The program that decompresses a file which begins with these bytes. Eight are enough. nullptr if
/// the file is not compressed.
const char* decompressor_of(std::string_view first_bytes);

/// A running program that decompresses a file.
class Decompression {
  public:
    /// Errors: the program is not there, or cannot be started. `name`: the file's, in messages.
    static Result<std::unique_ptr<Decompression>> start(const char* program, int fd,
                                                        const std::string& name);
    Decompression(const Decompression&) = delete;
    Decompression& operator=(const Decompression&) = delete;
    ~Decompression();

    /// What the program writes.
    std::FILE* output() const { return output_; }

    /// Waits for the program, after all of the output was read. Returns why the file cannot be
    /// trusted, or nothing.
    std::string problem();
    /// After problem(): whether the program read everything, and warns that there is more.
    bool warned() const { return warned_; }

  private:
    Decompression(const char* program, pid_t pid, std::FILE* output)
        : program_(program), pid_(pid), output_(output) {}

    const char* program_;
    pid_t pid_;  // 0: it was waited for
    std::FILE* output_;
    std::string problem_;
    bool warned_ = false;
};

}  // namespace ringfence::cli
