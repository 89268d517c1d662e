// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal/output.h"

#include "cli/terminal/terminal.h"

namespace ringfence::cli {

Result<void> write_output(const std::string& file, const std::string& text, Durability durability) {
    if (file.empty() || file == "-") {
        show_exactly(text);
        return {};
    }
    const auto written = replace_file(file, text, durability);
    if (!written) return fail(file, "cannot be written: " + written.error().message());
    return {};
}

}  // namespace ringfence::cli
