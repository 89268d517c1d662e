// SPDX-License-Identifier: LGPL-2.1-or-later
// Diagnostics for people: the message, the line that it is about, and a mark below the place.
//
//   /etc/ringfence/policies/nginx.toml:4:1: error: unknown key "raed" in [filesystem]
//     4 | raed = ["/etc/nginx"]
//       | ^~~~
//       = help: did you mean `read`?
//
// Where one line a problem is wanted (the journal, a drop-in's comment), to_string() stays.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "cli/terminal.h"

namespace ringfence::cli {

enum class Severity { error, warning, note };

/// "error", "warning", "note".
std::string_view name_of(Severity severity);

/// Renders diagnostics. Keeps the text of files that it has read.
class DiagnosticText {
  public:
    /// The text of the file that a Location names; nothing: the line is not shown.
    using Reader = std::function<std::optional<std::string>(const std::string& file)>;

    DiagnosticText(Reader reader, const Terminal& terminal);
    /// Reads files below `root`, which must outlive this.
    DiagnosticText(const Root& root, const Terminal& terminal);

    /// One diagnostic, ending in a newline. `identifier` (may be empty) stands in brackets behind
    /// the severity: "warning[all-ports]".
    std::string render(const Diagnostic& diagnostic, Severity severity = Severity::error,
                       std::string_view identifier = {});

  private:
    struct File {
        std::string text;
        std::vector<std::size_t> line_starts;  ///< line N begins at line_starts[N - 1]
    };

    std::optional<std::string_view> line_of(const Location& where);
    std::string excerpt(std::string_view line, const Location& where) const;

    Reader reader_;
    Terminal terminal_;
    std::map<std::string, std::optional<File>> files_;
};

/// All of them as errors, an empty line between two.
std::string render_diagnostics(const Root& root, const Diagnostics& diagnostics,
                               const Terminal& terminal);

}  // namespace ringfence::cli
