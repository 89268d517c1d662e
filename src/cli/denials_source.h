// SPDX-License-Identifier: LGPL-2.1-or-later
// Opens what `ringfence denials` shall read.
#pragma once

#include <memory>
#include <string>

#include "base/diagnostic.h"
#include "cli/denials_request.h"
#include "journal/sd_source.h"
#include "journal/source.h"

namespace ringfence::cli {

struct OpenedSource {
    std::unique_ptr<journal::Source> source;
    bool pids_comparable = false;  ///< attribution.h, rule 4
    std::string note;              ///< what the reader should know about it; may be empty
};

/// Everything that the request names, or this machine's journal. Errors: something cannot be
/// opened, or what was named cannot be read together.
Result<OpenedSource> open_denials_source(const DenialsRequest& request);

/// For --follow: this machine's journal or that of a directory.
struct OpenedLiveSource {
    std::unique_ptr<journal::LiveSource> source;
    bool pids_comparable = false;
};
Result<OpenedLiveSource> open_live_source(const DenialsRequest& request);

}  // namespace ringfence::cli
